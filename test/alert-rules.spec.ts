import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeWith } from './support/describe-with';
import { HOW_TO_GET_PROMTOOL, promtool, promtoolPath } from './support/promtool';
import { makeTempFolder } from './support/temp-folder';

const FOLDER = join(__dirname, '../docker/observability');
const ALERTS = join(FOLDER, 'alerts.yaml');

/** Series by their names, as promtool writes values: `start+step x times`, a minute each. */
type Series = Readonly<Record<string, string>>;

interface Case {
  /** What raises the alert, and does so all the time. */
  readonly bad: Series;
  /** What looks much like it and is in order. */
  readonly good: Series;
}

const HOUR = 'x60';
const steady = (value: number): string => `${value}+0${HOUR}`;
const rising = (step: number, from = 0): string => `${from}${step < 0 ? '' : '+'}${step}${HOUR}`;
const requests = (status: number): string =>
  `karere_http_request_duration_seconds_count{method="POST",route="/spg/notification",status="${status}"}`;
const answersWithin = (le: string, route: string): string =>
  `karere_http_request_duration_seconds_bucket{route="${route}",le="${le}"}`;
const delays = (le: string): string => `karere_delivery_delay_seconds_bucket{kind="webhook",le="${le}"}`;
const attempts = (verdict: string): string =>
  `karere_delivery_attempts_total{kind="webhook",verdict="${verdict}"}`;
const only = (name: string, bad: number, good: number): Case => ({
  bad: { [name]: steady(bad) },
  good: { [name]: steady(good) },
});

const CASES: Readonly<Record<string, Case>> = {
  KarereDown: only('up{job="karere",instance="a"}', 0, 1),
  KarereNobodyThere: {
    bad: { 'up{job="prometheus"}': steady(1), 'up{job="karere",instance="a"}': steady(0) },
    good: { 'up{job="karere",instance="a"}': steady(0), 'up{job="karere",instance="b"}': steady(1) },
  },
  KarereNotReady: only('karere_ready{instance="a"}', 0, 1),
  KarereDatabaseAway: only('karere_database_up', 0, 1),
  KarereDatabasePoolExhausted: {
    bad: {
      'karere_database_waiting_requests{instance="a"}': steady(3),
      'karere_database_connections{instance="a",state="idle"}': steady(0),
    },
    // They are just being handed over.
    good: {
      'karere_database_waiting_requests{instance="a"}': steady(3),
      'karere_database_connections{instance="a",state="idle"}': steady(1),
      'karere_database_connections{instance="b",state="idle"}': steady(0),
    },
  },
  KarereErrors: {
    bad: { [requests(200)]: rising(98), [requests(503)]: rising(2) },
    good: { [requests(200)]: rising(99.5), [requests(503)]: rising(0.5), [requests(404)]: rising(50) },
  },
  KarereSlowAnswers: {
    bad: {
      [answersWithin('1', '/spg/gaps')]: rising(90),
      [answersWithin('5', '/spg/gaps')]: rising(100),
      [answersWithin('+Inf', '/spg/gaps')]: rising(100),
    },
    good: {
      [answersWithin('1', '/spg/gaps')]: rising(100),
      [answersWithin('+Inf', '/spg/gaps')]: rising(100),
      [answersWithin('1', '/domain-events/stream')]: rising(0),
      [answersWithin('5', '/domain-events/stream')]: rising(100),
      [answersWithin('+Inf', '/domain-events/stream')]: rising(100),
    },
  },
  KarereEventLoopBlocked: only('nodejs_eventloop_lag_p99_seconds{job="karere"}', 0.8, 0.02),
  KarereNotificationsLost: {
    bad: { 'karere_spg_gaps{state="confirmed"}': steady(1) },
    good: { 'karere_spg_gaps{state="opened"}': steady(1), 'karere_spg_gaps{state="confirmed"}': steady(0) },
  },
  KarereNotificationsWait: only('karere_spg_queued_notifications', 2000, 200),
  KarereConsumerStuck: only('karere_consumer_failed_attempts{consumer="bus"}', 3, 0),
  KarereConsumerBehind: {
    bad: { 'karere_consumer_lag_events{consumer="fan-out"}': rising(10, 5000) },
    good: { 'karere_consumer_lag_events{consumer="fan-out"}': rising(-50, 9000) },
  },
  KarereEventsParked: only('karere_parked_events{consumer="bus"}', 1, 0),
  KarereNatsAway: only('karere_jetstream_connected', 0, 1),
  KarereNatsRefuses: only('karere_jetstream_failing', 1, 0),
  KarereNothingIsDelivered: only('karere_delivery_overdue_seconds', 1300, 600),
  KarereDeliveryLate: {
    bad: {
      [delays('30')]: rising(50),
      [delays('120')]: rising(100),
      [delays('+Inf')]: rising(100),
      [attempts('sent')]: rising(100),
    },
    // Late it is, but because receivers are away.
    good: {
      [delays('30')]: rising(50),
      [delays('120')]: rising(100),
      [delays('+Inf')]: rising(100),
      [attempts('sent')]: rising(100),
      [attempts('transient')]: rising(50),
    },
  },
  KarereOldestNotification: only('karere_notifications_oldest_pending_seconds', 200_000, 80_000),
  KarereQueueGrows: {
    bad: { karere_notifications_pending: rising(100, 20_000) },
    good: { karere_notifications_pending: rising(-100, 20_000) },
  },
  KarereChannelFailing: only('karere_channels_failing_longest_seconds', 100_000, 3600),
  KarereDeliveriesFail: {
    bad: { [attempts('sent')]: rising(10), [attempts('transient')]: rising(30) },
    good: { [attempts('sent')]: rising(30), [attempts('transient')]: rising(10) },
  },
  KarereLedgerUnbalanced: only('karere_ledger_unbalanced_subscriptions', 1, 0),
  KarereSelfCheckMissing: {
    bad: { 'karere_self_check_timestamp_seconds{instance="a"}': steady(0) },
    good: {
      'karere_self_check_timestamp_seconds{instance="a"}': rising(60),
      'karere_self_check_timestamp_seconds{instance="b"}': steady(0),
    },
  },
  KarereItasAway: only('karere_itas_mailbox_failing', 1, 0),
  KarereItasNotPolled: {
    bad: { karere_itas_mailbox_last_poll_timestamp_seconds: steady(0) },
    good: { karere_itas_mailbox_last_poll_timestamp_seconds: rising(60) },
  },
  KarereItasLate: only('karere_itas_mailbox_lag_seconds', 1000, 60),
  KarereItasDeadLetters: only('karere_itas_dead_letters', 1, 0),
  KarereItasTopicsMissing: only('karere_itas_mailbox_missing_topics', 1, 0),
  // At the latest two days ago.
  KarereItasMailboxLost: only('karere_itas_mailbox_lost_timestamp_seconds', 0, -172_800),
  KarereBookingsFail: {
    bad: { 'karere_followup_bookings_total{outcome="failed"}': rising(1) },
    good: {
      'karere_followup_bookings_total{outcome="slot-taken"}': rising(1),
      'karere_followup_bookings_total{outcome="failed"}': steady(3),
    },
  },
};

