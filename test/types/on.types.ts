import type { DomainEvent, NewEvent } from '../../src/events/domain-event';
import type { EventLog } from '../../src/events/event-log';
import { On } from '../../src/events/on.decorator';

/**
 * What the compiler lets pass and what it refuses. Nothing here is run: `npm run types` complains of a mistake
 * that it does not find as well as of one that it finds elsewhere.
 */
export class Listeners {
  @On('spg.work-order.cancelled')
  mayReturnNothing(event: DomainEvent<'spg.work-order.cancelled'>): void {
    const { cancelledDate, reason }: { cancelledDate: string; reason?: string } =
      event.data.payload.workorder.cancellation;
    this.note(cancelledDate, reason);
  }

  @On('spg.gap.healed')
  async mayBeAsynchronous({ data: { healedBy } }: DomainEvent<'spg.gap.healed'>): Promise<void> {
    await Promise.resolve(healedBy satisfies 'late' | 'replay');
  }

  @On('spg.gap.opened')
  mayTakeAnyEvent({ type, position }: DomainEvent): void {
    this.note(type, position);
  }

  @On('spg.gap.opened')
  mayTakeEventsOfSeveralTypes(event: DomainEvent<'spg.gap.opened' | 'spg.gap.healed'>): void {
    if (event.type === 'spg.gap.healed') this.note(event.data.healedAt);
    // @ts-expect-error only a healed gap has this
    this.note(event.data.healedAt);
  }

  @On('spg.gap.opened')
  mayLookAtNothing(): void {
    this.note();
  }

  // @ts-expect-error there is no such event
  @On('spg.work-order.vanished')
  mustNotListenToWhatIsNeverStated(event: DomainEvent): void {
    this.note(event);
  }

  // @ts-expect-error it is the event of another type
  @On('spg.work-order.closed')
  mustNotTakeAnotherEvent(event: DomainEvent<'spg.work-order.cancelled'>): void {
    this.note(event.data.payload.workorder.cancellation);
  }

  // @ts-expect-error it is the event of another type, asynchronously
  @On('spg.gap.opened')
  async mustNotTakeAnotherEventEither(event: DomainEvent<'spg.gap.confirmed'>): Promise<void> {
    await Promise.resolve(event.data.confirmedAt);
  }

  // @ts-expect-error what is passed is the event, not its data
  @On('spg.gap.opened')
  mustNotTakeTheBareData(data: DomainEvent<'spg.gap.opened'>['data']): void {
    this.note(data.from);
  }

  // @ts-expect-error nobody would pass a second argument
  @On('spg.gap.opened')
  mustNotWantMoreThanTheEvent(event: DomainEvent<'spg.gap.opened'>, log: EventLog): void {
    this.note(event, log);
  }

  // @ts-expect-error nobody would see what it returns
  @On('spg.gap.opened')
  mustNotReturnAnything({ position }: DomainEvent<'spg.gap.opened'>): number {
    return position;
  }

  private note(...what: unknown[]): void {
    this.noted.push(...what);
  }

  private readonly noted: unknown[] = [];
}

const about = { source: '/spg', subject: '1-2', partyIds: ['owner'], correlationId: null };
const gap = { from: '1', to: '2', openedAt: '2026-08-03T21:15:00.000Z' };

export const events: NewEvent[] = [
  { ...about, type: 'spg.gap.opened', data: gap },
  { ...about, type: 'spg.gap.healed', data: { ...gap, healedAt: gap.openedAt, healedBy: 'late' } },

  // @ts-expect-error there is no such event
  { ...about, type: 'spg.gap.forgotten', data: gap },

  // @ts-expect-error a member is missing
  { ...about, type: 'spg.gap.confirmed', data: gap },

  // @ts-expect-error numbers are digits in a string
  { ...about, type: 'spg.gap.opened', data: { ...gap, from: 1 } },

  // @ts-expect-error it was healed by nobody that we know
  { ...about, type: 'spg.gap.healed', data: { ...gap, healedAt: gap.openedAt, healedBy: 'magic' } },

  // @ts-expect-error the data of another type
  { ...about, type: 'spg.work-order.closed', data: gap },

  // @ts-expect-error the time is put in by the log
  { ...about, type: 'spg.gap.opened', data: gap, time: gap.openedAt },

  // @ts-expect-error who stated it is missing
  { subject: '1', partyIds: [], correlationId: null, type: 'spg.gap.opened', data: gap },
];

export const closed: NewEvent<'spg.work-order.closed'> = {
  ...about,
  type: 'spg.work-order.closed',
  data: {
    eventId: '1',
    eventTimestamp: gap.openedAt,
    notificationType: 'CloseWorkOrderNotify',
    wonum: 'WO-1',
    message: {},
    payload: {
      eventType: 'CloseWorkOrderNotify',
      // @ts-expect-error a closed work order has a closure
      workorder: { wonum: 'WO-1' },
    },
  },
};
