import express, { type Request } from 'express';
import { Pool } from 'pg';

/**
 * The least that stores a notification: Express, its JSON parser, one INSERT each. Neither key, validation, log,
 * metrics, headers nor events.
 */
interface Notification {
  readonly eventId: string;
  readonly message: { readonly notificationType: string; readonly wonum: string };
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS bare_notification (
    event_id bigint PRIMARY KEY,
    type text NOT NULL,
    wonum text NOT NULL,
    body jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
  )`;
const INSERT = `
  INSERT INTO bare_notification (event_id, type, wonum, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env['DATABASE_URL'] });
  await pool.query(TABLE);
  const app = express();
  app.use(express.json());
  app.post('/spg/notification', async (request: Request<unknown, unknown, Notification>, response) => {
    const { eventId, message } = request.body;
    await pool.query(INSERT, [eventId, message.notificationType, message.wonum, request.body]);
    response.json({ eventId, status: 'accepted' });
  });
  const server = app.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => {
    server.closeAllConnections();
    server.close(() => void pool.end());
  });
}

void main();
