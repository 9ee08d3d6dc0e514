import { rm } from 'node:fs/promises';
import { DEVELOPMENT } from '../../src/development';
import { developmentToken } from '../support/bearer-token';
import { CleanUp } from '../support/clean-up';
import { endEmbeddedDatabase } from '../support/embedded-database';
import { waitFor } from '../support/wait-for';
import { GatewayProcess } from '../support/gateway-process';
import { type Sending, SpgSimulator } from '../support/spg-simulator';
import { SpgReader } from '../support/spg-reader';
import type { Subscriber } from '../support/subscriber';
import { ItasServer } from '../support/itas-server';
import { makeTempFolder } from '../support/temp-folder';
import { TffPlatform } from '../support/tff-platform';
import { activation } from './activation';
import { accountsOf, claimsOfDelivery, expectedCounts, tellOfDeliveries } from './delivered';
import { claimsAtTheEnd } from './end-state';
import { tellOfFollowUp } from './follow-up';
import { claimsOfItas, ITAS_STORY_LENGTH, ITAS_TOPICS, tellOfItas } from './itas';
import { Narrator, rangeOf } from './narrator';
import { ownerAt, subscribeAll } from './subscribers';

const WONUM = 'WO-1048576';

/** How long the gateway waits for a late one before it takes it for lost. Short, because somebody watches. */
const GRACE_MS = 1500;

/** `npm run demo`: one work order's life, with everything on the way that can go wrong between two companies. */
async function main(): Promise<void> {
  const cleanUp = new CleanUp();
  try {
    await play(new Narrator(), cleanUp);
  } finally {
    await cleanUp.run();
  }
}

async function play(narrator: Narrator, cleanUp: CleanUp): Promise<void> {
  narrator.title(`The life of work order ${WONUM}, from the Service Partner Gateway (SPG) to Karere`);
  const tff = await TffPlatform.start();
  cleanUp.defer(() => tff.stop());
  const itas = await ItasServer.start();
  cleanUp.defer(() => itas.stop());
  const dataDir = await makeTempFolder();
  cleanUp.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  const url = await startGateway(
    { ...tff.environment, ...itas.environment(1, ...ITAS_TOPICS) },
    dataDir,
    cleanUp,
  );
  narrator.tell(`Karere listens on ${url}, with a PostgreSQL of its own`);
  narrator.tell(`TFF's notification platform, simulated, listens on ${tff.url}`);
  narrator.tell(`ITAS, simulated, listens on ${itas.url}`);

  const spg = new SpgSimulator({ url: `${url}/spg`, apiKey: DEVELOPMENT.spgApiKey });
  cleanUp.defer(() => spg.close());
  tff.connect(spg);
  const karere = new SpgReader(url, await developmentToken('spg:read'));

  narrator.title('Who wants to know');
  const owner = ownerAt(url);
  const subscribers = await subscribeAll(owner, dataDir, cleanUp);
  for (const { name, wish } of subscribers) narrator.tell(`${name} subscribes to ${wish}`);

  narrator.title('Its notifications, of which one comes twice, one late, and one never');
  const steps = spg.steps(WONUM, {
    UpdateWorkOrderAdditionalInfosNotify: 'twice-at-once',
    UpdateWorkOrderFileAttachmentsNotify: 'late',
    PutOnHoldWorkOrderNotify: 'lost',
  });
  for await (const sending of steps) {
    narrator.sent(sending);
    await tellWhatIsKnown(sending, karere, narrator);
    if (sending.notification.type === 'ResumeWorkOrderNotify') await tellOfReplay(karere, tff, narrator);
    if (sending.notification.type === 'AddTaskNotify') await publishActivation(owner, narrator);
  }

  narrator.title('Its timeline at the end');
  for (const { eventId, notificationType, status, anomalies = [] } of await karere.timeline(WONUM)) {
    narrator.list(
      [eventId, notificationType.padEnd(44), status.padEnd(8), ...anomalies].join('  ').trimEnd(),
    );
  }

  await tellOfItas(itas, narrator);

  narrator.title('What each subscriber has received');
  const accounts = await accountsOf(
    subscribers,
    owner,
    expectedCounts(spg.sendings.length, await karere.gaps(), ITAS_STORY_LENGTH),
  );
  tellOfDeliveries(accounts, narrator);

  const claims = [...(await claimsAtTheEnd(WONUM, spg, karere)), ...claimsOfDelivery(accounts)];
  claims.push(...claimsOfItas(itas, accounts));
  claims.push(...(await tellOfFollowUp(url, spg, narrator)));

  narrator.title('Summary');
  const answers = spg.sendings.flatMap((sending) => sending.answers);
  const accepted = answers.filter(({ receipt }) => receipt === 'accepted').length;
  narrator.list(
    `${answers.length} requests: ${accepted} accepted, ${answers.length - accepted} duplicates ` +
      '(one came twice; the replay sends the neighbours of what was lost, too)',
  );
  for (const { text, holds } of claims) narrator.list(`${holds ? 'yes' : 'NO '}  ${text}`);
  const failed = claims.filter(({ holds }) => !holds).length;
  if (failed > 0) throw new Error(`${failed} of ${claims.length} statements do not hold`);
}

