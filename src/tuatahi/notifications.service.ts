import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { NotificationLog } from '../delivery/notification-log.service';
import { invalidInput } from '../problems/problems';
import type { ExplanationAnswer } from './dto/explanation.answer';
import {
  NotificationAnswer,
  type NotificationPage,
  NotificationWithAttempts,
} from './dto/notification.answer';
import type { NotificationQueryDto } from './dto/notification.query';
import { Explanations } from './explanations.service';
import { unknownNotification } from './tuatahi.problems';

/** What a party can see of the delivery log: its own. */
@Injectable()
export class Notifications {
  constructor(
    private readonly log: NotificationLog,
    private readonly explanations: Explanations,
  ) {}

  /** @throws invalidInput */
  async list(query: NotificationQueryDto, { partyId }: Caller): Promise<NotificationPage> {
    const { status, subscriptionId, channelId, eventType, transactionId, attribute, limit, cursor } = query;
    const createdFrom = instant(query.createdFrom);
    if (attribute !== undefined && !createdFrom) {
      throw refusal('createdFrom', 'is required with attribute: events are looked at one by one');
    }
    const { items, ...next } = await this.log.list(
      {
        partyId,
        status,
        channelId,
        eventType,
        transactionId,
        createdFrom,
        createdTo: instant(query.createdTo),
        subscriptionIds: subscriptionId === undefined ? undefined : [subscriptionId],
        ...(attribute !== undefined && { attributes: [{ all: [pairOf(attribute)], not: [] }] }),
      },
      { limit, cursor },
    );
    return { items: items.map((row) => new NotificationAnswer(row)), ...next };
  }

  /** @throws unknownNotification */
  async get(id: string, { partyId }: Caller): Promise<NotificationWithAttempts> {
    const row = await this.log.find(partyId, id);
    if (!row) throw unknownNotification(`You have no notification ${id}.`);
    return new NotificationWithAttempts(row, await this.log.attemptsAt(id));
  }

  /** @throws invalidInput, unknownSubscription, unknownEvent */
  async explain(
    event: string,
    subscriptionId: string | undefined,
    caller: Caller,
  ): Promise<ExplanationAnswer> {
    if (subscriptionId === undefined) throw refusal('subscriptionId', 'is required with explain');
    return this.explanations.explain(event, subscriptionId, caller);
  }
}

function instant(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function pairOf(attribute: string): readonly [string, string] {
  const colon = attribute.indexOf(':');
  return [attribute.slice(0, colon), attribute.slice(colon + 1)];
}

function refusal(parameter: string, detail: string): Error {
  return invalidInput('The query parameters to mend are in errors.', {
    errors: [{ pointer: `?${parameter}`, detail, keyword: 'required' }],
  });
}
