import { headOf } from './audit';
import type { Contender } from './contenders';
import { applyLoad, type LoadReport } from './load/load';
import { FIRST_EVENT_ID } from './load/notification-bodies';
import type { BenchContext } from './result';
import { API_KEY, Subject } from './subject';
import type { Usage } from './usage';

/** What one subject did in one turn. */
interface Turn extends LoadReport {
  /** CPU of the subject for each request, in microseconds, until it was idle again; PostgreSQL's comes on top. */
  readonly cpuMicros: number | undefined;
  /** From the last answer until it was idle again. */
  readonly settledMs: number;
  /** Of the subject, after the turn. */
  readonly usage: Usage;
}

/** All turns of one contender, in order. */
export interface Standing {
  readonly contender: Contender;
  /** Before the first turn. */
  readonly idle: Usage;
  readonly turns: readonly Turn[];
}

export interface Lane {
  readonly contender: Contender;
  readonly databaseUrl: string;
  /** Default: as in an empty database. */
  readonly firstEventId?: number;
}

/**
 * Lets the contenders take turns: the same client, the same PostgreSQL, each in a process and a database of its
 * own, one at a time. The order is turned round from round to round, so that none always comes after the same.
 * @throws Error when a request was refused, or when not exactly what was accepted is stored
 */
export async function race(context: BenchContext, lanes: readonly Lane[]): Promise<Standing[]> {
  const { options, server, say } = context;
  const runners: Runner[] = [];
  try {
    for (const lane of lanes) runners.push(await Runner.start(lane, context));
    for (let round = 1; round <= options.rounds; round += 1) {
      const order = round % 2 === 1 ? runners : runners.toReversed();
      for (const runner of order) {
        await server.checkpoint();
        const { perSecond } = await runner.takeTurn();
        say(`round ${round}/${options.rounds}  ${runner.name}: ${perSecond.toFixed(0)} per second`);
      }
    }
    return runners.map((runner) => runner.standing());
  } finally {
    for (const runner of runners) await runner.stop();
  }
}

class Runner {
  private readonly turns: Turn[] = [];
  private nextEventId: number;

  private constructor(
    private readonly lane: Lane,
    private readonly subject: Subject,
    private readonly idle: Usage,
    private readonly context: BenchContext,
  ) {
    this.nextEventId = lane.firstEventId ?? FIRST_EVENT_ID;
  }

  static async start(lane: Lane, context: BenchContext): Promise<Runner> {
    const subject = await Subject.start(lane.contender, lane.databaseUrl, context.server.folder);
    return new Runner(lane, subject, await subject.usage(), context);
  }

  get name(): string {
    return this.lane.contender.name;
  }

  async takeTurn(): Promise<Turn> {
    const { contender, databaseUrl } = this.lane;
    const { connections, seconds, warmUp } = this.context.options;
    const position = await headOf(databaseUrl);
    const before = await this.subject.usage();
    const firstEventId = this.nextEventId;
    const report = await applyLoad({
      urls: [this.subject.url],
      apiKey: API_KEY,
      connections,
      seconds,
      warmUpSeconds: warmUp,
      firstEventId,
    });
    if (report.refused > 0) {
      throw new Error(`${this.name}: ${report.refused} not accepted, the first one: ${report.firstRefusal}`);
    }
    const answered = performance.now();
    await contender.settle?.(databaseUrl);
    const settledMs = performance.now() - answered;
    const usage = await this.subject.usage();
    await contender.audit({ databaseUrl, firstEventId, position, accepted: report.accepted });
    this.nextEventId = report.nextEventId;
    const turn = { ...report, settledMs, usage, cpuMicros: microsEach(before, usage, report.accepted) };
    this.turns.push(turn);
    return turn;
  }

  standing(): Standing {
    return { contender: this.lane.contender, idle: this.idle, turns: this.turns };
  }

  stop(): Promise<void> {
    return this.subject.stop();
  }
}

function microsEach(before: Usage, after: Usage, requests: number): number | undefined {
  if (before.cpuSeconds === undefined || after.cpuSeconds === undefined) return undefined;
  return (1e6 * (after.cpuSeconds - before.cpuSeconds)) / requests;
}