async function startGateway(
  partners: Readonly<Record<string, string>>,
  dataDir: string,
  cleanUp: CleanUp,
): Promise<string> {
  cleanUp.defer(() => endEmbeddedDatabase(dataDir));
  const env = { ...partners, SPG_GAP_GRACE_MS: String(GRACE_MS), LOG_LEVEL: 'fatal' };
  const gateway = new GatewayProcess({ dataDir, env });
  cleanUp.defer(() => gateway.stop());
  return gateway.ready();
}

/** After what has just been sent was taken in: the projection and the watch on gaps run behind the answer. */
async function tellWhatIsKnown(
  { notification, answers }: Sending,
  karere: SpgReader,
  narrator: Narrator,
): Promise<void> {
  const { eventId } = notification;
  if (answers.length === 0) {
    return narrator.list('Karere can not know yet; the next eventId will tell');
  }
  const timeline = await waitFor(
    `${eventId} is on the timeline`,
    () => karere.timeline(WONUM),
    (entries) => entries.some((entry) => entry.eventId === eventId),
  );
  const heard = new Set(timeline.map((entry) => Number(entry.eventId)));
  const missing = [...heard].filter((id) => id > Math.min(...heard) && !heard.has(id - 1)).length;
  const gaps = await waitFor(
    `${missing} gaps are known`,
    () => karere.gaps(),
    (known) => known.filter(({ state }) => state !== 'healed').length === missing,
  );
  const anomalies = timeline.find((entry) => entry.eventId === eventId)?.anomalies;
  narrator.knows(await karere.workOrder(WONUM), gaps, anomalies);
}

/** An event that is not SPG's: somebody publishes it, with the scope for that. */
async function publishActivation(owner: Subscriber, narrator: Narrator): Promise<void> {
  const { status, body } = await owner.ask('POST', '/events', activation());
  if (status !== 202) throw new Error(`the ONTActivation was answered with ${status}`);
  narrator.tell(`The network platform publishes an ONTActivation: ${String(body['status'])}`);
}

async function tellOfReplay(karere: SpgReader, tff: TffPlatform, narrator: Narrator): Promise<void> {
  const confirmed = await waitFor(
    'the gap is confirmed',
    () => karere.gaps('confirmed'),
    ([gap]) => gap !== undefined,
  );
  for (const gap of confirmed) {
    narrator.tell(
      `Karere has waited ${GRACE_MS / 1000} s and takes ${rangeOf(gap)} for lost (gap confirmed)`,
    );
  }
  await waitFor(
    'TFF is asked for a replay',
    () => tff.replays,
    ([asked]) => asked !== undefined,
  );
  const { createdFrom, createdTo } = tff.replays[0]?.event ?? {};
  narrator.tell(`Karere asks TFF to replay what was created from ${createdFrom} to ${createdTo}`);
  const healed = await waitFor(
    'the gap is healed by the replay',
    () => karere.gaps('healed'),
    (gaps) => gaps.some(({ healedBy }) => healedBy === 'replay'),
  );
  for (const gap of healed) narrator.tell(`Gap ${rangeOf(gap)} is healed: ${gap.healedBy}`);
  const timeline = await waitFor(
    'the work order is told anew',
    () => karere.timeline(WONUM),
    (entries) => entries.every(({ anomalies }) => !anomalies),
  );
  const statuses = timeline.slice(-2).map(({ eventId, status }) => `${status} by ${eventId}`);
  narrator.tell(`Karere has told the work order anew: ${statuses.join(', then ')}; the anomaly is gone`);
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
