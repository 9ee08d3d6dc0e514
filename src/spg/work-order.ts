import type {
  SpgAdditionalInfo,
  SpgFileAttachment,
  SpgNameValue,
  SpgTask,
  SpgTaskClosure,
} from '../events/spg.events';

/** UNKNOWN: notifications about it have come, but not (yet) the one that creates it. */
export const WORK_ORDER_STATUSES = ['UNKNOWN', 'ASSIGNED', 'ON_HOLD', 'CLOSED', 'CANCELLED'] as const;

export type WorkOrderStatus = (typeof WORK_ORDER_STATUSES)[number];

/** Where a fact comes from: the notification that stated it. */
interface Stated {
  /** The gateway's eventId; the stored original is at `GET /spg/notifications/{eventId}`. */
  eventId: string;
}

/** Files are listed without their content, which stays in the stored original. */
export type FileReference = Omit<SpgFileAttachment, 'content'> & Stated;

export type Info = SpgAdditionalInfo & Stated;

export interface Task extends Omit<SpgTask, 'additionalInfos' | 'fileAttachments'> {
  additionalInfos: Info[];
  fileAttachments: FileReference[];
  closure?: Omit<SpgTaskClosure, 'taskid'> & Stated;
}

/** One notification in the life of a work order, and what it did. */
export interface TimelineEntry extends Stated {
  eventTimestamp: string;
  notificationType: string;
  summary?: string;
  /** The status after it. */
  status: WorkOrderStatus;
  /** What did not fit the work order's state; it was recorded, never refused. */
  anomalies?: string[];
}

/** All that is known of a work order. */
export interface WorkOrder {
  wonum: string;
  status: WorkOrderStatus;
  /** What a resume goes back to. */
  statusBeforeHold?: WorkOrderStatus;
  incomplete: boolean;
  lastEventId: string;
  description?: string;
  worktype?: string;
  priority?: number;
  orderId?: string;
  productId?: string;
  requestedStartDate?: string;
  requestedCompletionDate?: string;
  site?: Record<string, unknown>;
  contacts: Record<string, unknown>[];
  supplementaryReferences: (SpgNameValue & Stated)[];
  additionalInfos: Info[];
  fileAttachments: FileReference[];
  tasks: Task[];
  timeline: TimelineEntry[];
}
