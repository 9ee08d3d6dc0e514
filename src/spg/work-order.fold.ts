import type { EventMap } from '../events/event-map';
import type {
  SpgAdditionalInfo,
  SpgFileAttachment,
  SpgNameValue,
  SpgNotificationEventType,
  SpgTask,
  SpgTaskClosure,
} from '../events/spg.events';
import { addInfos, attachFiles, upsertReferences, withoutNulls } from './stated-facts';
import type { Task, WorkOrder, WorkOrderStatus } from './work-order';

/** A stored notification as the fold takes it. */
export type Notification = {
  [T in SpgNotificationEventType]: { readonly type: T; readonly data: EventMap[T] };
}[SpgNotificationEventType];

/**
 * What a work order has become by its notifications, in the order of their eventIds. Pure: the same
 * notifications give the same work order, whether folded at once or continued from an earlier result.
 *
 * What does not fit (a resume of what was not on hold, say) is recorded as an anomaly on the timeline: the
 * sender can not be told, since a refusal would lose the message.
 */
export function foldWorkOrder(
  wonum: string,
  start: WorkOrder | undefined,
  notifications: readonly Notification[],
): WorkOrder {
  const fold = new Fold(start ? structuredClone(start) : unknownWorkOrder(wonum));
  for (const notification of notifications) fold.take(notification);
  return fold.order;
}

function unknownWorkOrder(wonum: string): WorkOrder {
  return {
    wonum,
    status: 'UNKNOWN',
    incomplete: true,
    lastEventId: '0',
    contacts: [],
    supplementaryReferences: [],
    additionalInfos: [],
    fileAttachments: [],
    tasks: [],
    timeline: [],
  };
}

/** A work order in the making. */
class Fold {
  private eventId = '0';
  private anomalies: string[] = [];

  constructor(readonly order: WorkOrder) {}

  take(notification: Notification): void {
    const { eventId, eventTimestamp, notificationType, message } = notification.data;
    this.eventId = eventId;
    this.anomalies = [];
    this.apply(notification);
    this.order.lastEventId = eventId;
    this.order.timeline.push({
      eventId,
      eventTimestamp,
      notificationType,
      ...(typeof message['summary'] === 'string' && { summary: message['summary'] }),
      status: this.order.status,
      ...(this.anomalies.length > 0 && { anomalies: this.anomalies }),
    });
  }

  private apply(notification: Notification): void {
    switch (notification.type) {
      case 'spg.work-order.created':
        return this.create(notification.data.payload.workorder);
      case 'spg.work-order.references-updated':
        return this.refer(notification.data.payload.workorder.supplementaryReferences);
      case 'spg.work-order.infos-added':
        return this.inform(this.order, notification.data.payload.workorder.additionalInfos);
      case 'spg.work-order.files-attached':
        return this.attach(this.order, notification.data.payload.workorder.fileAttachments);
      case 'spg.work-order.put-on-hold':
        return this.hold();
      case 'spg.work-order.resumed':
        return this.resume();
      case 'spg.work-order.closed':
        return this.end('CLOSED');
      case 'spg.work-order.cancelled':
        return this.end('CANCELLED');
      case 'spg.task.added':
        return notification.data.payload.workorder.tasks.forEach((task) => this.addTask(task));
      case 'spg.task.closed':
        return notification.data.payload.workorder.tasks.forEach((closure) => this.closeTask(closure));
      case 'spg.task.infos-added':
        for (const { taskid, additionalInfos } of notification.data.payload.workorder.tasks) {
          this.inform(this.task(taskid), additionalInfos);
        }
        return;
      case 'spg.task.files-attached':
        for (const { taskid, fileAttachments } of notification.data.payload.workorder.tasks) {
          this.attach(this.task(taskid), fileAttachments);
        }
        return;
    }
  }

