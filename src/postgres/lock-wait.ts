import type { PostgresSession } from './connection.ts';

/** One session of this pipeline that waits for a lock of another. */
export interface LockWait {
  readonly pid: string;
  /** As PostgreSQL prints it; null: a transaction, not a table. */
  readonly table: string | null;
  /** Who holds it, or stands before it. */
  readonly by: { readonly pid: string; readonly user: string; readonly application: string; readonly state: string };
}

// A row's lock is waited for as its transaction's; the table stands in the lock on the row's place in it.
const WAITS = `
  SELECT a.pid::text AS pid, by.pid::text AS holder, coalesce(b.usename, '') AS "user",
         coalesce(b.application_name, '') AS application, coalesce(b.state, 'prepared') AS state,
         coalesce(l.relation, (SELECT t.relation FROM pg_locks t WHERE t.pid = a.pid AND t.locktype = 'tuple' LIMIT 1))
           ::regclass::text AS relation
  FROM pg_stat_activity a
  JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
  CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) AS by(pid)
  LEFT JOIN pg_stat_activity b ON b.pid = by.pid
  WHERE a.application_name = $1 AND a.datname = current_database()
  ORDER BY a.pid, by.pid LIMIT 5`;

/** Sessions of this pipeline in this database that wait for a lock now, each with whom it waits for. */
export async function lockWaits(session: PostgresSession, pipeline: string): Promise<readonly LockWait[]> {
  const { rows } = await session.query(WAITS, [`sluice:${pipeline}`]);
  return rows.map((row) => ({
    pid: row['pid'] ?? '',
    table: row['relation'] ?? null,
    by: {
      pid: row['holder'] ?? '',
      user: row['user'] ?? '',
      application: row['application'] ?? '',
      state: row['state'] ?? '',
    },
  }));
}
