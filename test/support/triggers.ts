import type { DataSource } from 'typeorm';

/** Refuses new notifications of the event at this position, until it is told to let them pass. */
export async function refuseEventAt(dataSource: DataSource, position: number): Promise<() => Promise<void>> {
  await dataSource.query(`
    CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'this event is refused'; END $$`);
  await dataSource.query(`
    CREATE TRIGGER refuse_event BEFORE INSERT ON delivery_notification
    FOR EACH ROW WHEN (NEW.position = ${position}) EXECUTE FUNCTION refuse_event()`);
  return () => dataSource.query('DROP FUNCTION refuse_event CASCADE');
}

/** Lets the next commits of a consumer fail, so many of them: after all of its work, at the very last. */
export async function failCommits(dataSource: DataSource, consumer: string, times: number): Promise<void> {
  await dataSource.query('DROP FUNCTION IF EXISTS fail_commit CASCADE');
  await dataSource.query('DROP SEQUENCE IF EXISTS failed_commits');
  await dataSource.query('CREATE SEQUENCE failed_commits');
  await dataSource.query(`
    CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('failed_commits') <= ${times} THEN RAISE EXCEPTION 'this commit fails'; END IF;
      RETURN NULL;
    END $$`);
  await dataSource.query(`
    CREATE CONSTRAINT TRIGGER fail_commit AFTER UPDATE ON event_cursor
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.consumer = '${consumer}' AND OLD.position <> NEW.position) EXECUTE FUNCTION fail_commit()`);
}
