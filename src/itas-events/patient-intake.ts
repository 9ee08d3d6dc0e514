import type { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { isDatabaseAway } from '../database/is-database-away';
import type { MailboxIntake, Taken } from './mailbox-intake';
import type { MailboxKey } from './mailbox-lease';

/** Attempts at storing a message before it is kept as a dead letter. */
const ATTEMPTS = 10;

/** By the primary key. */
const COUNT_FAILURE = `
  INSERT INTO itas_mailbox AS known (server, name, failing_message_id, failed_attempts) VALUES ($1, $2, $3::uuid, 1)
  ON CONFLICT (server, name) DO UPDATE SET
    failed_attempts =
      CASE WHEN known.failing_message_id = excluded.failing_message_id THEN known.failed_attempts + 1 ELSE 1 END,
    failing_message_id = excluded.failing_message_id
  RETURNING failed_attempts`;

/** Takes in the messages of a mailbox. One that can not be stored is given up at last, whichever replica tries. */
export class PatientIntake {
  /** @param storeMs how long the database may take with a message: one that hangs must not hold up the mailbox */
  constructor(
    private readonly intake: MailboxIntake,
    private readonly dataSource: DataSource,
    private readonly key: MailboxKey,
    private readonly storeMs: number,
  ) {}

  /** @throws when it is not known to be stored; it has to come again */
  take(messageId: string, original: Buffer): Promise<Taken> {
    return inTime(this.store(messageId, original), this.storeMs);
  }

  private async store(messageId: string, original: Buffer): Promise<Taken> {
    try {
      return await this.intake.take(messageId, original);
    } catch (error) {
      // It says nothing about the message; counted, a database that comes and goes would give up innocent ones.
      if (isDatabaseAway(error)) throw error;
      const attempts = await this.countFailure(messageId);
      if (attempts < ATTEMPTS) throw error;
      const text = error instanceof Error ? error.message : String(error);
      return this.intake.giveUp(messageId, original, text, attempts);
    }
  }

  private async countFailure(messageId: string): Promise<number> {
    const [row] = await this.dataSource.query<{ failed_attempts: number }[]>(COUNT_FAILURE, [
      this.key.server,
      this.key.name,
      messageId,
    ]);
    return row?.failed_attempts ?? 1;
  }
}