it('the alert rules have a case each', () => {
  const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: { alert: string }[] }[] };
  const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(Object.keys(CASES).toSorted()).toEqual(names.toSorted());
});

const PROMTOOL = { path: promtoolPath, missing: HOW_TO_GET_PROMTOOL };

describeWith(PROMTOOL, 'the alert rules, evaluated by promtool', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** That an alert is raised after an hour of this, or is not. */
  function expectation(alert: string, input: Series, raised: boolean): object {
    return {
      interval: '1m',
      input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
          eval_time: '58m',
          exp_samples: [{ labels: '{}', value: raised ? 1 : 0 }],
        },
      ],
    };
  }

  it('are rules, and the configuration that names them is one', () => {
    expect(promtool('check', 'rules', ALERTS)).toBe('');
    expect(promtool('check', 'config', join(FOLDER, 'prometheus.yaml'))).toBe('');
  });

  it('raise each alert when it should be, and not when all is in order', async () => {
    const tests = Object.entries(CASES).flatMap(([alert, { bad, good }]) => [
      expectation(alert, bad, true),
      expectation(alert, good, false),
    ]);
    const file = join(folder, 'test.yaml');
    await writeFile(file, stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
    expect(promtool('test', 'rules', file)).toBe('');
  });

  it('what the dashboard asks is PromQL', async () => {
    const { panels } = JSON.parse(readFileSync(join(FOLDER, 'grafana-dashboard.json'), 'utf8')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const rules = panels
      .flatMap(({ targets = [] }) => targets)
      .map(({ expr }, index) => ({
        record: `panel:expression:${index}`,
        expr: expr.replaceAll('$__rate_interval', '1m'),
      }));
    const file = join(folder, 'dashboard.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(promtool('check', 'rules', file)).toBe('');
  });
});
