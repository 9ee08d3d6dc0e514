import type { PubAck } from '@nats-io/jetstream';
import { StoppedAt } from '../durable-consumer';
import { natsFailure } from './ask-nats';
import type { EventMessage } from './event-message';
import type { NatsSession } from './nats-link';

/** On their way at the same time, bytes: a batch of large events goes in parts. */
const MAX_IN_FLIGHT = 2 * 1024 * 1024;

/** Of JetStream: over the `max_msg_size` of the stream. */
const MESSAGE_EXCEEDS_MAXIMUM = 10_054;

/** The one failure that is the event's own: it has to be let through there, or it stays parked. */
class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
}

/**
 * Publishes messages, many at a time, so that none can come to stand before an earlier one, nor behind anything that
 * was not seen: the first is taken only if the stream has not grown since (`Nats-Expected-Last-Sequence`), and each
 * other one only right behind the one before it (`Nats-Expected-Last-Msg-Id`). So it is also harmless when two do
 * it at once, or when what was given up arrives after all. A sequence for each would not be enough: somebody else's
 * message in the place of one of ours would let the ones behind it in without it.
 * @param lastSequence the end of the stream, as it was seen
 * @returns what was acknowledged
 * @throws StoppedAt the first one that was not
 */
export async function publishInOrder(
  session: NatsSession,
  messages: readonly EventMessage[],
  lastSequence: number,
): Promise<PubAck[]> {
  const acknowledged: PubAck[] = [];
  let before: EventMessage | undefined;
  for (const part of inParts(messages)) {
    const answers = await Promise.allSettled(
      part.map((message, index) => {
        const previous = part[index - 1] ?? before;
        const expect = previous ? { lastMsgID: previous.event.id } : { lastSequence };
        return publish(session, message, expect);
      }),
    );
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        throw new StoppedAt(acknowledged.length, failureOf(answer.reason, part[index], session));
      }
      acknowledged.push(answer.value);
    }
    before = part.at(-1);
  }
  return acknowledged;
}

async function publish(
  { jetstream }: NatsSession,
  { subject, payload, headers, event }: EventMessage,
  expect: { lastMsgID: string } | { lastSequence: number },
): Promise<PubAck> {
  return jetstream.publish(subject, payload, { headers, msgID: event.id, expect });
}

function failureOf(reason: unknown, message: EventMessage | undefined, { connection }: NatsSession): Error {
  if (isTooLarge(reason)) {
    const bytes = message?.payload.length;
    const limit = connection.info?.max_payload;
    return new MessageTooLarge(
      `${bytes} bytes are more than NATS takes (max_payload ${limit}, or max_msg_size of the stream): raise it, and retry`,
    );
  }
  return natsFailure('has not taken an event', reason);
}

function isTooLarge(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false;
  const isRefusedHere = reason.name === 'InvalidArgumentError' && reason.message.includes('max_payload');
  return isRefusedHere || ('code' in reason && reason.code === MESSAGE_EXCEEDS_MAXIMUM);
}

function inParts(messages: readonly EventMessage[]): EventMessage[][] {
  const parts: EventMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    if (message.payload.length > room || parts.length === 0) {
      parts.push([]);
      room = MAX_IN_FLIGHT;
    }
    parts.at(-1)?.push(message);
    room -= message.payload.length;
  }
  return parts;
}
