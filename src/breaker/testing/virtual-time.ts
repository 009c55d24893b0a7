import postgres from "postgres"

export interface VirtualTime {
  /** Moves the database's clock, forwards or back. */
  shift(seconds: number): Promise<void>
  close(): Promise<void>
}

/**
 * Puts a clock of our own before the database's: `clock_timestamp()` is found in this schema first, by every session that
 * begins from now on. The code under test is what runs in production, and asks the database as it does there.
 */
export async function virtualTime(superUrl: string): Promise<VirtualTime> {
  const sql = postgres(superUrl, { max: 1, onnotice: () => {} })
  await sql.unsafe(`
    CREATE SCHEMA virtual;
    CREATE TABLE virtual.clock (shift interval NOT NULL);
    INSERT INTO virtual.clock VALUES ('0');
    CREATE FUNCTION virtual.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + shift FROM virtual.clock';
    GRANT USAGE ON SCHEMA virtual TO PUBLIC;
    GRANT SELECT ON virtual.clock TO PUBLIC;
    DO 'BEGIN EXECUTE format(''ALTER DATABASE %I SET search_path = virtual, pg_catalog, public'', current_database()); END'`)
  return {
    shift: async (seconds) =>
      void (await sql`UPDATE virtual.clock SET shift = shift + make_interval(secs => ${seconds})`),
    close: () => sql.end(),
  }
}
