import { DEVELOPMENT } from '../../src/development';
import { developmentToken } from '../support/bearer-token';
import { type Answer, ask } from '../support/http';
import { type Job, type OpenSlot, ServiceMobility, type Technician } from '../support/service-mobility';
import type { SpgSimulator } from '../support/spg-simulator';
import { waitFor } from '../support/wait-for';
import type { Claim } from './claim';
import type { Narrator } from './narrator';

interface Booking {
  readonly technician: Technician;
  readonly job: Job;
  readonly answer: Answer;
}

/** Two technicians need the same place for another visit, and one of the work orders is cancelled. */
export async function tellOfFollowUp(url: string, spg: SpgSimulator, narrator: Narrator): Promise<Claim[]> {
  narrator.title('Follow-up visits, which technicians on site book by ServiceMobility');
  const mobility = new ServiceMobility({ url, secret: DEVELOPMENT.followup.jwtSecret });
  const hana = await mobility.technician(DEVELOPMENT.followup.userName, 'karere');
  narrator.tell('Hana logs in with her password, which Karere checks (Authentication interface)');
  const tama = await mobility.ownTechnician('t.ropata');
  narrator.tell('Tama is logged in by ServiceMobility itself');

  const jobs = ['WO-2000001', 'WO-2000002'].map((orderNum) => ({ orderNum, serviceAreaId: 'HAM-EAST' }));
  const [hanasJob, tamasJob] = jobs as [Job, Job];
  const slots = await hana.openSlots(hanasJob);
  const wanted = slots[0];
  if (!wanted) throw new Error('no slot is open');
  narrator.tell(
    `Hana closes ${hanasJob.orderNum} as incomplete and searches: ${slots.length} slots are open`,
  );
  for (const { Desc } of slots.slice(0, 3)) narrator.list(Desc);

  narrator.tell(`Both book the only place on ${wanted.Desc}, at the same instant`);
  const bookings = await Promise.all([book(hana, hanasJob, wanted), book(tama, tamasJob, wanted)]);
  for (const booking of bookings) narrator.list(resultOf(booking));
  const winner = bookings.find(({ answer }) => answer.status === 200);
  const loser = bookings.find(({ answer }) => answer.status === 409);
  if (!winner || !loser) throw new Error('one of them had to get the place, and one not');

  await spg.send('CancelWorkOrderNotify', winner.job.orderNum);
  narrator.tell(`SPG cancels ${winner.job.orderNum}`);
  await waitFor(
    'the place is free again',
    () => loser.technician.openSlots(loser.job),
    (open) => open.some(({ ID }) => ID === wanted.ID),
  );
  narrator.tell('Its visit is cancelled, and the place is open again');
  const second = await book(loser.technician, loser.job, wanted);
  narrator.tell(resultOf(second));

  const visits = await visitsAt(url, wanted);
  return [
    {
      text: 'of two technicians one got the place, and the other was told why not',
      holds: String(loser.answer.body['type']).endsWith('followup-slot-taken'),
    },
    {
      text: 'the place was free again after the work order was cancelled, and was booked by the other',
      holds: second.answer.status === 200,
    },
    {
      text: 'in that window there is one visit, and one that was cancelled with its work order',
      holds: visits.toSorted().join() === 'cancelled work-order-cancelled,confirmed ',
    },
  ];
}

async function book(technician: Technician, job: Job, slot: OpenSlot): Promise<Booking> {
  return { technician, job, answer: await technician.book(job, slot) };
}

function resultOf({ technician, job, answer }: Booking): string {
  const { status, body } = answer;
  const who = `${technician.userName} for ${job.orderNum}`;
  if (status !== 200) return `${who}: ${status} ${String(body['title'])}. ${String(body['detail'])}`;
  const parts = (body['OrderedParts'] as { PartOrderNum: string }[]).map(({ PartOrderNum }) => PartOrderNum);
  return `${who}: booked as ${String(body['OrderNum'])}, parts ordered as ${parts.join(', ')}`;
}

/** Status, and why it was cancelled, of all visits in a window. */
async function visitsAt(url: string, { Period }: OpenSlot): Promise<string[]> {
  const path = `/followup-booking/bookings?from=${Period.Start}&to=${Period.End}`;
  const authorization = `Bearer ${await developmentToken('bookings:read')}`;
  const { body } = await ask(url + path, { headers: { authorization } });
  const items = body['items'] as { status: string; cancelReason?: string }[];
  return items.map(({ status, cancelReason = '' }) => `${status} ${cancelReason}`);
}
