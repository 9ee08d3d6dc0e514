import { DEFAULT_AREA } from './calendar';

/** A window of one service area: what is offered, chosen and booked. */
export interface Slot {
  readonly serviceAreaId: string;
  readonly start: Date;
  readonly end: Date;
}

const ID = /^(\d{8}T\d{6}Z)-(\d{8}T\d{6}Z)@(.+)$/s;

/** The same for the same slot, always and on every replica: `20261123T190000Z-20261123T230000Z@HAM-EAST`. */
export function slotIdOf({ serviceAreaId, start, end }: Slot): string {
  return `${compact(start)}-${compact(end)}@${serviceAreaId}`;
}

/** What an id of ours says; undefined when it is not one of ours. */
export function readSlotId(id: string): Slot | undefined {
  const [, start = '', end = '', serviceAreaId = ''] = ID.exec(id) ?? [];
  const slot = { serviceAreaId, start: expanded(start), end: expanded(end) };
  return Number.isNaN(slot.start.getTime()) || Number.isNaN(slot.end.getTime()) ? undefined : slot;
}

export function isSamePeriod(one: Pick<Slot, 'start' | 'end'>, other: Pick<Slot, 'start' | 'end'>): boolean {
  return one.start.getTime() === other.start.getTime() && one.end.getTime() === other.end.getTime();
}

export function isSameSlot(one: Slot, other: Slot): boolean {
  return one.serviceAreaId === other.serviceAreaId && isSamePeriod(one, other);
}

/** A location without a service area, which the partner's samples leave empty, is served as the default area. */
export function areaOf(serviceAreaId: string | null | undefined): string {
  return serviceAreaId == null || serviceAreaId.trim() === '' ? DEFAULT_AREA : serviceAreaId;
}

function compact(instant: Date): string {
  const iso = instant.toISOString();
  // Cut and not replaced: a search makes hundreds of them.
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

function expanded(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}
