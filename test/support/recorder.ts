import type { Provider } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { DomainEvent } from '../../src/events/domain-event';
import { DurableConsumer } from '../../src/events/durable-consumer';
import { eventually } from './eventually';

type During = (events: readonly DomainEvent[]) => void | Promise<void>;

const nothing: During = () => undefined;

/** A consumer that writes what it handles into a table that would take it twice as well. */
export class Recorder extends DurableConsumer {
  readonly name = 'recorder';
  override readonly batchSize = 16;
  /** What happens in its transaction after it has written. */
  during = nothing;

  constructor(readonly replica: string) {
    super();
  }

  get provider(): Provider {
    return { provide: Recorder, useValue: this };
  }

  async handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    for (const { subject, position } of events) {
      await tx.query('INSERT INTO recorded (subject, position, replica) VALUES ($1, $2, $3)', [
        subject,
        position,
        this.replica,
      ]);
    }
    await this.during(events);
  }
}

interface Recorded {
  readonly subject: string;
  readonly position: number;
  readonly replica: string;
}

/** The table of the recorders of all replicas on one database. */
export class Records {
  constructor(private readonly dataSource: DataSource) {}

  async create(): Promise<void> {
    await this.dataSource.query(`
      CREATE TABLE recorded (
        n bigint GENERATED ALWAYS AS IDENTITY, subject text, position bigint, replica text
      )`);
  }

  /** In the order in which they were written. */
  all(): Promise<Recorded[]> {
    return this.dataSource.query(
      'SELECT subject, position::float8 AS position, replica FROM recorded ORDER BY n',
    );
  }

  async subjects(): Promise<string[]> {
    return (await this.all()).map(({ subject }) => subject);
  }

  /** Waits until there are so many, or more. */
  upTo(count: number): Promise<string[]> {
    return eventually(
      `${count} events are recorded`,
      () => this.subjects(),
      ({ length }) => length >= count,
    );
  }

  async clear(): Promise<void> {
    await this.dataSource.query('TRUNCATE recorded');
  }
}
