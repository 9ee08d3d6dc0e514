import { performance } from 'node:perf_hooks';
import { developmentToken } from '../support/bearer-token';
import { MailServer, Refusal, stall } from '../support/mail-server';
import { Subscriber } from '../support/subscriber';
import { waitFor } from '../support/wait-for';
import type { Invariant } from './evidence';
import { aWhile, type Fault } from './fault';
import { Scene } from './scene';
import { summarise } from './summarise';

const READER = 'reader@example.co.nz';

const GOES_ON_MS = 60_000;
const ALL_SENT_MS = 120_000;

type Moment = 'atSender' | 'atRecipient' | 'atMessage';

/** In turn; the last of them takes the mail, and nobody can know. */
const TROUBLES: readonly (readonly [moment: Moment, answer: MailServer[Moment]])[] = [
  ['atMessage', stall],
  ['atSender', () => new Refusal(421, 'Try again later')],
  ['atRecipient', stall],
  ['atMessage', () => 'hang up'],
];

/** The mail server stalls, refuses for a while, and hangs up: all mails are delivered in the end. */
export function smtpStalls(rounds: number): Fault<Scene> {
  let server: MailServer | undefined;
  let subscription = '';
  const allMailsCame: Invariant = async ({ database }) => {
    const numbers = async (): Promise<{ status: string; id: string }[]> =>
      (
        await database.query<{ status: string; id: string }>(
          'SELECT status, id FROM delivery_notification WHERE subscription_id = $1',
          [subscription],
        )
      ).rows;
    const rows = await waitFor(
      'all mails are sent',
      numbers,
      (all) => all.every(({ status }) => status === 'sent'),
      ALL_SENT_MS,
    );
    const ids = new Set(
      server?.to(READER).map(({ headers }) => headers['message-id']?.slice(1).split('@')[0]),
    );
    return [
      ...(rows.length > 0 ? [] : ['no mail was to be sent']),
      ...summarise(
        'mails are said to be sent and did not come',
        rows.map(({ id }) => id).filter((id) => !ids.has(id)),
      ),
    ];
  };
  return {
    name: 'SMTP server stalls, refuses and hangs up',
    rounds,
    async open(options, cleanUp) {
      const started = await MailServer.start();
      cleanUp.defer(() => started.stop());
      server = started;
      const scene = await Scene.open(options, cleanUp, {
        env: { SMTP_URL: started.url },
        invariants: [allMailsCame],
      });
      const owner = new Subscriber({ url: scene.url, token: () => developmentToken() });
      const { id } = await owner.subscribe({
        eventType: 'spg.work-order.closed',
        contactEmails: [{ email: 'contact@example.co.nz' }],
        notificationChannels: { email: [{ email: READER }] },
      });
      subscription = id;
      return scene;
    },
    async inject({ recoveries, problems }, round) {
      if (!server) return;
      const { received } = server;
      await aWhile(500, 2000);
      const [moment, answer] = TROUBLES[round % TROUBLES.length] ?? [];
      if (!moment || !answer) return;
      let met = 0;
      server[moment] = (subject) => {
        met += 1;
        return answer(subject);
      };
      await aWhile(3000, 6000);
      if (met === 0) problems.push(`round ${round + 1}: no mail met the trouble ${moment}`);
      server.hangUp();
      const before = received.length;
      server.takeAll();
      const begun = performance.now();
      await waitFor(
        'mails come again',
        () => received.length,
        (count) => count > before,
        GOES_ON_MS,
      );
      recoveries.push(performance.now() - begun);
    },
  };
}
