import { BatchWriter, type BatchWriterOptions, QueueFull } from '../../src/database/batch-writer';

type Options = Partial<BatchWriterOptions<string, string>>;

/** A writer of texts whose writes wait for the test, each answered with its text in capitals. */
function writerThatWaits(options: Options = {}) {
  const writes: { rows: readonly string[]; commit: () => void; fail: (error: Error) => void }[] = [];
  const writer = new BatchWriter<string, string>({
    write: (rows) =>
      new Promise((resolve, reject) => {
        const commit = (): void => resolve(rows.map((row) => row.toUpperCase()));
        writes.push({ rows, commit, fail: reject });
      }),
    sizeOf: (row) => row.length,
    ...options,
  });
  return { writer, writes };
}

/** A writer that fails each write in which there is a row with "bad" in it. */
function writerThatRefuses(options: Options = {}) {
  const writes: (readonly string[])[] = [];
  const writer = new BatchWriter<string, string>({
    write: (rows) => {
      writes.push(rows);
      const bad = rows.find((row) => row.includes('bad'));
      return bad === undefined ? Promise.resolve(rows) : Promise.reject(new Error(bad));
    },
    sizeOf: (row) => row.length,
    ...options,
  });
  return { writer, writes };
}

/** Long enough for all that can happen without a commit. */
async function turn(): Promise<void> {
  for (let count = 0; count < 3; count += 1) await new Promise(setImmediate);
}

