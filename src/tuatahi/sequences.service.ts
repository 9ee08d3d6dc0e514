import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import { sequenceRanges } from '../delivery/sequence-ranges';
import { invalidInput } from '../problems/problems';
import type { SequenceAnswer } from './dto/sequence.answer';
import type { SequenceQuery } from './dto/sequence.query';
import { ownSubscription } from './own-subscription';

/** Numbers that one answer covers, at most. */
const MAX_NUMBERS = 100_000n;

/** How far the sequences of subscriptions have come: by it a receiver proves that it lacks nothing. */
@Injectable()
export class Sequences {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws unknownSubscription, invalidInput */
  async of(id: string, query: SequenceQuery, caller: Caller): Promise<SequenceAnswer> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      const { sequence: head } = await ownSubscription(tx, id, caller);
      const to = query.to === undefined ? BigInt(head) : BigInt(query.to);
      const first = to - MAX_NUMBERS + 1n;
      const from = query.from === undefined ? first : BigInt(query.from);
      if (from < first) {
        throw invalidInput(`One answer covers at most ${MAX_NUMBERS} numbers.`, {
          errors: [
            {
              pointer: '?from',
              detail: `must be at least ${first}; or give a \`to\` of at most ${from + MAX_NUMBERS - 1n}`,
              keyword: 'limit',
            },
          ],
        });
      }
      return { head, ranges: await sequenceRanges(tx, id, from, to) };
    });
  }
}
