import type { Gap, SpgReader } from '../support/spg-reader';
import type { SpgSimulator } from '../support/spg-simulator';
import type { Claim } from './claim';

/** What has to be so when the demo is over, whatever happened on the way. */
export async function claimsAtTheEnd(wonum: string, spg: SpgSimulator, karere: SpgReader): Promise<Claim[]> {
  const order = await karere.workOrder(wonum);
  const timeline = await karere.timeline(wonum);
  const gaps = await karere.gaps();
  const originals = await Promise.all(
    spg.sendings.map(async ({ notification }) => {
      const stored = await karere.original(notification.eventId);
      return stored?.equals(notification.body) ?? false;
    }),
  );
  const ids = spg.sendings.map(({ notification }) => notification.eventId);
  const lastEntry = timeline.at(-1);
  return [
    { text: `${wonum} is CLOSED`, holds: order.status === 'CLOSED' },
    {
      text: `all ${ids.length} notifications are on its timeline, each once and in order`,
      holds: timeline.map(({ eventId }) => eventId).join() === ids.join(),
    },
    {
      text: 'the only anomaly is the cancellation of a closed work order',
      holds:
        timeline.filter(({ anomalies }) => anomalies).length === 1 &&
        lastEntry?.notificationType === 'CancelWorkOrderNotify' &&
        lastEntry.anomalies?.length === 1,
    },
    {
      text: 'two gaps were seen and healed, one by a late arrival, one by a replay',
      holds: gaps.length === 2 && isHealedBy('late', gaps) && isHealedBy('replay', gaps),
    },
    { text: 'every stored original is byte for byte what SPG sent', holds: originals.every(Boolean) },
  ];
}

function isHealedBy(how: Gap['healedBy'], gaps: readonly Gap[]): boolean {
  return gaps.some(({ state, healedBy }) => state === 'healed' && healedBy === how);
}