describe('a batch writer', () => {
  it('writes what comes in one turn together, and in the order in which it came', async () => {
    const { writer, writes } = writerThatWaits();
    const results = ['a', 'b', 'c'].map((row) => writer.submit(row));
    await turn();
    expect(writes.map(({ rows }) => rows)).toEqual([['a', 'b', 'c']]);
    writes[0]?.commit();
    expect(await Promise.all(results)).toEqual(['A', 'B', 'C']);
  });

  it('writes what comes during a write together after it, never two writes at a time', async () => {
    const { writer, writes } = writerThatWaits();
    const first = writer.submit('a');
    await turn();
    const rest: Promise<string>[] = [];
    for (const row of ['b', 'c', 'd']) {
      rest.push(writer.submit(row));
      await turn();
    }
    expect(writes).toHaveLength(1);
    expect(writer.queuedRows).toBe(3);
    writes[0]?.commit();
    await turn();
    expect(writes.map(({ rows }) => rows)).toEqual([['a'], ['b', 'c', 'd']]);
    writes[1]?.commit();
    expect(await Promise.all([first, ...rest])).toEqual(['A', 'B', 'C', 'D']);
    expect(writer.queuedRows).toBe(0);
  });

  it('answers nobody before the commit', async () => {
    const { writer, writes } = writerThatWaits();
    let answered = false;
    const result = writer.submit('a').then(() => (answered = true));
    await turn();
    expect(answered).toBe(false);
    writes[0]?.commit();
    await result;
    expect(answered).toBe(true);
  });

  it('writes again after it was idle', async () => {
    const { writer, writes } = writerThatRefuses();
    expect(await writer.submit('a')).toBe('a');
    await turn();
    expect(await writer.submit('b')).toBe('b');
    expect(writes).toEqual([['a'], ['b']]);
  });

  it('puts no more rows into a write than it may', async () => {
    const { writer, writes } = writerThatRefuses({ maxBatchRows: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((row) => writer.submit(row)));
    expect(writes).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('puts no more bytes into a write than it may, but for a row that is larger by itself', async () => {
    const { writer, writes } = writerThatRefuses({ maxBatchBytes: 4 });
    await Promise.all(['aa', 'bb', 'c', 'dddddd', 'e'].map((row) => writer.submit(row)));
    expect(writes).toEqual([['aa', 'bb'], ['c'], ['dddddd'], ['e']]);
  });

  it('refuses a row when as many wait as may, and takes one again when there is room', async () => {
    const { writer, writes } = writerThatWaits({ maxQueuedRows: 2 });
    const taken = [writer.submit('in flight')];
    await turn();
    taken.push(writer.submit('b'), writer.submit('c'));
    await expect(writer.submit('d')).rejects.toBeInstanceOf(QueueFull);
    expect(writer.queuedRows).toBe(2);
    writes[0]?.commit();
    await turn();
    taken.push(writer.submit('e'));
    writes[1]?.commit();
    await turn();
    writes[2]?.commit();
    expect(await Promise.all(taken)).toEqual(['IN FLIGHT', 'B', 'C', 'E']);
  });

  it('refuses a row when more bytes would wait than may', async () => {
    const { writer, writes } = writerThatWaits({ maxQueuedBytes: 5 });
    const first = writer.submit('a');
    await turn();
    const second = writer.submit('bbb');
    await expect(writer.submit('ccc')).rejects.toBeInstanceOf(QueueFull);
    const third = writer.submit('dd');
    writes[0]?.commit();
    await turn();
    writes[1]?.commit();
    expect(await Promise.all([first, second, third])).toEqual(['A', 'BBB', 'DD']);
    expect(writes[1]?.rows).toEqual(['bbb', 'dd']);
  });

  it('tells how many rows each write that committed had', async () => {
    const written: number[] = [];
    const { writer } = writerThatRefuses({ onWritten: (rows) => written.push(rows) });
    const results = ['a', 'bad', 'c'].map((row) => writer.submit(row));
    await Promise.allSettled(results);
    expect(written).toEqual([1, 1]);
  });

  it('is drained when all has settled', async () => {
    const { writer, writes } = writerThatWaits();
    let isDrained = false;
    const settled = [writer.submit('a')];
    await turn();
    settled.push(writer.submit('b'));
    const drained = writer.drained().then(() => (isDrained = true));
    writes[0]?.commit();
    await turn();
    expect(isDrained).toBe(false);
    writes[1]?.commit();
    await drained;
    expect(await Promise.all(settled)).toEqual(['A', 'B']);
    expect(await writer.drained()).toBeUndefined();
  });
});

describe('a bad row', () => {
  it.each([0, 1, 6, 7])('at place %i fails alone', async (place) => {
    const rows = Array.from({ length: 8 }, (_, n) => (n === place ? `bad ${n}` : `good ${n}`));
    const { writer, writes } = writerThatRefuses();
    const results = await Promise.allSettled(rows.map((row) => writer.submit(row)));
    const expected = rows.map((row, n) =>
      n === place ? { status: 'rejected', reason: new Error(row) } : { status: 'fulfilled', value: row },
    );
    expect(results).toEqual(expected);
    expect(writes.length).toBeLessThanOrEqual(7); // the whole, and the two halves at each of three levels
  });

  it('fails each with its own error when there are several', async () => {
    const { writer } = writerThatRefuses();
    const results = await Promise.allSettled(
      ['bad 1', 'a', 'bad 2', 'bad 3'].map((row) => writer.submit(row)),
    );
    expect(
      results.map((result) => (result.status === 'rejected' ? String(result.reason) : result.value)),
    ).toEqual(['Error: bad 1', 'a', 'Error: bad 2', 'Error: bad 3']);
  });

  it('does not stop what comes after it', async () => {
    const { writer } = writerThatRefuses();
    await expect(writer.submit('bad')).rejects.toThrow('bad');
    expect(await writer.submit('good')).toBe('good');
  });
});

it('when the database is away, all of the batch fail at once: smaller parts would not fare better', async () => {
  const { writer, writes } = writerThatWaits();
  const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((row) => writer.submit(row)));
  await turn();
  const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
  writes[0]?.fail(away);
  expect(await results).toEqual(Array.from({ length: 4 }, () => ({ status: 'rejected', reason: away })));
  expect(writes).toHaveLength(1);
});
