import type { PostgresSession } from '../postgres/connection.ts';
import { sqlstateOf } from '../postgres/sqlstate.ts';

/** A replication slot as the server sees it. LSNs as text. */
export interface SlotState {
  readonly plugin: string;
  readonly isActive: boolean;
  /** Up to here we have confirmed. */
  readonly confirmedLsn: string;
  /** Bytes of write-ahead log from what is confirmed to the server's end. */
  readonly behindBytes: number;
  /** Bytes of it that the server keeps for the slot. */
  readonly retainedBytes: number;
  /** `reserved`, `extended`, `unreserved`, `lost`. */
  readonly walStatus: string;
  /** Bytes until the slot may be lost; null without max_slot_wal_keep_size. */
  readonly safeBytes: number | null;
}

const READ = `
  SELECT plugin, active, confirmed_flush_lsn::text AS confirmed, wal_status, safe_wal_size::text AS safe,
         pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::text AS behind,
         pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS retained
  FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()`;

/** null: there is none of this name in this database. */
export async function readSlot(session: PostgresSession, name: string): Promise<SlotState | null> {
  const { rows } = await session.query(READ, [name]);
  const [row] = rows;
  if (!row) return null;
  return {
    plugin: row['plugin'] ?? '',
    isActive: row['active'] === 't',
    confirmedLsn: row['confirmed'] ?? '0/0',
    behindBytes: Number(row['behind'] ?? 0),
    retainedBytes: Number(row['retained'] ?? 0),
    walStatus: row['wal_status'] ?? '',
    safeBytes: row['safe'] ? Number(row['safe']) : null,
  };
}

/**
 * Makes the slot where it is not there. Waits for every transaction that is open on the server, so never while writes
 * are blocked. Answers the LSN from which on it has everything.
 */
export async function createSlot(session: PostgresSession, name: string): Promise<string> {
  const known = await readSlot(session, name);
  if (known) return known.confirmedLsn;
  const { rows } = await session.query(
    `SELECT lsn::text AS lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')`,
    [name],
  );
  return rows[0]?.['lsn'] ?? '0/0';
}

/** What was committed until now will not be sent. Answers up to which LSN. */
export async function advanceSlotToEnd(session: PostgresSession, name: string): Promise<string> {
  const { rows } = await session.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const lsn = rows[0]?.['lsn'] ?? '0/0';
  await session.query(
    `SELECT pg_replication_slot_advance(slot_name, $2::pg_lsn) FROM pg_replication_slots
     WHERE slot_name = $1 AND confirmed_flush_lsn < $2::pg_lsn`,
    [name, lsn],
  );
  return lsn;
}

const HELD = '55006';
const RELEASE_LIMIT_MS = 15_000;
const RELEASE_POLL_MS = 100;

/** A reader that has just ended may hold it a moment longer; TARGET_CONFLICT where one goes on holding it. */
export async function dropSlot(session: PostgresSession, name: string): Promise<void> {
  for (const until = performance.now() + RELEASE_LIMIT_MS; ; await pause()) {
    try {
      await session.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
        name,
      ]);
      return;
    } catch (error) {
      if (sqlstateOf(error) !== HELD || performance.now() > until) throw error;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RELEASE_POLL_MS));
}
