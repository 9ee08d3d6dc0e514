/** A named value, as in a work order's supplementary references (a purchase order's number, say). */
export interface SpgNameValue {
  name: string;
  value: string;
}

/** A worklog entry. */
export interface SpgAdditionalInfo {
  id?: string;
  type?: string;
  createdBy?: string;
  createdDate: string;
  summary?: string;
  text: string;
}

/** A file, by link or with its content in base64. */
export interface SpgFileAttachment {
  id: string;
  fileName: string;
  mimeType: string;
  sizeBytes?: number;
  description?: string;
  url?: string;
  content?: string;
  createdBy?: string;
  createdDate?: string;
}

export interface SpgTask {
  taskid: string;
  description?: string;
  status?: string;
  workSupplierAllowedToCancel?: boolean;
  sequence?: number;
  schedule?: { appointmentTime: string; note?: string };
  targetStart?: string;
  targetFinish?: string;
  additionalInfos?: SpgAdditionalInfo[];
  fileAttachments?: SpgFileAttachment[];
}

export interface SpgTaskClosure {
  taskid: string;
  outcome: 'Complete' | 'Incomplete';
  redoRequired?: boolean;
  reasonCode?: string;
  note?: string;
  closedDate: string;
}

interface Created {
  wonum: string;
  description: string;
  worktype: string;
  status?: string;
  /** 0 is the highest, 4 the lowest. */
  priority?: number;
  orderId?: string;
  productId?: string;
  requestedStartDate?: string;
  requestedCompletionDate?: string;
  site: Record<string, unknown>;
  contacts: Record<string, unknown>[];
  supplementaryReferences?: SpgNameValue[];
  additionalInfos?: SpgAdditionalInfo[];
  fileAttachments?: SpgFileAttachment[];
  tasks: SpgTask[];
}

/**
 * A notification of the Service Partner Gateway that was taken in. `message` (the flat summary) and `payload`
 * are as received: with members that we do not know, and an optional member may also be null.
 */
interface SpgNotificationData<WorkOrder> {
  /** The gateway's own number, digits. */
  eventId: string;
  eventTimestamp: string;
  notificationType: string;
  wonum: string;
  message: Record<string, unknown>;
  payload: { eventDateTime: string; eventType: string; workorder: WorkOrder };
}

/** A range of the gateway's eventIds, inclusive, digits. */
interface GapData {
  from: string;
  to: string;
  openedAt: string;
}

/** The events that the `spg` module states. */
export interface SpgEvents {
  'spg.work-order.created': SpgNotificationData<Created>;
  'spg.work-order.references-updated': SpgNotificationData<{
    wonum: string;
    supplementaryReferences: SpgNameValue[];
  }>;
  'spg.work-order.infos-added': SpgNotificationData<{ wonum: string; additionalInfos: SpgAdditionalInfo[] }>;
  'spg.work-order.files-attached': SpgNotificationData<{
    wonum: string;
    fileAttachments: SpgFileAttachment[];
  }>;
  'spg.work-order.put-on-hold': SpgNotificationData<{
    wonum: string;
    hold: { reasonCode: string; reason?: string; heldDate: string; expectedResumeDate?: string };
  }>;
  'spg.work-order.resumed': SpgNotificationData<{
    wonum: string;
    resume: { resumedDate: string; note?: string };
  }>;
  'spg.work-order.closed': SpgNotificationData<{
    wonum: string;
    closure: { closedDate: string; outcome?: string; note?: string };
  }>;
  'spg.work-order.cancelled': SpgNotificationData<{
    wonum: string;
    cancellation: { cancelledDate: string; reasonCode?: string; reason?: string };
  }>;
  'spg.task.added': SpgNotificationData<{ wonum: string; tasks: SpgTask[] }>;
  'spg.task.closed': SpgNotificationData<{ wonum: string; tasks: SpgTaskClosure[] }>;
  'spg.task.infos-added': SpgNotificationData<{
    wonum: string;
    tasks: { taskid: string; additionalInfos: SpgAdditionalInfo[] }[];
  }>;
  'spg.task.files-attached': SpgNotificationData<{
    wonum: string;
    tasks: { taskid: string; fileAttachments: SpgFileAttachment[] }[];
  }>;
  /** A later eventId has arrived, these have not. */
  'spg.gap.opened': GapData;
  /** They did not come within the grace time either: taken for lost. */
  'spg.gap.confirmed': GapData & { confirmedAt: string };
  /** They have arrived after all. */
  'spg.gap.healed': GapData & { healedAt: string; healedBy: 'late' | 'replay' };
}

/** The events that notifications of the gateway become, one for one. */
export type SpgNotificationEventType = Exclude<keyof SpgEvents, `spg.gap.${string}`>;
