import type { NotificationType } from '../../src/spg/notification-types';
import type { Gateway } from './gateway';
import { read, send } from './http';
import { notification, put } from './notification';

type Members = Readonly<Record<string, unknown>>;

let lastEventId = 1000;
let lastWorkOrder = 0;

/** The next eventId, of all stories; to take one without using it leaves room for one that comes late. */
export function nextEventId(): string {
  lastEventId += 1;
  return String(lastEventId);
}

/** A work order of its own, told by one notification after the other and looked at as the outside sees it. */
export class Story {
  readonly wonum: string;

  constructor(private readonly gateway: Gateway) {
    lastWorkOrder += 1;
    this.wonum = `WO-${lastWorkOrder}`;
  }

  /**
   * Sends its next notification and lets the projection see it.
   * @param changes values of members, by their JSON pointers
   */
  async by(type: NotificationType, changes: Members = {}, eventId = nextEventId()): Promise<this> {
    const body = notification(type, { eventId, wonum: this.wonum });
    for (const [pointer, value] of Object.entries(changes)) put(body, pointer, value);
    const answer = await send(this.gateway, body);
    if (answer.body['status'] !== 'accepted') throw new Error(`${type}: ${answer.bytes.toString()}`);
    await this.gateway.settle('spg-projector');
    return this;
  }

  async now(): Promise<Members> {
    return (await read(this.gateway, `/spg/work-orders/${this.wonum}`)).body;
  }

  async timeline(): Promise<Members[]> {
    const { body } = await read(this.gateway, `/spg/work-orders/${this.wonum}/timeline`);
    return body['items'] as Members[];
  }

  async anomalies(): Promise<unknown[]> {
    return (await this.timeline()).flatMap(({ anomalies }) => anomalies ?? []);
  }
}
