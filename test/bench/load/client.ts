import { type Dispatcher, Pool } from 'undici';
import { quantile } from '../statistics';
import type { LoadOrder, LoadReport } from './load';
import { NotificationBodies } from './notification-bodies';

/** One answer, of which only the status matters. */
class Answer implements Dispatcher.DispatchHandler {
  private status = 0;

  constructor(private readonly done: (status: number, error?: Error) => void) {}

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    this.done(this.status);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.done(0, error);
  }
}

/** Keeps every connection busy with one request at a time until the time is over. */
class Client {
  private nextEventId: number;
  private accepted = 0;
  private refused = 0;
  private firstRefusal: string | undefined;
  private readonly latencies: number[] = [];
  private measuring = false;
  private readonly pool: Pool;
  private readonly headers: Record<string, string>;

  constructor(private readonly order: LoadOrder) {
    this.nextEventId = order.firstEventId;
    this.pool = new Pool(order.url, { connections: order.connections, pipelining: 1 });
    this.headers = { 'content-type': 'application/json', 'x-api-key': order.apiKey };
  }

  async run(): Promise<LoadReport> {
    const { connections, warmUpSeconds, seconds } = this.order;
    const end = performance.now() + (warmUpSeconds + seconds) * 1000;
    const busy = Promise.all(Array.from({ length: connections }, () => this.keepBusy(end)));
    const started = await this.measureAfter(warmUpSeconds);
    await busy;
    const elapsed = (performance.now() - started.at) / 1000;
    const { user, system } = process.cpuUsage(started.cpu);
    await this.pool.close();
    return {
      accepted: this.accepted,
      refused: this.refused,
      ...(this.firstRefusal !== undefined && { firstRefusal: this.firstRefusal }),
      perSecond: this.latencies.length / elapsed,
      p50Ms: quantile(this.latencies, 0.5),
      p99Ms: quantile(this.latencies, 0.99),
      clientCpuMicros: (user + system) / this.latencies.length,
      nextEventId: this.nextEventId,
    };
  }

  private async measureAfter(seconds: number): Promise<{ at: number; cpu: NodeJS.CpuUsage }> {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    this.measuring = true;
    return { at: performance.now(), cpu: process.cpuUsage() };
  }

  private keepBusy(end: number): Promise<void> {
    const bodies = new NotificationBodies();
    return new Promise((resolve) => {
      const next = (): void => {
        const start = performance.now();
        // A refusal would repeat at full speed, and the figures are void anyway.
        if (start >= end || this.refused > 0) return resolve();
        const body = bodies.next(this.nextEventId++);
        const answer = new Answer((status, error) => {
          this.count(status, error, start);
          next();
        });
        this.pool.dispatch(
          { method: 'POST', path: '/spg/notification', headers: this.headers, body },
          answer,
        );
      };
      next();
    });
  }

  private count(status: number, error: Error | undefined, start: number): void {
    if (status === 200) {
      this.accepted += 1;
      if (this.measuring) this.latencies.push(performance.now() - start);
      return;
    }
    this.refused += 1;
    this.firstRefusal ??= error ? error.message : `answered ${status}`;
  }
}

// Told so by the parent, or the parent is gone.
process.once('disconnect', () => process.exit());
process.once('message', (order) => {
  void new Client(order as LoadOrder).run().then((report) => process.send?.(report));
});
