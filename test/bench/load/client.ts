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

/** Keeps every connection busy with one request at a time until the time is over, or waits for the pace. */
class Client {
  private taken = 0;
  private accepted = 0;
  private refused = 0;
  private firstRefusal: string | undefined;
  private readonly latencies: number[] = [];
  private measuring = false;
  private readonly begun = performance.now();
  private readonly pools: readonly Pool[];
  private readonly headers: Record<string, string>;

  constructor(private readonly order: LoadOrder) {
    const { urls, connections } = order;
    this.pools = urls.map((url) => new Pool(url, { connections, pipelining: 1 }));
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
    await Promise.all(this.pools.map((pool) => pool.close()));
    const whole = process.cpuUsage();
    return {
      accepted: this.accepted,
      refused: this.refused,
      ...(this.firstRefusal !== undefined && { firstRefusal: this.firstRefusal }),
      perSecond: this.latencies.length / elapsed,
      p50Ms: quantile(this.latencies, 0.5),
      p99Ms: quantile(this.latencies, 0.99),
      clientCpuMicros: (user + system) / this.latencies.length,
      clientCpuSeconds: (whole.user + whole.system) / 1e6,
      nextEventId: this.order.firstEventId + this.taken,
    };
  }

  private async measureAfter(seconds: number): Promise<{ at: number; cpu: NodeJS.CpuUsage }> {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    this.measuring = true;
    return { at: performance.now(), cpu: process.cpuUsage() };
  }

  private keepBusy(end: number): Promise<void> {
    const { most = Number.POSITIVE_INFINITY } = this.order;
    const bodies = new NotificationBodies();
    return new Promise((resolve) => {
      const next = (): void => {
        const now = performance.now();
        const due = Math.max(now, this.dueAt(this.taken));
        // A refusal would repeat at full speed, and the figures are void anyway.
        if (due >= end || this.taken >= most || this.refused > 0) return resolve();
        const number = this.taken++;
        if (due > now) setTimeout(() => this.post(number, bodies, next), due - now);
        else this.post(number, bodies, next);
      };
      next();
    });
  }

  private dueAt(number: number): number {
    const { perSecond } = this.order;
    return perSecond === undefined ? 0 : this.begun + (1000 * number) / perSecond;
  }

  private post(number: number, bodies: NotificationBodies, next: () => void): void {
    const start = performance.now();
    const body = bodies.next(this.order.firstEventId + number);
    const answer = new Answer((status, error) => {
      this.count(status, error, start);
      next();
    });
    const pool = this.pools[number % this.pools.length];
    pool?.dispatch({ method: 'POST', path: '/spg/notification', headers: this.headers, body }, answer);
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
