import type { DataSource } from 'typeorm';

/** How a statement was executed. */
export interface Explained {
  /** As EXPLAIN ANALYZE writes it, without what was not executed. */
  readonly text: string;
  readonly tablesReadAsAWhole: readonly string[];
  /** By all scans together, those that a filter took away too. */
  readonly rowsRead: number;
}

/** Explains each statement that some work sends by the data source's manager, in its order. */
export async function explainAll(dataSource: DataSource, work: () => Promise<unknown>): Promise<Explained[]> {
  const { manager } = dataSource;
  const sent: { sql: string; parameters: unknown[] }[] = [];
  const query = manager.query.bind(manager);
  manager.query = (sql: string, parameters: unknown[] = []) => {
    sent.push({ sql, parameters });
    return query(sql, parameters);
  };
  try {
    await work();
  } finally {
    manager.query = query;
  }
  const explained: Explained[] = [];
  for (const { sql, parameters } of sent) {
    const rows = await query<{ 'QUERY PLAN': string }[]>(`EXPLAIN (ANALYZE, BUFFERS) ${sql}`, parameters);
    explained.push(read(rows.map((row) => row['QUERY PLAN'])));
  }
  return explained;
}

function read(lines: readonly string[]): Explained {
  const text = executed(lines);
  // Of a table that is empty nothing is read, whatever the way; what was filtered away stands two lines below.
  const wholes = text.flatMap((line, index) => {
    const table = /Seq Scan on (delivery_(?:history|notification)\w*)/.exec(line)?.[1];
    const touched = text.slice(index, index + 3).reduce((sum, each) => sum + rowsOf(each), 0);
    return table !== undefined && touched > 0 ? [table] : [];
  });
  return {
    text: text.join('\n'),
    tablesReadAsAWhole: wholes,
    rowsRead: text.reduce((sum, line) => sum + rowsOf(line), 0),
  };
}

/** Leaves out nodes that were never executed, with what stands below them. */
function executed(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let skippedDepth = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const depth = line.search(/\S/);
    if (depth <= skippedDepth) skippedDepth = Number.POSITIVE_INFINITY;
    if (line.includes('(never executed)')) skippedDepth = Math.min(skippedDepth, depth);
    if (depth < skippedDepth) kept.push(line);
  }
  return kept;
}

function rowsOf(line: string): number {
  const scanned = /Scan.*actual.* rows=([\d.]+) loops=(\d+)/.exec(line);
  const removed = /Rows Removed by Filter: (\d+)/.exec(line);
  return Number(scanned?.[1] ?? 0) * Number(scanned?.[2] ?? 0) + Number(removed?.[1] ?? 0);
}
