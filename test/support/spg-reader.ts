/** What `GET /spg/work-orders/{wonum}` tells, as far as it is looked at here. */
export interface WorkOrder {
  readonly wonum: string;
  readonly status: string;
  readonly tasks: readonly unknown[];
}

interface TimelineEntry {
  readonly eventId: string;
  readonly notificationType: string;
  /** The work order's status after it. */
  readonly status: string;
  readonly anomalies?: readonly string[];
}

/** An item of `GET /spg/gaps`. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly state: 'opened' | 'confirmed' | 'healed';
  readonly confirmedAt?: string;
  readonly healedBy?: 'late' | 'replay';
}

/** Asks a gateway, by its public API, what it knows of what the Service Partner Gateway has sent. */
export class SpgReader {
  constructor(
    private readonly url: string,
    /** With the scope `spg:read`. */
    private readonly token: string,
  ) {}

  async workOrder(wonum: string): Promise<WorkOrder> {
    return (await this.json(`work-orders/${wonum}`)) as WorkOrder;
  }

  /** Empty when nothing about it has come. */
  async timeline(wonum: string): Promise<readonly TimelineEntry[]> {
    const response = await this.get(`work-orders/${wonum}/timeline`);
    return response.status === 404 ? [] : ((await response.json()) as { items: TimelineEntry[] }).items;
  }

  /** The newest 500. */
  async gaps(state?: Gap['state']): Promise<readonly Gap[]> {
    const query = state === undefined ? '' : `&state=${state}`;
    return ((await this.json(`gaps?limit=500${query}`)) as { items: Gap[] }).items;
  }

  /** The bytes as they were received; undefined when it has not come. */
  async original(eventId: string): Promise<Buffer | undefined> {
    const response = await this.get(`notifications/${eventId}`);
    return response.status === 200 ? Buffer.from(await response.arrayBuffer()) : undefined;
  }

  private async json(path: string): Promise<unknown> {
    const response = await this.get(path);
    if (!response.ok) throw new Error(`GET /spg/${path} was answered with ${response.status}`);
    return response.json();
  }

  private get(path: string): Promise<Response> {
    return fetch(`${this.url}/spg/${path}`, { headers: { authorization: `Bearer ${this.token}` } });
  }
}
