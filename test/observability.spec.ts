import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Metrics } from '../src/metrics/metrics';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { readPromQl } from './support/promql';

const FOLDER = join(__dirname, '../docker/observability');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: unknown }[];
}

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly panels: readonly Panel[];
}

/** Of Prometheus itself. */
const ITS_OWN = new Set(['up', 'ALERTS']);
const LABELS_OF_TARGETS = ['instance', 'job'];

const { groups } = parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...targets.map(({ expr }) => expr),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

let gateway: Gateway;
/** Names of all metrics as they can be asked for, with the metric that they are of. */
let series: Map<string, string>;
let help: Map<string, string>;
let labelsOf: (metric: string) => string[];

beforeAll(async () => {
  // Nothing listens there: its metrics are there all the same.
  gateway = await startGateway({ env: { NATS_URL: 'nats://127.0.0.1:1' } });
  const text = (await ask(`${gateway.url}/metrics`)).bytes.toString();
  help = new Map(
    [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', words = '']) => [name, words]),
  );
  series = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type = '']) =>
      (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map((part): [string, string] => [
        name + part,
        name,
      ]),
    ),
  );
  const all = gateway.app.get(Metrics).registry.getMetricsAsArray() as unknown as {
    name: string;
    labelNames: string[];
  }[];
  labelsOf = (metric) => {
    const name = series.get(metric);
    const own = all.find((each) => each.name === name)?.labelNames ?? [];
    return [...own, ...LABELS_OF_TARGETS, ...(metric.endsWith('_bucket') ? ['le'] : [])];
  };
});
afterAll(() => gateway.close());

function read(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

describe('what the alerts and the dashboard ask for', () => {
  it.each([...new Set(expressions)])('is there: %s', (expression) => {
    const { metrics, selected, grouped } = readPromQl(expression);
    const ours = metrics.filter((name) => !ITS_OWN.has(name));
    expect(metrics).not.toEqual([]);
    expect(ours.filter((name) => !series.has(name))).toEqual([]);
    expect(
      selected.filter(({ metric, label }) => !ITS_OWN.has(metric) && !labelsOf(metric).includes(label)),
    ).toEqual([]);
    expect(grouped.filter((label) => !ours.some((metric) => labelsOf(metric).includes(label)))).toEqual([]);
  });

  it('leaves none of our metrics out, and each is described', () => {
    const asked = new Set(
      expressions.flatMap((each) => readPromQl(each).metrics.map((name) => series.get(name))),
    );
    const own = [...help.keys()].filter((name) => name.startsWith('karere_'));
    expect(own.length).toBeGreaterThan(30);
    expect(own.filter((name) => !asked.has(name))).toEqual([]);
    for (const name of own) expect([name, help.get(name)]).toEqual([name, expect.stringMatching(/^.{15,}$/)]);
  });
});

describe('the alerts', () => {
  it('have names of their own, and say what is wrong, how bad it is, and what to do', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels, annotations]).toEqual([
        expect.stringMatching(/^Karere[A-Z]\w+$/),
        { severity: expect.stringMatching(/^(page|ticket)$/) as string },
        {
          summary: expect.stringMatching(/.{15}/) as string,
          description: expect.stringMatching(/.{15}\.$/) as string,
        },
      ]);
    }
  });

  it('are evaluated by the Prometheus that scrapes the processes', () => {
    expect(parse(read('prometheus.yaml'))).toMatchObject({
      rule_files: ['alerts.yaml'],
      scrape_configs: [{ job_name: 'karere' }],
    });
  });
});

describe('the dashboard', () => {
  it('can be imported: its data come from the Prometheus that is chosen', () => {
    const { list } = dashboard.templating;
    expect(list.filter(({ type }) => type === 'datasource').map(({ name }) => name)).toEqual(['datasource']);
    const chosen = { type: 'prometheus', uid: '${datasource}' };
    for (const { datasource } of targets) expect(datasource).toEqual(chosen);
    for (const { type, datasource } of dashboard.panels) {
      if (type !== 'row') expect(datasource).toEqual(chosen);
    }
  });

  it('has panels that lie beside each other', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      const { x, y, w, h } = gridPos;
      expect([title, x + w <= 24]).toEqual([title, true]);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          expect([title, taken.has(`${column} ${line}`)]).toEqual([title, false]);
          taken.add(`${column} ${line}`);
        }
      }
    }
  });
});
