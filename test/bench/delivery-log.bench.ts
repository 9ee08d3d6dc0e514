import { DataSource } from 'typeorm';
import { EventLog } from '../../src/events/event-log';
import { NotificationLog } from '../../src/delivery/notification-log.service';
import type { NotificationQuery } from '../../src/delivery/notification-conditions';
import { dataSourceOptions } from '../../src/schema';
import { type Filled, fillDeliveryLog } from './fill-delivery-log';
import { explainAll, type Explained } from './explain';
import type { Bench, Row } from './result';
import { median } from './statistics';

const DATABASE = 'delivery_log';
const PAGE = 50;
const ROUNDS = 15;

/** What a person at a screen does not wait for. */
const PROMPT_MS = 100;

/** Whether the delivery log is fast however long it is; the plans of all common filters go to stderr. */
export const deliveryLog: Bench = {
  name: 'delivery-log',
  asks: `ms for a page of ${PAGE} of the delivery log, by filter`,
  async run({ options: { logged }, server, say }) {
    const url = await server.createDatabase(DATABASE);
    const filled = await fillDeliveryLog(url, logged, say);
    await server.checkpoint();
    const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
    const rows: Row[] = [];
    const medians: number[] = [];
    const scans: string[] = [];
    try {
      const log = new NotificationLog(dataSource, new EventLog());
      for (const [name, query] of filtersFor(filled)) {
        const took = await measure(log, query);
        const plans = await explainAll(dataSource, () => log.list(query, { limit: PAGE }));
        say(`\n${name}\n${plans.map(({ text }) => text).join('\n')}`);
        medians.push(median(took));
        scans.push(...plans.flatMap(({ tablesReadAsAWhole }) => tablesReadAsAWhole));
        rows.push(rowOf(name, took, plans));
      }
    } finally {
      await dataSource.destroy();
      await server.dropDatabase(DATABASE);
    }
    return {
      rows,
      targets: [
        {
          what: `${PROMPT_MS} ms ÷ the median of the slowest filter`,
          atLeast: 1,
          measured: PROMPT_MS / Math.max(...medians),
        },
        {
          what: 'plans that are by indexes alone, as a share',
          atLeast: 1,
          measured: scans.length === 0 ? 1 : 0,
        },
      ],
    };
  },
};

async function measure(log: NotificationLog, query: NotificationQuery): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    await log.list(query, { limit: PAGE });
    times.push(performance.now() - begun);
  }
  return times.slice(1);
}

function filtersFor({
  partyId,
  subscriptionId,
  channelId,
  transactionId,
}: Filled): [string, NotificationQuery][] {
  const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
  return [
    ['none', { partyId }],
    ['status fail', { partyId, status: 'fail' }],
    ['status expired, of which there is none', { partyId, status: 'expired' }],
    ['status pending', { partyId, status: 'pending' }],
    ['subscription', { partyId, subscriptionIds: [subscriptionId] }],
    ['subscription and status fail', { partyId, subscriptionIds: [subscriptionId], status: 'fail' }],
    ['channel', { partyId, channelId }],
    ['type of event', { partyId, eventType: 'ONTActivation' }],
    ['a day', { partyId, createdFrom: daysAgo(41), createdTo: daysAgo(40) }],
    ['failures of a week', { partyId, status: 'fail', createdFrom: daysAgo(70), createdTo: daysAgo(63) }],
    ['transaction', { partyId, transactionId }],
    ['transaction that there is not', { partyId, transactionId: 'none' }],
    ['a party without any', { partyId: 'nobody' }],
  ];
}

function rowOf(name: string, times: readonly number[], plans: readonly Explained[]): Row {
  return {
    filter: name,
    'median ms': median(times),
    'slowest ms': Math.max(...times),
    statements: plans.length,
    'rows read': plans.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
  };
}
