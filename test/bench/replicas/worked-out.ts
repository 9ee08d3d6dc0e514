import type { Row } from '../result';

/** What one notification costs. */
export interface Constants {
  /** CPU µs; undefined where the system does not tell. */
  readonly replicaMicros: number | undefined;
  readonly postgresMicros: number | undefined;
  readonly walBytes: number;
  /** Of pages, in the WAL. */
  readonly imageBytes: number;
  /** With indexes: what retention takes away, and what stays for ever. */
  readonly keptBytes: number;
  readonly lastingBytes: number;
  /** As CloudEvent, in JSON. */
  readonly eventBytes: number;
}

/** How busy a core may be, so that there is room for a burst, and for a replica that is away. */
const BUSY = 0.6;
const FEWEST_REPLICAS = 2;
/** Of one replica: its pool, and the one that listens. */
const CONNECTIONS = 11;
const SECONDS_OF_A_DAY = 86_400;
const RETENTION_DAYS = 90;

/** What so many notifications a second would need, all day. */
export function workedOut(perSecond: number, constants: Constants): Row {
  const { replicaMicros = Number.NaN, postgresMicros = Number.NaN } = constants;
  const replicas = Math.max(FEWEST_REPLICAS, Math.ceil((perSecond * replicaMicros) / 1e6 / BUSY));
  const aDay = (bytes: number): number => (perSecond * SECONDS_OF_A_DAY * bytes) / 1e9;
  return {
    'notifications/s': perSecond,
    replicas: orUnknown(replicas),
    'PostgreSQL cores': orUnknown(Math.ceil((perSecond * postgresMicros) / 1e6 / BUSY)),
    connections: orUnknown(replicas * CONNECTIONS),
    'WAL MB/s': (perSecond * (constants.walBytes + constants.imageBytes)) / 1e6,
    'GB a day': aDay(constants.keptBytes + constants.lastingBytes),
    [`GB of ${RETENTION_DAYS} days`]: RETENTION_DAYS * aDay(constants.keptBytes),
    'GB a year for ever': 365 * aDay(constants.lastingBytes),
    'NATS MB/s': (perSecond * constants.eventBytes) / 1e6,
  };
}

function orUnknown(value: number): number | string {
  return Number.isNaN(value) ? 'unknown' : value;
}
