import type { Logger } from 'pino';

/** The work of a scheduled job: one that failed comes again by itself; it must not end the process. */
export async function reported(logger: Logger, job: string, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => logger.warn({ job, err: error }, 'job failed; it comes again'));
}