  private create(created: EventMap['spg.work-order.created']['payload']['workorder']): void {
    if (!this.order.incomplete) return this.anomaly('created again; the first creation stands');
    const { description, worktype, priority, orderId, productId, site, contacts } = created;
    const { requestedStartDate, requestedCompletionDate } = created;
    Object.assign(
      this.order,
      withoutNulls({ description, worktype, priority, orderId, productId, site, contacts }),
      withoutNulls({ requestedStartDate, requestedCompletionDate }),
    );
    this.order.incomplete = false;
    if (this.order.status === 'UNKNOWN') this.order.status = 'ASSIGNED';
    if (this.order.statusBeforeHold === 'UNKNOWN') this.order.statusBeforeHold = 'ASSIGNED';
    this.refer(created.supplementaryReferences);
    this.inform(this.order, created.additionalInfos);
    this.attach(this.order, created.fileAttachments);
    for (const task of created.tasks) this.addTask(task);
  }

  private hold(): void {
    if (this.order.status === 'ON_HOLD') return this.anomaly('put on hold while it is on hold');
    if (this.ended()) return this.anomaly(`put on hold though it is ${this.order.status}`);
    this.order.statusBeforeHold = this.order.status;
    this.order.status = 'ON_HOLD';
  }

  private resume(): void {
    if (this.order.status !== 'ON_HOLD') {
      return this.anomaly(`resumed though it is ${this.order.status}, not ON_HOLD`);
    }
    this.order.status = this.order.statusBeforeHold ?? 'ASSIGNED';
    delete this.order.statusBeforeHold;
  }

  private end(status: WorkOrderStatus & ('CLOSED' | 'CANCELLED')): void {
    if (this.ended()) return this.anomaly(`${status} though it is ${this.order.status} already`);
    this.order.status = status;
    delete this.order.statusBeforeHold;
  }

  private ended(): boolean {
    return this.order.status === 'CLOSED' || this.order.status === 'CANCELLED';
  }

  private addTask({ additionalInfos, fileAttachments, ...described }: SpgTask & { closure?: unknown }): void {
    // A member of the partner's that happens to be called `closure` is not ours.
    const { closure: _theirs, ...task } = withoutNulls(described);
    if (this.ended()) this.anomaly(`task ${task.taskid} added though the work order is ${this.order.status}`);
    const known = this.order.tasks.find(({ taskid }) => taskid === task.taskid);
    // A task that was only mentioned so far is described now; one that was described stands.
    if (known?.description != null) this.anomaly(`task ${task.taskid} added again; the first one stands`);
    else if (known) Object.assign(known, task);
    const target = known ?? this.newTask(task);
    this.inform(target, additionalInfos);
    this.attach(target, fileAttachments);
  }

  /** A closed task never opens again: a redo comes as a new task. */
  private closeTask({ taskid, ...closure }: SpgTaskClosure): void {
    const task = this.task(taskid);
    if (task.closure) return this.anomaly(`task ${taskid} closed again; the first closure stands`);
    task.closure = { ...withoutNulls(closure), eventId: this.eventId };
  }

  /** One that nobody has announced is kept as well, and said. */
  private task(taskid: string): Task {
    const known = this.order.tasks.find((task) => task.taskid === taskid);
    if (known) return known;
    this.anomaly(`task ${taskid} was never added`);
    return this.newTask({ taskid });
  }

  private newTask(task: Omit<SpgTask, 'additionalInfos' | 'fileAttachments'>): Task {
    const added: Task = { ...task, additionalInfos: [], fileAttachments: [] };
    this.order.tasks.push(added);
    return added;
  }

  private refer(references: readonly SpgNameValue[] | null | undefined): void {
    upsertReferences(this.order.supplementaryReferences, references ?? [], this.eventId);
  }

  private inform(about: WorkOrder | Task, infos: readonly SpgAdditionalInfo[] | null | undefined): void {
    addInfos(about.additionalInfos, infos ?? [], this.eventId);
  }

  private attach(to: WorkOrder | Task, files: readonly SpgFileAttachment[] | null | undefined): void {
    attachFiles(to.fileAttachments, files ?? [], this.eventId);
  }

  private anomaly(text: string): void {
    this.anomalies.push(text);
  }
}
