import type { NotificationOf, NotificationType } from '../notification-types';

type WorkOrderOf<T extends NotificationType> = NotificationOf<T>['payload']['workorder'];
type Summary = Pick<NotificationOf<NotificationType>['message'], 'taskid' | 'status' | 'summary'>;

interface Content<T extends NotificationType> {
  readonly message: Summary;
  /** All but its number. */
  readonly workorder: Omit<WorkOrderOf<T>, 'wonum'>;
}

/** The time of the event, moved by so many hours, as SPG writes it. */
type Clock = (hours: number) => string;

/** One work order's life: a fibre installation in Hamilton that had to be redone. */
const CONTENTS: { readonly [T in NotificationType]: (at: Clock) => Content<T> } = {
  CreateWorkOrderNotify: (at) => ({
    message: { status: 'ASSIGNED', summary: 'New fibre connection, 14 Rangiora Avenue, Hamilton' },
    workorder: {
      description: 'New fibre connection, single dwelling',
      worktype: 'INSTALL',
      status: 'ASSIGNED',
      priority: 2,
      orderId: 'ORD-7710934',
      productId: 'FIBRE-500-100',
      requestedStartDate: at(48),
      requestedCompletionDate: at(240),
      site: {
        locationId: 'LOC-3098817',
        address: {
          line1: '14 Rangiora Avenue',
          suburb: 'Fairfield',
          city: 'Hamilton',
          postcode: '3214',
          country: 'NZ',
        },
        latitude: -37.7688,
        longitude: 175.2721,
        accessNotes: 'Shared driveway. Dog on site, call first.',
      },
      contacts: [
        {
          role: 'ENDUSER',
          name: 'Aroha Ngata',
          mobile: '+64 21 555 0142',
          email: 'aroha.ngata@example.co.nz',
        },
        { role: 'RSP', name: 'Waikato Broadband provisioning desk', phone: '+64 7 555 0100' },
      ],
      supplementaryReferences: [
        { name: 'RSP Order', value: 'WB-2026-118204' },
        { name: 'Service Id', value: 'TFF-0098817-01' },
      ],
      tasks: [
        {
          taskid: '10',
          description: 'Scope the lead-in and obtain consent',
          status: 'ASSIGNED',
          workSupplierAllowedToCancel: false,
          sequence: 1,
          targetStart: at(48),
          targetFinish: at(52),
        },
        {
          taskid: '20',
          description: 'Install ONT and test service',
          status: 'ASSIGNED',
          workSupplierAllowedToCancel: true,
          sequence: 2,
          schedule: { appointmentTime: at(120), note: 'Morning window, 08:00 to 12:00' },
        },
      ],
    },
  }),
  UpdateWorkOrderSupplementaryReferencesNotify: () => ({
    message: { summary: 'PO Number attached' },
    workorder: { supplementaryReferences: [{ name: 'PO Number', value: '4500018293' }] },
  }),
  UpdateWorkOrderAdditionalInfosNotify: (at) => ({
    message: { summary: 'Worklog entry added' },
    workorder: {
      additionalInfos: [
        {
          id: 'WL-88121',
          type: 'CLIENTNOTE',
          createdBy: 'TFF Provisioning',
          createdDate: at(0),
          summary: 'Customer contacted',
          text: 'Customer prefers a call 30 minutes before arrival. Tēnā koe.',
        },
      ],
    },
  }),
  UpdateWorkOrderFileAttachmentsNotify: (at) => ({
    message: { summary: 'File attached: site-plan.pdf' },
    workorder: {
      fileAttachments: [
        {
          id: 'DOC-55310',
          fileName: 'site-plan.pdf',
          mimeType: 'application/pdf',
          sizeBytes: 182_044,
          description: 'Lead-in route from the kerb',
          url: 'https://spg.example.co.nz/files/DOC-55310',
          createdBy: 'TFF Design',
          createdDate: at(0),
        },
      ],
    },
  }),
  UpdateTaskAdditionalInfosNotify: (at) => ({
    message: { taskid: '20', summary: 'Worklog entry added to task 20' },
    workorder: {
      tasks: [
        {
          taskid: '20',
          additionalInfos: [
            {
              id: 'WL-88140',
              createdBy: 'TFF Field Support',
              createdDate: at(0),
              text: 'Use the spare port of the existing hallway outlet.',
            },
          ],
        },
      ],
    },
  }),
  UpdateTaskFileAttachmentsNotify: (at) => ({
    message: { taskid: '20', summary: 'File attached to task 20: ont-label.txt' },
    workorder: {
      tasks: [
        {
          taskid: '20',
          fileAttachments: [
            {
              id: 'DOC-55391',
              fileName: 'ont-label.txt',
              mimeType: 'text/plain',
              sizeBytes: 16,
              content: 'T05UIEFMQ0wxMjM0NTY3OA==',
              createdDate: at(0),
            },
          ],
        },
      ],
    },
  }),
  PutOnHoldWorkOrderNotify: (at) => ({
    message: { status: 'ON_HOLD', summary: 'On hold: consent pending' },
    workorder: {
      hold: {
        reasonCode: 'CONSENT-PENDING',
        reason: 'Waiting for the neighbours to agree to the shared driveway being opened.',
        heldDate: at(0),
        expectedResumeDate: at(72),
      },
    },
  }),
  ResumeWorkOrderNotify: (at) => ({
    message: { status: 'ASSIGNED', summary: 'Resumed: consent received' },
    workorder: { resume: { resumedDate: at(0), note: 'Consent received.' } },
  }),
  CloseTaskNotify: (at) => ({
    message: { taskid: '20', status: 'Incomplete', summary: 'Task 20 has to be redone' },
    workorder: {
      tasks: [
        {
          taskid: '20',
          outcome: 'Incomplete',
          redoRequired: true,
          reasonCode: 'QA-PHOTO-MISSING',
          note: 'Photo of the ONT label is missing.',
          closedDate: at(0),
        },
      ],
    },
  }),
  AddTaskNotify: (at) => ({
    message: { taskid: '30', status: 'ASSIGNED', summary: 'Task 30 added' },
    workorder: {
      tasks: [
        {
          taskid: '30',
          description: 'Redo of task 20: photograph the ONT label',
          status: 'ASSIGNED',
          workSupplierAllowedToCancel: false,
          sequence: 3,
          targetFinish: at(48),
        },
      ],
    },
  }),
  CloseWorkOrderNotify: (at) => ({
    message: { status: 'CLOSED', summary: 'Closed: service live' },
    workorder: {
      closure: { closedDate: at(0), outcome: 'Complete', note: 'Service live, test results accepted.' },
    },
  }),
  CancelWorkOrderNotify: (at) => ({
    message: { status: 'CANCELLED', summary: 'Cancelled by the customer' },
    workorder: {
      cancellation: {
        cancelledDate: at(0),
        reasonCode: 'CUSTOMER-WITHDREW',
        reason: 'The customer moves to another address.',
      },
    },
  }),
};

