import { ask } from './http';

/** The value of one metric, by its name with its labels as they are written: `x_total{a="b"}`. */
export async function metricOf(
  { url }: { readonly url: string },
  metric: string,
): Promise<number | undefined> {
  const { bytes } = await ask(`${url}/metrics`);
  const line = bytes
    .toString()
    .split('\n')
    .find((each) => each.startsWith(`${metric} `));
  return line === undefined ? undefined : Number(line.slice(metric.length + 1));
}
