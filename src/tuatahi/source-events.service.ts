import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { EventLog } from '../events/event-log';
import { Problem } from '../problems/problem';
import { problemMembers } from '../problems/problem-members';
import { invalidInput } from '../problems/problems';
import type { PublishedAnswer } from './dto/published.answer';
import { readSourceEvent, type SourceEvent } from './read-source-event';
import { sourceEventIdTaken } from './tuatahi.problems';

/** Events in one request. */
const MAX_EVENTS = 1000;

/** Who comes first with an id has it. In the order of the ids, so that nobody waits in a circle. By the primary key. */
const TAKE_IDS = `
  INSERT INTO tuatahi_source_event (id, body_hash)
  SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS given (id, body_hash) ORDER BY id
  ON CONFLICT (id) DO NOTHING RETURNING id`;

type Outcome = 'accepted' | 'duplicate' | 'conflict';

/** Takes in source events that others publish: each id once. */
@Injectable()
export class SourceEvents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /** @throws invalidInput, sourceEventIdTaken */
  async publish(body: unknown, transactionId: string): Promise<PublishedAnswer> {
    const event = readSourceEvent(body);
    const [outcome = 'conflict'] = await this.store([event], transactionId);
    if (outcome === 'conflict') throw taken(event);
    return { id: event.id, status: outcome };
  }

  /** Each is taken or refused by itself. @throws invalidInput when there are none, or too many */
  async publishAll(bodies: readonly unknown[], transactionId: string): Promise<PublishedAnswer[]> {
    if (bodies.length === 0 || bodies.length > MAX_EVENTS) {
      throw invalidInput(`A list has 1 to ${MAX_EVENTS} events.`, {
        errors: [{ pointer: '', detail: `must have 1 to ${MAX_EVENTS} items`, keyword: 'list' }],
      });
    }
    const read = bodies.map(readOrProblem);
    const events = read.filter(isRead);
    const outcomes = new Map<SourceEvent, Outcome>();
    for (const [index, outcome] of (await this.store(events, transactionId)).entries()) {
      const event = events[index];
      if (event) outcomes.set(event, outcome);
    }
    return read.map((each, index) => {
      if (!isRead(each)) return refused(idIn(bodies[index]), each);
      const outcome = outcomes.get(each) ?? 'conflict';
      return outcome === 'conflict' ? refused(each.id, taken(each)) : { id: each.id, status: outcome };
    });
  }

  /** In one transaction. @returns what became of each, in their order */
  private async store(events: readonly SourceEvent[], transactionId: string): Promise<Outcome[]> {
    const first = new Map<string, SourceEvent>();
    for (const event of events) if (!first.has(event.id)) first.set(event.id, event);
    return this.dataSource.transaction(async (tx) => {
      const fresh = await takeIds(tx, [...first.values()]);
      const known = await hashesOf(
        tx,
        [...first.keys()].filter((id) => !fresh.has(id)),
      );
      const outcomes = events.map((event): Outcome => {
        const original = first.get(event.id);
        if (event === original && fresh.has(event.id)) return 'accepted';
        const hash = known.get(event.id) ?? original?.hash;
        return hash?.equals(event.hash) ? 'duplicate' : 'conflict';
      });
      const accepted = events.filter((_, index) => outcomes[index] === 'accepted');
      await this.log.append(
        tx,
        accepted.map(({ event }) => ({ ...event, correlationId: transactionId })),
      );
      return outcomes;
    });
  }
}

async function takeIds(tx: EntityManager, events: readonly SourceEvent[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }[]>(TAKE_IDS, [
    events.map(({ id }) => id),
    events.map(({ hash }) => hash),
  ]);
  return new Set(rows.map(({ id }) => id));
}

async function hashesOf(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; body_hash: Buffer }[]>(
    'SELECT id, body_hash FROM tuatahi_source_event WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, body_hash: hash }) => [id, hash]));
}

function readOrProblem(body: unknown): SourceEvent | Problem {
  try {
    return readSourceEvent(body);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function isRead(each: SourceEvent | Problem): each is SourceEvent {
  return !(each instanceof Problem);
}

function refused(id: string | null, problem: Problem): PublishedAnswer {
  return { id, status: 'refused', problem: problemMembers(problem) };
}

function taken({ id }: SourceEvent): Problem {
  return sourceEventIdTaken(`The id ${id} was published before with another body. The first one stands.`);
}

function idIn(body: unknown): string | null {
  const id: unknown = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  return typeof id === 'string' ? id.slice(0, 100) : null;
}
