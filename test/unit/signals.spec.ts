import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { Signals } from '../../src/database/signals';
import { eventually } from '../support/eventually';
import { TcpServer } from '../support/tcp-server';

/** What waits for something else than a timeout. */
const NOT_FAKED = [
  'nextTick',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'Date',
  'performance',
] as const;

afterEach(() => jest.useRealTimers());

it('a database that accepts a connection and says nothing is given up, and asked again', async () => {
  const silent = await TcpServer.start(() => undefined);
  const logged: string[] = [];
  const logger = pino({}, { write: (line: string) => logged.push(line) });
  const dataSource = {
    options: { url: `postgres://u:p@127.0.0.1:${silent.port}/d` },
  } as unknown as DataSource;
  const signals = new Signals(dataSource, logger);
  signals.on('channel');
  jest.useFakeTimers({ doNotFake: [...NOT_FAKED] });
  void signals.start();
  const tries = (count: number): Promise<number> =>
    eventually(
      `${count} tries`,
      () => silent.connections,
      (connections) => connections === count,
    );
  await tries(1);
  jest.advanceTimersByTime(5000);
  await eventually(
    'it says so',
    () => logged,
    ({ length }) => length === 1,
  );
  jest.advanceTimersByTime(1000);
  await tries(2);
  await Promise.all([signals.onModuleDestroy(), jest.advanceTimersByTimeAsync(1000)]);
  await silent.stop();
  expect(logged[0]).toContain('can not listen to the database; polling meanwhile');
});
