import { askNats } from './ask-nats';
import { originOf } from './event-message';
import type { NatsSession } from './nats-link';

/** How far back the last event is looked for behind messages that are none. */
const LOOK_BACK = 100;

/** Whether the event of that id stands at a position of our log, or the log does not reach back so far. */
export type Recognise = (position: number, id: string) => Promise<'ours' | 'not-ours' | 'too-old'>;

/** What stands behind the last event in the stream. */
interface Behind {
  /** Positions of parked events that were published later. */
  readonly late: ReadonlySet<number>;
  /** Whether messages were deleted there. */
  readonly deleted: boolean;
  /** Messages that are not of our log. */
  readonly strangers: number;
  /** Whether the search has ended at an event that is too old for our log to know it. */
  readonly isOld: boolean;
}

export const NOTHING_BEHIND: Behind = { late: new Set(), deleted: false, strangers: 0, isOld: false };

/** The end of the stream. */
export interface StreamTail extends Behind {
  /** Of the last message that was ever stored. */
  readonly sequence: number;
  /** Of the last event in it; undefined when that can't be told: then our cursor alone counts. */
  readonly position: number | undefined;
}

/** @throws CounterpartAway */
export async function readTail(
  { streams }: NatsSession,
  stream: string,
  recognise: Recognise,
): Promise<StreamTail> {
  const { state } = await askNats(`does not tell of the stream ${stream}`, streams.info(stream));
  const late = new Set<number>();
  const behind = { ...NOTHING_BEHIND, late };
  const end = { sequence: state.last_seq, position: undefined };
  const oldest = Math.max(1, state.first_seq, state.last_seq - LOOK_BACK + 1);
  for (let seq = state.last_seq; seq >= oldest; seq -= 1) {
    const message = await askNats(`does not give message ${seq}`, streams.getMessage(stream, { seq }));
    const origin = message && originOf(message.header);
    const whose = origin ? await recognise(origin.position, origin.id) : 'not-ours';
    if (!message) behind.deleted = true;
    else if (!origin || whose === 'not-ours') behind.strangers += 1;
    else if (whose === 'too-old') return { ...end, ...behind, isOld: true };
    else if (origin.late) late.add(origin.position);
    else return { ...end, ...behind, position: origin.position };
  }
  return { ...end, ...behind };
}
