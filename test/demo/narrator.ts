import { performance } from 'node:perf_hooks';
import type { Gap, WorkOrder } from '../support/spg-reader';
import type { Sending } from '../support/spg-simulator';

/** Prints the demo, with the seconds since its beginning. */
export class Narrator {
  private readonly start = performance.now();

  title(text: string): void {
    process.stdout.write(`\n${text}\n`);
  }

  /** A line of a list, which happens at no particular time. */
  list(text: string): void {
    process.stdout.write(`         ${text}\n`);
  }

  tell(text: string): void {
    const seconds = ((performance.now() - this.start) / 1000).toFixed(1);
    process.stdout.write(`${seconds.padStart(5)} s  ${text}\n`);
  }

  knows(order: WorkOrder, gaps: readonly Gap[], anomalies: readonly string[] = []): void {
    const missing = gaps.filter(({ state }) => state !== 'healed');
    const parts = [
      `${order.wonum} is ${order.status}, ${order.tasks.length} tasks`,
      ...missing.map((gap) => `${rangeOf(gap)} is missing (gap ${gap.state})`),
      ...anomalies.map((anomaly) => `anomaly: ${anomaly}`),
    ];
    this.list(`Karere knows: ${parts.join('; ')}`);
  }

  sent({ notification, answers }: Sending): void {
    const results = answers.map(({ status, receipt }) => receipt ?? String(status)).join(' and ');
    this.tell(`SPG sends ${notification.eventId} ${notification.type}: ${results || 'lost on the way'}`);
  }
}

export function rangeOf({ from, to }: Gap): string {
  return from === to ? from : `${from} to ${to}`;
}
