import { randomUUID } from 'node:crypto';
import { bodyOf } from '../queue/deliveries-to-make';
import { LIFE } from '../load/notification-bodies';
import { Poster } from '../sink/signed-post';

/** No queue and no database: bodies that are ready, signed and posted as fast as they are answered. */
const concurrency = Number(process.env['CONCURRENCY']);
const targets = (process.env['ORIGINS'] ?? '').split(' ').map((origin) => `${origin}/hook`);
const bodies = Array.from({ length: LIFE }, (_, number) => bodyOf(number));
const poster = new Poster(concurrency);
let number = 0;
const stopping = new AbortController();

async function keepPosting(): Promise<void> {
  while (!stopping.signal.aborted) {
    number += 1;
    const url = targets[number % targets.length] ?? '';
    await poster.post({ url, id: randomUUID(), body: bodies[number % LIFE] ?? '' });
  }
}

process.once('SIGTERM', () => {
  stopping.abort();
});
void Promise.all(Array.from({ length: concurrency }, keepPosting)).then(() => poster.close());
