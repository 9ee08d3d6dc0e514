import { ReplayMover } from '../../src/delivery/replay-mover.service';
import type { Gateway } from './gateway';
import type { Answer } from './http';
import type { Subscriber } from './subscriber';

const SECOND_MS = 1000;

/** What a bulk replay answers. */
export interface BulkReplay {
  readonly id: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly results: {
    readonly sent: number;
    readonly errored: number;
    readonly notifications: readonly { readonly id: string; readonly status: string }[];
  };
}

/** What `GET /tuatahi/replays/{id}` tells. */
export interface ReplayProgress {
  readonly id: string;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly matched: number;
  readonly waiting: number;
  readonly queued: number;
  readonly sent: number;
  readonly errored: number;
  readonly cancelled: number;
  readonly ratePerSecond: number;
  readonly createdAt: string;
  readonly estimatedEndAt?: string;
  readonly finishedAt?: string;
}

/** Asks for a bulk replay; a dry run unless told otherwise. */
export function askForReplay(subscriber: Subscriber, request: object = {}): Promise<Answer> {
  return subscriber.ask('POST', '/notifications/replay', { limit: 100, dryRun: true, ...request });
}

/** @throws when it is refused */
export async function replay(subscriber: Subscriber, request: object = {}): Promise<BulkReplay> {
  const { status, body } = await askForReplay(subscriber, request);
  if (status !== 200) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  return body as object as BulkReplay;
}

/** The ids that it names, in its order. */
export function idsOf({ results }: BulkReplay): string[] {
  return results.notifications.map(({ id }) => id);
}

export async function progressOf(subscriber: Subscriber, id: string): Promise<ReplayProgress> {
  return (await subscriber.ask('GET', `/replays/${id}`)).body as object as ReplayProgress;
}

/** As the job does it, a second after the last time. */
export class ReplayClock {
  private ms = Date.now();

  constructor(private readonly gateway: Gateway) {}

  /** @param afterMs since the last step */
  async step(afterMs = SECOND_MS): Promise<void> {
    this.ms += afterMs;
    await this.gateway.app.get(ReplayMover).step(new Date(this.ms));
  }

  /** Steps and deliveries until no replay is running any more. */
  async finish(): Promise<void> {
    for (let steps = 0; await this.isRunning(); steps += 1) {
      if (steps > 1000) throw new Error('a replay does not come to its end');
      await this.step();
      await this.gateway.deliver();
    }
  }

  private async isRunning(): Promise<boolean> {
    const [row] = await this.gateway.dataSource.query<{ running: boolean }[]>(
      `SELECT EXISTS (SELECT FROM delivery_replay WHERE state = 'running') AS running`,
    );
    return row?.running === true;
  }
}
