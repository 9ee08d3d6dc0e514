import type { NewEvent } from '../events/domain-event';
import type { GapEntity } from './gap.entity';

type GapEventType = 'spg.gap.opened' | 'spg.gap.confirmed' | 'spg.gap.healed';

/** What is stated of a gap when it has entered a state. */
export function gapEvent(type: GapEventType, gap: GapEntity, ownerPartyId: string): NewEvent {
  const data = { from: gap.from, to: gap.to, openedAt: gap.openedAt.toISOString() };
  const event = {
    source: '/spg',
    subject: `${gap.from}-${gap.to}`,
    partyIds: [ownerPartyId],
    correlationId: null,
  };
  if (type === 'spg.gap.opened') return { ...event, type, data };
  if (type === 'spg.gap.confirmed') {
    return { ...event, type, data: { ...data, confirmedAt: instant(gap.confirmedAt) } };
  }
  const healing = { healedAt: instant(gap.healedAt), healedBy: gap.healedBy ?? 'late' };
  return { ...event, type, data: { ...data, ...healing } };
}

function instant(time: Date | null): string {
  if (!time) throw new Error('a gap in this state has this time');
  return time.toISOString();
}