/** The types in the order of that life. The last is the other way in which it could have ended. */
export const LIFE_OF_A_WORK_ORDER = Object.keys(CONTENTS) as readonly NotificationType[];

const FIRST_EVENT_ID = 90_210;
const FIRST_EVENT_AT = new Date('2026-08-03T21:15:00.000Z');
const HOUR_MS = 3_600_000;

interface ExampleOptions {
  readonly eventId?: string;
  readonly wonum?: string;
  readonly at?: Date;
}

/**
 * A valid notification of one type. Unless told otherwise, all twelve tell the life of one work order, with
 * ascending eventIds and times.
 */
export function exampleOf<T extends NotificationType>(
  type: T,
  options: ExampleOptions = {},
): NotificationOf<T> {
  const step = LIFE_OF_A_WORK_ORDER.indexOf(type);
  const {
    eventId = String(FIRST_EVENT_ID + step),
    wonum = 'WO-1048576',
    at = new Date(FIRST_EVENT_AT.getTime() + step * 24 * HOUR_MS),
  } = options;
  const { message, workorder } = CONTENTS[type]((hours) => timestamp(at, hours));
  const example = {
    eventId,
    eventTimestamp: timestamp(at, 0),
    eventType: 'SPWorkOrderNotification',
    message: { notificationType: type, wonum, ...message },
    payload: { eventDateTime: timestamp(at, 0), eventType: type, workorder: { wonum, ...workorder } },
  };
  return example as object as NotificationOf<T>;
}

function timestamp(at: Date, hours: number): string {
  return new Date(at.getTime() + hours * HOUR_MS).toISOString();
}
