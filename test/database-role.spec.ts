import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Retention } from '../src/delivery/retention.service';
import { migrate } from '../src/database/migrate';
import { dataSourceOptions } from '../src/schema';
import { exampleOf } from '../src/spg/dto/examples';
import { databaseUrl, dropDatabase, onServer } from './support/database';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { rowCounts } from './support/rows';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { type Received, verifySignature, WebhookReceiver } from './support/webhook-receiver';

const NAME = `karere_${randomBytes(6).toString('hex')}`;
const PASSWORD = 'kererū-on-the-wire';
const ROLES = readFileSync(join(__dirname, '../docker/postgres/roles.sql'), 'utf8');

let url: string;
let gateway: Gateway;
let receiver: WebhookReceiver;

/** The file as psql would run it, for a role and a database of another name. */
async function runRolesFile(): Promise<void> {
  const [onAnyDatabase = '', onItsOwn = ''] = ROLES.replaceAll(/^--.*$/gm, '')
    .replaceAll(/\bkarere\b/g, NAME)
    .replace(`:'password'`, `'${PASSWORD}'`)
    .split(`\\connect ${NAME}`);
  await onServer(async (client) => {
    for (const statement of onAnyDatabase.split(';')) await client.query(statement);
  });
  const administrator = new Client({ connectionString: databaseUrl(NAME) });
  await administrator.connect();
  await administrator.query(onItsOwn);
  await administrator.end();
}

beforeAll(async () => {
  await runRolesFile();
  url = Object.assign(new URL(databaseUrl(NAME)), { username: NAME, password: PASSWORD }).href;
  await migrate(dataSourceOptions(url));
  [gateway, receiver] = await Promise.all([startGateway({ databaseUrl: url }), WebhookReceiver.start()]);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
  await dropDatabase(url);
  await onServer((client) => client.query(`DROP ROLE ${NAME}`));
});

it('the role of docker/postgres/roles.sql is enough for migrations, for notifications on their way, and for retention', async () => {
  const { notificationChannels } = await new Subscriber(gateway).subscribe(subscriptionTo(receiver.url));
  expect((await send(gateway, exampleOf('CreateWorkOrderNotify'))).status).toBe(200);
  await gateway.settle();
  await gateway.deliver();
  expect(receiver.received).toHaveLength(1);
  verifySignature(receiver.received[0] as Received, notificationChannels.webhook[0]?.secret ?? '');
  await gateway.app.get(Retention).makeRoom();
  await gateway.app.get(Retention).dropOld(new Date());
  expect(await rowCounts(gateway.dataSource)).toMatchObject({ spg_notification: 1, spg_work_order: 1 });
});

it.each([
  ['make a database', 'CREATE DATABASE of_its_own'],
  ['make a role', 'CREATE ROLE of_its_own'],
  ['become a superuser', `ALTER ROLE ${NAME} SUPERUSER`],
  ['read the passwords of roles', 'SELECT rolpassword FROM pg_authid'],
  ['read files of the server', `SELECT pg_read_file('/etc/passwd')`],
  ['run programs on the server', `COPY (SELECT 1) TO PROGRAM 'id'`],
  ['change settings of the server', `ALTER SYSTEM SET fsync = off`],
])('it can not %s', async (_what, statement) => {
  await expect(gateway.dataSource.query(statement)).rejects.toThrow(
    /permission denied|must be superuser|denied/,
  );
});

it('nobody else but a superuser gets into its database', async () => {
  const stranger = `${NAME}_stranger`;
  await onServer((client) => client.query(`CREATE ROLE ${stranger} LOGIN PASSWORD '${PASSWORD}'`));
  const client = new Client({ connectionString: Object.assign(new URL(url), { username: stranger }).href });
  await expect(client.connect()).rejects.toThrow('permission denied for database');
  await onServer((administrator) => administrator.query(`DROP ROLE ${stranger}`));
});
