import type { ReceivedNotification } from '../../../src/spg/received-notification';
import { NotificationStore } from '../../../src/spg/store-notifications';
import { runKarereWith } from './karere-with';

/** Karere that forgets: what HTTP, validation and batching cost by themselves. */
const FORGETFUL: Pick<NotificationStore, 'store'> = {
  store: (batch: readonly ReceivedNotification[]) => Promise.resolve(batch.map(() => 'accepted')),
};

runKarereWith((builder) => builder.overrideProvider(NotificationStore).useValue(FORGETFUL));
