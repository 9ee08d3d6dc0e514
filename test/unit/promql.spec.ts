import { readPromQl } from '../support/promql';

it.each([
  ['up == 0', ['up'], [], []],
  ['time() - max(a_seconds > 0)', ['a_seconds'], [], []],
  ['max by (consumer) (deriv(lag[5m])) >= 0 and lag > 1e3', ['lag', 'lag'], [], ['consumer']],
  [
    'sum(rate(x_count{status=~"5..|up{a}",route!="r"}[$__rate_interval])) / on (instance) y_total',
    ['x_count', 'y_total'],
    ['x_count status', 'x_count route'],
    ['instance'],
  ],
  [
    'histogram_quantile(0.99, sum by (le, kind) (rate(d_bucket{instance=~"$instance"}[1h30m])))',
    ['d_bucket'],
    ['d_bucket instance'],
    ['le', 'kind'],
  ],
])('%s', (expression, metrics, selected, grouped) => {
  const read = readPromQl(expression);
  expect(read.metrics).toEqual(metrics);
  expect(read.selected.map(({ metric, label }) => `${metric} ${label}`)).toEqual(selected);
  expect(read.grouped).toEqual(grouped);
});
