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
  switch (type) {
    case 'spg.gap.opened':
      return { ...event, type, data };
    case 'spg.gap.confirmed':
      return { ...event, type, data: { ...data, confirmedAt: instant(gap.confirmedAt) } };
    case 'spg.gap.healed':
      return {
        ...event,
        type,
        data: { ...data, healedAt: instant(gap.healedAt), healedBy: gap.healedBy ?? 'late' },
      };
  }
}

function instant(time: Date | null): string {
  if (!time) throw new Error('a gap in this state has this time');
  return time.toISOString();
}
