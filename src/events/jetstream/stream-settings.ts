import type { StreamConfig } from '@nats-io/jetstream';
import type { NatsConfig } from './nats-config';

/** Subject of an event's messages is this and its type. */
export const SUBJECT_PREFIX = 'karere.';

const SUBJECTS = `${SUBJECT_PREFIX}>`;

/** Subjects of a stream that take in all of ours. */
const COVERING = new Set(['>', '*.>', SUBJECTS]);

const NANOSECONDS = 1_000_000;

type NewStream = Pick<StreamConfig, 'name'> & Partial<StreamConfig>;

/** The stream as it is created when there is none. */
export function newStream({ stream, replicas, maxAgeMs, duplicateWindowMs }: NatsConfig): NewStream {
  return {
    name: stream,
    description: 'Domain events of Karere, as CloudEvents',
    subjects: [SUBJECTS],
    retention: 'limits',
    discard: 'old',
    storage: 'file',
    num_replicas: replicas,
    max_age: maxAgeMs * NANOSECONDS,
    duplicate_window: duplicateWindowMs * NANOSECONDS,
    allow_direct: true,
  };
}

/** Why a stream that somebody else has made can not take our events or would not keep them; nothing when it can. */
export function incompatibilities(found: StreamConfig): string[] {
  const { subjects, retention } = found;
  const takesAll = (subjects ?? []).some((subject) => COVERING.has(subject));
  return [
    ...(found.mirror ? ['it is a mirror of another stream'] : []),
    ...(takesAll || found.mirror
      ? []
      : [`its subjects are ${subjects?.join(', ')}, and ${SUBJECTS} has to be one`]),
    ...(retention === 'limits'
      ? []
      : [`its retention is ${retention}, which takes away what was read; it has to be limits`]),
    ...(found.sealed ? ['it is sealed'] : []),
    ...(found.no_ack ? ['it acknowledges nothing (no_ack)'] : []),
  ];
}

/** What is different from what is configured. It is left as it is: somebody has set it, or has set it before. */
export function differences(found: StreamConfig, config: NatsConfig): string[] {
  const wanted = newStream(config);
  const notes = {
    storage: 'messages are lost when its server stops',
    discard: 'it refuses new messages when it is full, and they wait',
  };
  return [
    ...(['storage', 'discard'] as const)
      .filter((name) => found[name] !== wanted[name])
      .map((name) => `${name} is ${found[name]}: ${notes[name]}`),
    ...(found.num_replicas === config.replicas
      ? []
      : [`num_replicas is ${found.num_replicas}, not ${config.replicas}`]),
    ...(['max_age', 'duplicate_window'] as const)
      .filter((name) => found[name] !== wanted[name])
      .map((name) => `${name} is ${seconds(found[name])}, not ${seconds(wanted[name])}`),
    ...(['max_msgs', 'max_bytes', 'max_msgs_per_subject', 'max_msg_size'] as const)
      .filter((name) => found[name] > 0)
      .map((name) => `${name} is ${found[name]}`),
  ];
}

function seconds(nanoseconds = 0): string {
  return `${nanoseconds / NANOSECONDS / 1000} s`;
}
