import { fillFollowup } from './fill-followup';
import { applyFollowupLoad, type FollowupOrder, type FollowupReport } from './load/followup-load';
import { KARERE } from './contenders';
import type { Bench, BenchContext, Row } from './result';
import { query } from './server';
import { median, spreadPercent } from './statistics';
import { FOLLOWUP_SECRET, Subject } from './subject';

type What = FollowupOrder['what'];

/** How often and how soon technicians get an answer, with calendars of 1,000 areas × 60 days × 4 windows. */
export const followup: Bench = {
  name: 'followup',
  asks: 'searches and bookings of follow-up visits per second, with no visit and with many stored',
  async run(context) {
    const { options, server, say } = context;
    const empty = await server.createDatabase('followup_empty');
    await fillFollowup(empty, 0, say);
    const full = await server.createDatabase('followup_full');
    await fillFollowup(full, options.stored, say);
    const lanes = [
      new Lane('nothing stored', empty, context),
      new Lane(`${options.stored} visits`, full, context),
    ] as const;
    try {
      for (const lane of lanes) await lane.start();
      for (const what of ['search', 'book'] as const) await takeTurns(what, lanes, context);
      const [one, other] = lanes;
      return {
        rows: lanes.flatMap((lane) => [lane.row('search'), lane.row('book')]),
        targets: [
          {
            what: 'p99 of a search with nothing stored ÷ with many',
            atLeast: 1 / 1.5,
            measured: one.p99('search') / other.p99('search'),
          },
        ],
      };
    } finally {
      for (const lane of lanes) await lane.stop();
    }
  },
};

/** The order is turned round from round to round, so that none always comes after the same. */
async function takeTurns(
  what: What,
  lanes: readonly Lane[],
  { options, server, say }: BenchContext,
): Promise<void> {
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const lane of round % 2 === 1 ? lanes : lanes.toReversed()) {
      await server.checkpoint();
      const perSecond = await lane.takeTurn(what);
      say(`round ${round}/${options.rounds}  ${what}, ${lane.name}: ${perSecond.toFixed(0)} per second`);
    }
  }
}

/** A gateway on a database of its own. */
class Lane {
  private subject: Subject | undefined;
  private readonly reports: Record<What, FollowupReport[]> = { search: [], book: [] };
  private nextOrder = 1;

  constructor(
    readonly name: string,
    private readonly databaseUrl: string,
    private readonly context: BenchContext,
  ) {}

  async start(): Promise<void> {
    const description = { ...KARERE, name: `karere, ${this.name}` };
    this.subject = await Subject.start(description, this.databaseUrl, this.context.server.folder);
  }

  async stop(): Promise<void> {
    await this.subject?.stop();
  }

  /** @throws when something was refused, or when not exactly what was answered with 200 is booked */
  async takeTurn(what: What): Promise<number> {
    const { connections, seconds, warmUp } = this.context.options;
    const before = await this.booked();
    const report = await applyFollowupLoad({
      url: this.subject?.url ?? '',
      secret: FOLLOWUP_SECRET,
      what,
      connections,
      seconds,
      warmUpSeconds: warmUp,
      firstOrder: this.nextOrder,
    });
    if (report.refused > 0) throw new Error(`${this.name}: refused: ${report.firstRefusal}`);
    const added = (await this.booked()) - before;
    if (added !== (what === 'book' ? report.accepted : 0)) {
      throw new Error(`${this.name}: ${report.accepted} were accepted, ${added} are stored`);
    }
    this.nextOrder = report.nextOrder;
    this.reports[what].push(report);
    return report.perSecond;
  }

  row(what: What): Row {
    const rates = this.reports[what].map(({ perSecond }) => perSecond);
    return {
      subject: `${what}, ${this.name}`,
      'per second': median(rates),
      'spread %': spreadPercent(rates),
      'p50 ms': median(this.reports[what].map(({ p50Ms }) => p50Ms)),
      'p99 ms': this.p99(what),
    };
  }

  p99(what: What): number {
    return median(this.reports[what].map(({ p99Ms }) => p99Ms));
  }

  /** @throws when the windows have not as many places taken as there are visits */
  private async booked(): Promise<number> {
    const [row] = await query<{ visits: number; places: number }>(
      this.databaseUrl,
      `SELECT (SELECT count(*)::int FROM followup_booking WHERE status = 'confirmed') AS visits,
              (SELECT coalesce(sum(booked), 0)::int FROM followup_window) AS places`,
    );
    if (!row || row.visits !== row.places) {
      throw new Error(`${this.name}: ${row?.visits} visits, but ${row?.places} places`);
    }
    return row.visits;
  }
}
