import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from './is-database-away';

export interface BatchWriterOptions<Row, Result> {
  /**
   * Writes all rows in one transaction and answers in their order. When it throws, none was written, or all were and
   * the answer to the commit was lost: what is written twice, because the batch is halved or the caller tries again,
   * has to be as good as once.
   */
  write: (rows: readonly Row[]) => Promise<readonly Result[]>;
  /** How many bytes a row weighs, for the limits below. */
  sizeOf: (row: Row) => number;
  /** Rows in one write. Default 256. */
  maxBatchRows?: number;
  /** Bytes in one write; a single larger row still goes. Default 4 MiB. */
  maxBatchBytes?: number;
  /** Rows that may wait. Default 10,000. */
  maxQueuedRows?: number;
  /** Bytes that may wait. Default 64 MiB. */
  maxQueuedBytes?: number;
  /** How long it lets rows gather before each write, for callers who do not wait for it. Default: not at all. */
  gatherMs?: number;
  /** Told the number of rows of each write that committed. */
  onWritten?: (rows: number) => void;
}

/** More rows are waiting than the limits allow; nothing was taken. */
export class QueueFull extends Error {}

interface Waiting<Row, Result> {
  row: Row;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Groups rows that arrive while the previous write is in flight, so that the cost of a commit is shared by
 * all that came together. There is never more than one write in flight, and no timer unless there is a `gatherMs`:
 * a lone row is written at once, and the busier it gets the larger the batches become.
 *
 * A caller's promise settles only after its own row has committed. When a write fails for a reason that
 * lies in a row, the batch is halved until the bad row is alone, so it fails without its neighbours.
 */
export class BatchWriter<Row, Result> {
  private readonly queue: Waiting<Row, Result>[] = [];
  private queuedBytes = 0;
  private flushing: Promise<void> | undefined;
  private readonly options: Required<BatchWriterOptions<Row, Result>>;

  constructor(options: BatchWriterOptions<Row, Result>) {
    this.options = {
      maxBatchRows: 256,
      maxBatchBytes: 4 * 1024 * 1024,
      maxQueuedRows: 10_000,
      maxQueuedBytes: 64 * 1024 * 1024,
      gatherMs: 0,
      onWritten: () => {},
      ...options,
    };
  }

  get queuedRows(): number {
    return this.queue.length;
  }

  /** @throws QueueFull */
  submit(row: Row): Promise<Result> {
    const size = this.options.sizeOf(row);
    const { maxQueuedRows, maxQueuedBytes } = this.options;
    if (this.queue.length >= maxQueuedRows || this.queuedBytes + size > maxQueuedBytes) {
      return Promise.reject(new QueueFull());
    }
    this.queuedBytes += size;
    return new Promise((resolve, reject) => {
      this.queue.push({ row, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  /** Waits until all that was submitted has settled. */
  async drained(): Promise<void> {
    while (this.flushing) await this.flushing;
  }

  private async flush(): Promise<void> {
    // Requests that were parsed in the same turn of the event loop go together.
    await new Promise(setImmediate);
    while (this.queue.length > 0) {
      if (this.options.gatherMs > 0) await sleep(this.options.gatherMs);
      await this.write(this.takeBatch());
    }
    this.flushing = undefined;
  }

  private takeBatch(): Waiting<Row, Result>[] {
    const { maxBatchRows, maxBatchBytes, sizeOf } = this.options;
    let bytes = 0;
    let rows = 0;
    for (const { row } of this.queue) {
      const size = sizeOf(row);
      if (rows > 0 && (rows >= maxBatchRows || bytes + size > maxBatchBytes)) break;
      bytes += size;
      rows += 1;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, rows);
  }

  private async write(batch: readonly Waiting<Row, Result>[]): Promise<void> {
    try {
      const results = await this.options.write(batch.map(({ row }) => row));
      this.options.onWritten(batch.length);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || isDatabaseAway(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await this.write(batch.slice(0, middle));
      await this.write(batch.slice(middle));
    }
  }
}
