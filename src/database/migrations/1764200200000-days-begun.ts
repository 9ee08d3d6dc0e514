import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A day of which something lies among the rest already gets no partitions any more, and the days after it get theirs
 * all the same.
 */
export class DaysBegun1764200200000 implements MigrationInterface {
  readonly name = 'DaysBegun1764200200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(makeDays('BEGIN', 'EXCEPTION WHEN check_violation THEN NULL; END;'));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(makeDays('', ''));
  }
}

/** Makes the partitions of the days (UTC) from now on, those that there are not yet: of each day both, or none. */
const makeDays = (begin: string, end: string): string => `
  CREATE OR REPLACE FUNCTION karere_make_days(days integer) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    today timestamptz := date_trunc('day', now(), 'UTC');
    parent text;
    child text;
  BEGIN
    FOR day IN 0..days - 1 LOOP
      ${begin}
      FOREACH parent IN ARRAY ARRAY['delivery_history', 'delivery_attempt'] LOOP
        child := parent || to_char((today + day * interval '1 day') AT TIME ZONE 'UTC', '_YYYYMMDD');
        CONTINUE WHEN to_regclass(child) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
          karere_first_uuid(today + day * interval '1 day'), karere_first_uuid(today + (day + 1) * interval '1 day'));
      END LOOP;
      ${end}
    END LOOP;
  END $$`;
