import type { SpgNotificationEventType } from '../events/spg.events';
import type { Class } from '../fields/field-table';
import { AddTaskNotification } from './dto/add-task.notify';
import { CancelWorkOrderNotification } from './dto/cancel-work-order.notify';
import { CloseTaskNotification } from './dto/close-task.notify';
import { CloseWorkOrderNotification } from './dto/close-work-order.notify';
import { CreateWorkOrderNotification } from './dto/create-work-order.notify';
import type { NotificationEnvelope } from './dto/notification-envelope';
import { PutOnHoldWorkOrderNotification } from './dto/put-on-hold-work-order.notify';
import { ResumeWorkOrderNotification } from './dto/resume-work-order.notify';
import { UpdateTaskAdditionalInfosNotification } from './dto/update-task-additional-infos.notify';
import { UpdateTaskFileAttachmentsNotification } from './dto/update-task-file-attachments.notify';
import { UpdateWorkOrderAdditionalInfosNotification } from './dto/update-work-order-additional-infos.notify';
import { UpdateWorkOrderFileAttachmentsNotification } from './dto/update-work-order-file-attachments.notify';
import { UpdateWorkOrderSupplementaryReferencesNotification } from './dto/update-work-order-supplementary-references.notify';

interface NotificationTypeRow {
  /** What it looks like. */
  readonly envelope: Class<NotificationEnvelope>;
  /** The domain event that it becomes. */
  readonly event: SpgNotificationEventType;
}

/** The types of notification, by `payload.eventType`. To add one: its class, its example, its row here. */
export const NOTIFICATION_TYPES = {
  CreateWorkOrderNotify: { envelope: CreateWorkOrderNotification, event: 'spg.work-order.created' },
  AddTaskNotify: { envelope: AddTaskNotification, event: 'spg.task.added' },
  CloseTaskNotify: { envelope: CloseTaskNotification, event: 'spg.task.closed' },
  UpdateWorkOrderSupplementaryReferencesNotify: {
    envelope: UpdateWorkOrderSupplementaryReferencesNotification,
    event: 'spg.work-order.references-updated',
  },
  UpdateWorkOrderAdditionalInfosNotify: {
    envelope: UpdateWorkOrderAdditionalInfosNotification,
    event: 'spg.work-order.infos-added',
  },
  UpdateWorkOrderFileAttachmentsNotify: {
    envelope: UpdateWorkOrderFileAttachmentsNotification,
    event: 'spg.work-order.files-attached',
  },
  UpdateTaskAdditionalInfosNotify: {
    envelope: UpdateTaskAdditionalInfosNotification,
    event: 'spg.task.infos-added',
  },
  UpdateTaskFileAttachmentsNotify: {
    envelope: UpdateTaskFileAttachmentsNotification,
    event: 'spg.task.files-attached',
  },
  PutOnHoldWorkOrderNotify: { envelope: PutOnHoldWorkOrderNotification, event: 'spg.work-order.put-on-hold' },
  ResumeWorkOrderNotify: { envelope: ResumeWorkOrderNotification, event: 'spg.work-order.resumed' },
  CloseWorkOrderNotify: { envelope: CloseWorkOrderNotification, event: 'spg.work-order.closed' },
  CancelWorkOrderNotify: { envelope: CancelWorkOrderNotification, event: 'spg.work-order.cancelled' },
} as const satisfies Record<string, NotificationTypeRow>;

export type NotificationType = keyof typeof NOTIFICATION_TYPES;

/** The whole notification of one type, as its class describes it. */
export type NotificationOf<T extends NotificationType> = InstanceType<
  (typeof NOTIFICATION_TYPES)[T]['envelope']
>;

export function isNotificationType(name: unknown): name is NotificationType {
  return typeof name === 'string' && Object.hasOwn(NOTIFICATION_TYPES, name);
}
