import type { DomainEvent } from '../../src/events/domain-event';
import { eventsOf } from './events';
import type { Gateway } from './gateway';
import { read, send } from './http';
import { notification } from './notification';

export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly state: string;
  readonly openedAt: string;
  readonly confirmedAt?: string;
  readonly healedAt?: string;
  readonly healedBy?: string;
}

/** Lets notifications with these eventIds come, one after the other. */
export async function arrive(gateway: Gateway, ...ids: (number | string)[]): Promise<void> {
  for (const id of ids) {
    const { body, bytes } = await send(gateway, notification('AddTaskNotify', { eventId: String(id) }));
    if (body['status'] !== 'accepted') throw new Error(bytes.toString());
  }
}

/** Lets them come, and has them looked at together. */
export async function arriveAndLook(gateway: Gateway, ...ids: (number | string)[]): Promise<void> {
  await arrive(gateway, ...ids);
  await gateway.settle('spg-gaps');
}

/** What `GET /spg/gaps` tells, the lowest first. */
export async function gapsOf(gateway: Gateway): Promise<Gap[]> {
  const { body } = await read(gateway, '/spg/gaps?limit=500');
  return (body['items'] as Gap[]).toReversed();
}

/** The same, as `101-104 opened`. */
export async function briefGapsOf(gateway: Gateway): Promise<string[]> {
  return (await gapsOf(gateway)).map(
    ({ from, to, state, healedBy }) => `${from}-${to} ${state}${healedBy ? ` ${healedBy}` : ''}`,
  );
}

/** The events about gaps, as `opened 101-104`. */
export async function gapEventsOf(gateway: Gateway): Promise<string[]> {
  return (await eventsOf(gateway))
    .filter(isGapEvent)
    .map(({ type, subject }) => `${type.slice(8)} ${subject}`);
}

export function isGapEvent({ type }: DomainEvent): boolean {
  return type.startsWith('spg.gap.');
}

/** An instant so many milliseconds after the one that opened the lowest gap. */
export async function afterOpening(gateway: Gateway, milliseconds: number): Promise<Date> {
  const [first] = await gapsOf(gateway);
  return new Date(new Date(first?.openedAt ?? '').getTime() + milliseconds);
}
