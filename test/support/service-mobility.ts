import { SignJWT } from 'jose';
import { searchExample } from '../../src/followup-booking/dto/examples';
import { type Answer, ask } from './http';

type Json = Record<string, unknown>;

/** A slot as the search offers it. */
export interface OpenSlot {
  readonly ID: string;
  readonly Desc: string;
  readonly Type: string;
  readonly Period: { readonly Start: string; readonly End: string };
}

/** A work order of which the technician on site sees that it needs another visit. */
export interface Job {
  readonly orderNum: string;
  readonly serviceAreaId?: string;
  readonly requiredParts?: readonly Json[];
  /** Periods in which the customer has time (1002), and has none (1003). */
  readonly timeConstraints?: readonly Json[];
}

interface ServiceMobilityOptions {
  /** Of the customer's system. */
  readonly url: string;
  /** By which ServiceMobility signs tokens itself, and checks those of the customer's system. */
  readonly secret: string;
}

/**
 * ServicePower's ServiceMobility, as far as its public documents show it: it logs technicians in, itself or through
 * the customer's system, passes their searches and bookings on to the endpoints that an administrator has configured,
 * and passes the answers back as they are.
 */
export class ServiceMobility {
  /** What an administrator enters; `{0}` becomes the number of the work order. */
  private readonly endpoints: {
    readonly authentication: string;
    readonly searchAppts: string;
    readonly bookJob: string;
  };

  constructor(private readonly options: ServiceMobilityOptions) {
    const base = `${options.url}/followup-booking`;
    this.endpoints = {
      authentication: `${base}/auth/token`,
      searchAppts: `${base}/appointments/open-slots`,
      bookJob: `${base}/work-orders/{0}/followup`,
    };
  }

  /** Create JWT, passed through to the customer's system. */
  logIn(username: string, password: string): Promise<Answer> {
    return post(this.endpoints.authentication, { username, password });
  }

  /** A technician who is logged in with a token of the customer's system. */
  async technician(username: string, password: string): Promise<Technician> {
    const { status, body } = await this.logIn(username, password);
    if (status !== 200) throw new Error(`${username} is not logged in: ${status} ${String(body['title'])}`);
    return new Technician(username, this.endpoints, String(body['token']));
  }

  /** A technician who is logged in with a token of ServiceMobility's own. */
  async ownTechnician(username: string): Promise<Technician> {
    const token = await new SignJWT({ name: username })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(this.options.secret));
    return new Technician(username, this.endpoints, token);
  }
}

/** A technician with the mobile application. */
export class Technician {
  constructor(
    readonly userName: string,
    private readonly endpoints: { readonly searchAppts: string; readonly bookJob: string },
    readonly token: string,
  ) {}

  /** Appointment Search: the answer of the customer's system. */
  search(job: Job): Promise<Answer> {
    return post(this.endpoints.searchAppts, this.searchBody(job), this.token);
  }

  /** The slots that are offered. @throws when the search is refused */
  async openSlots(job: Job): Promise<OpenSlot[]> {
    const { status, body, bytes } = await this.search(job);
    if (status !== 200) throw new Error(`the search is refused: ${bytes.toString()}`);
    return body['TimeConstraints'] as OpenSlot[];
  }

  /** Book Job: the answer of the customer's system. */
  book(job: Job, slot: object): Promise<Answer> {
    return this.send(job.orderNum, this.bookingBody(job, slot));
  }

  /** Sends any body as a booking. */
  send(orderNum: string, body: unknown): Promise<Answer> {
    return post(this.endpoints.bookJob.replace('{0}', encodeURIComponent(orderNum)), body, this.token);
  }

  /** Sends any body as a search. */
  sendSearch(body: unknown): Promise<Answer> {
    return post(this.endpoints.searchAppts, body, this.token);
  }

  searchBody({ orderNum, serviceAreaId, requiredParts, timeConstraints = [] }: Job): Json {
    const example = JSON.parse(JSON.stringify(searchExample())) as Json;
    return {
      ...example,
      Location: {
        ...(example['Location'] as Json),
        ...(serviceAreaId !== undefined && { ServiceAreaID: serviceAreaId }),
      },
      RequiredParts: requiredParts ?? example['RequiredParts'],
      OriginalOrderNum: orderNum,
      TimeConstraints: [...timeConstraints],
      UserName: this.userName,
    };
  }

  bookingBody(job: Job, slot: object): Json {
    return { ...this.searchBody(job), TimeConstraints: [...(job.timeConstraints ?? []), slot] };
  }
}

function post(url: string, body: unknown, token?: string): Promise<Answer> {
  return ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-access-token': token }) },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}
