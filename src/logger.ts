import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { Config } from './config';

/** Wherever it may stand in what is logged. */
const SECRETS = [
  'authorization',
  'x-api-key',
  'x-access-token',
  'password',
  'secret',
  'clientSecret',
  'token',
];

/** JSON lines on stdout; readable ones in development, when a person is looking. */
export function createLogger(
  { logLevel, production }: Pick<Config, 'logLevel' | 'production'>,
  destination?: DestinationStream,
): Logger {
  const pretty = !production && !destination && process.stdout.isTTY;
  const options: LoggerOptions = {
    level: logLevel,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`]),
    serializers: { err: describeError },
    ...(pretty && { transport: { target: 'pino-pretty', options: { ignore: 'pid', singleLine: true } } }),
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Name, code, message and stack of an error and its causes. Not its other members: a failed query's hold the
 * parameters, which are customers' data.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    type: error.constructor.name, // PostgreSQL's errors are all called "error"
    message: error.message,
    stack: error.stack,
    ...('code' in error && { code: error.code }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** Nest's own lines, but for the listing of every module and route at start. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
    debug: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
    verbose: (message: unknown, context?: unknown) => logger.trace({ context }, String(message)),
    warn: (message: unknown, context?: unknown) => logger.warn({ context }, String(message)),
    error: (message: unknown, stack?: unknown, context?: unknown) =>
      logger.error({ context, stack }, String(message)),
    fatal: (message: unknown, context?: unknown) => logger.fatal({ context }, String(message)),
  };
}
