import type { NotificationType } from '../../src/spg/notification-types';
import { Subscriber } from '../support/subscriber';
import { developmentToken } from '../support/bearer-token';

/** A subscription of those who are told of what the sender sends. */
interface Wanted {
  /** Of its webhooks. */
  readonly paths: readonly string[];
  readonly eventType: string;
  /** Those that it gets; undefined: all. */
  readonly types?: readonly NotificationType[];
}

export const WANTED: readonly Wanted[] = [
  { paths: ['all'], eventType: 'SPWorkOrderNotification' },
  {
    paths: ['tasks-a', 'tasks-b'],
    eventType: 'SPWorkOrderNotification',
    types: ['AddTaskNotify', 'CloseTaskNotify'],
  },
  { paths: ['ends'], eventType: 'spg.work-order.closed', types: ['CloseWorkOrderNotify'] },
];

/** Subscribes to all of it. @returns the ids, in their order */
export async function subscribe(gatewayUrl: string, inboxUrl: string): Promise<string[]> {
  const owner = new Subscriber({ url: gatewayUrl, token: () => developmentToken() });
  const ids: string[] = [];
  for (const { paths, eventType, types } of WANTED) {
    const { id } = await owner.subscribe({
      eventType,
      ...(types && {
        filters: { target: 'my', attributes: types.map((notificationType) => ({ notificationType })) },
      }),
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: {
        webhook: paths.map((path) => ({ callbackUri: `${inboxUrl}/${path}`, errorStrategy: 'retry' })),
      },
    });
    ids.push(id);
  }
  return ids;
}
