import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection, Row, SqlValue } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { attemptOfRow, stepOfRow } from '../attempt-row.ts';
import type { Attempt, AttemptStep } from '../journal.ts';
import { type Copied, closesSource } from './copied.ts';

/** Where the copy is: our small database on the source, and the pipeline of whom it tells. */
export interface CopyPlace {
  readonly database: string;
  readonly pipeline: string;
}

const ATTEMPT = `
  pipeline varchar(64) NOT NULL, started_at_ms bigint NOT NULL, attempt varchar(20) NOT NULL,
  direction varchar(8) NOT NULL, outcome varchar(16) NOT NULL, is_over tinyint NOT NULL, is_rehearsal tinyint NOT NULL,
  is_source_closed tinyint NOT NULL, may_be_committed tinyint NOT NULL DEFAULT 1, claimed_by text,
  started_by text NOT NULL, ended_at_ms bigint, blocked_at_ms bigint, opened_at_ms bigint,
  write_block_limit_ms bigint NOT NULL, waivers longtext NOT NULL, reason longtext, server varchar(64) NOT NULL,
  copied_at_ms bigint NOT NULL, PRIMARY KEY (pipeline, started_at_ms, attempt)`;
const STEP = `
  pipeline varchar(64) NOT NULL, started_at_ms bigint NOT NULL, attempt varchar(20) NOT NULL, name varchar(64) NOT NULL,
  ordinal int NOT NULL, title text NOT NULL, phase varchar(16) NOT NULL, state varchar(16) NOT NULL, record longtext,
  detail longtext, begun_at_ms bigint, took_ms bigint, PRIMARY KEY (pipeline, started_at_ms, attempt, name)`;
const KEY = 'pipeline = ? AND started_at_ms = ? AND attempt = ?';

function table(database: string, name: 'cutover' | 'cutover_step'): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(name)}`;
}

export async function makeCopyTables(connection: MysqlConnection, database: string): Promise<void> {
  await connection.run(`CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}`);
  for (const [name, columns] of [['cutover', ATTEMPT] as const, ['cutover_step', STEP] as const])
    await connection.run(
      `CREATE TABLE IF NOT EXISTS ${table(database, name)} (${columns}
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
    );
}

/** The whole attempt, as it stands. What the two promises of the row are is not touched: `seal` and `claim` do that. */
export async function writeCopy(connection: MysqlConnection, place: CopyPlace, attempt: Attempt): Promise<void> {
  const { id, startedAtMs, steps } = attempt;
  const key = [place.pipeline, startedAtMs, id];
  const values: Readonly<Record<string, SqlValue>> = {
    direction: attempt.direction,
    outcome: attempt.outcome,
    is_over: attempt.isOver,
    is_rehearsal: attempt.isRehearsal,
    is_source_closed: closesSource(attempt),
    started_by: attempt.startedBy,
    ended_at_ms: attempt.endedAtMs,
    blocked_at_ms: attempt.blockedAtMs,
    opened_at_ms: attempt.openedAtMs,
    write_block_limit_ms: attempt.writeBlockLimitMs,
    waivers: JSON.stringify(attempt.waivers),
    reason: attempt.reason,
    server: connection.server.id,
    copied_at_ms: Date.now(),
  };
  await connection.run(
    upsert(table(place.database, 'cutover'), ['pipeline', 'started_at_ms', 'attempt'], Object.keys(values), 1),
    [...key, ...Object.values(values)],
  );
  const rows = steps.map((step, at) => [...key, step.name, at, ...stepValues(step)]);
  await connection.run(
    upsert(
      table(place.database, 'cutover_step'),
      ['pipeline', 'started_at_ms', 'attempt', 'name', 'ordinal'],
      STEP_COLUMNS,
      rows.length,
    ),
    rows.flat(),
  );
}

const STEP_COLUMNS = ['title', 'phase', 'state', 'record', 'detail', 'begun_at_ms', 'took_ms'];

function stepValues({ title, phase, state, record, detail, startedAtMs, tookMs }: AttemptStep): readonly SqlValue[] {
  return [title, phase, state, record === null ? null : JSON.stringify(record), detail, startedAtMs, tookMs];
}

/** VALUES() and not an alias of the new row, which MariaDB does not know. */
function upsert(into: string, key: readonly string[], columns: readonly string[], rows: number): string {
  const all = [...key, ...columns];
  const row = `(${all.map(() => '?').join(', ')})`;
  const set = columns.map((column) => `${column} = VALUES(${column})`).join(', ');
  const values = Array.from({ length: rows }, () => row).join(', ');
  return `INSERT INTO ${into} (${all.join(', ')}) VALUES ${values} ON DUPLICATE KEY UPDATE ${set}`;
}

/**
 * A new attempt: no other one's copy proves anything any more. `isProvable`: that the point of no return was not tried
 * can be read here until `seal`; otherwise it is sealed from the beginning.
 */
export async function beginCopy(
  connection: MysqlConnection,
  place: CopyPlace,
  attempt: Attempt,
  isProvable: boolean,
): Promise<void> {
  const cutover = table(place.database, 'cutover');
  await connection.run('START TRANSACTION');
  await connection.run(`UPDATE ${cutover} SET may_be_committed = 1 WHERE pipeline = ?`, [place.pipeline]);
  await writeCopy(connection, place, attempt);
  await connection.run(`UPDATE ${cutover} SET may_be_committed = ? WHERE ${KEY}`, [
    !isProvable,
    place.pipeline,
    attempt.startedAtMs,
    attempt.id,
  ]);
  await connection.run('COMMIT');
}

/**
 * Noted before the point of no return is tried, and refused once somebody has claimed the attempt: one row at the source
 * decides between the process that commits and the one that opens the source without the target (INV-185).
 */
export async function sealCopy(connection: MysqlConnection, place: CopyPlace, attempt: Attempt): Promise<void> {
  const isTaken = await decide(connection, place, attempt, (row) =>
    row['claimed_by'] === null ? { may_be_committed: 1 } : null,
  );
  if (!isTaken) throw claimed();
}

/** True when it can never be committed from here on; false when it may be already. */
export async function claimCopy(
  connection: MysqlConnection,
  place: CopyPlace,
  attempt: Attempt,
  by: string,
): Promise<boolean> {
  return await decide(connection, place, attempt, (row) => {
    const isFree = row['may_be_committed'] === '0' || row['outcome'] === 'aborted' || row['is_rehearsal'] === '1';
    return isFree ? { claimed_by: by } : null;
  });
}

async function decide(
  connection: MysqlConnection,
  { database, pipeline }: CopyPlace,
  { id, startedAtMs }: Attempt,
  change: (row: Row) => Readonly<Record<string, SqlValue>> | null,
): Promise<boolean> {
  const key = [pipeline, startedAtMs, id];
  await connection.run('START TRANSACTION');
  const row = await connection.row(`SELECT * FROM ${table(database, 'cutover')} WHERE ${KEY} FOR UPDATE`, key);
  const changes = row['outcome'] === undefined ? null : change(row);
  if (changes === null) {
    await connection.run('ROLLBACK');
    return false;
  }
  const set = Object.keys(changes).map((column) => `${column} = ?`);
  await connection.run(`UPDATE ${table(database, 'cutover')} SET ${set.join(', ')} WHERE ${KEY}`, [
    ...Object.values(changes),
    ...key,
  ]);
  await connection.run('COMMIT');
  return true;
}

/** The newest attempts in the copy, newest first, at most `count`; none where nothing was ever copied. */
export async function readCopies(
  connection: MysqlConnection,
  { database, pipeline }: CopyPlace,
  count: number,
): Promise<readonly Copied[]> {
  if (!(await isMade(connection, database))) return [];
  const rows = await connection.rows(
    `SELECT * FROM ${table(database, 'cutover')} WHERE pipeline = ? ORDER BY started_at_ms DESC LIMIT ?`,
    [pipeline, count],
  );
  const copies: Copied[] = [];
  for (const row of rows) {
    const steps = await connection.rows(
      `SELECT * FROM ${table(database, 'cutover_step')} WHERE ${KEY} ORDER BY ordinal`,
      [pipeline, row['started_at_ms'] ?? '', row['attempt'] ?? ''],
    );
    copies.push(
      copiedOf(
        row,
        steps.map((step) => stepOfRow(step, 'begun_at_ms')),
      ),
    );
  }
  return copies;
}

/**
 * Does `work` unless the newest attempt keeps writes out of the source; answers whether it did. The row is locked
 * meanwhile, so that an attempt which is about to close the source waits for it (INV-187).
 */
export async function unlessClosed(
  connection: MysqlConnection,
  { database, pipeline }: CopyPlace,
  work: () => Promise<void>,
): Promise<boolean> {
  const isKnown = await isMade(connection, database);
  // No lock on the gap behind the row, into which an attempt that begins meanwhile puts its own.
  await connection.run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
  await connection.run('START TRANSACTION');
  try {
    const row = isKnown ? await connection.row(newest(database), [pipeline]) : {};
    const isOpen = row['closed'] !== '1';
    if (isOpen) await work();
    return isOpen;
  } finally {
    await connection.run('COMMIT');
  }
}

/** MariaDB does not know FOR SHARE. */
function newest(database: string): string {
  return `SELECT is_source_closed AS closed FROM ${table(database, 'cutover')}
    WHERE pipeline = ? ORDER BY started_at_ms DESC LIMIT 1 LOCK IN SHARE MODE`;
}

async function isMade(connection: MysqlConnection, database: string): Promise<boolean> {
  const row = await connection.row(
    `SELECT COUNT(*) AS made FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN ('cutover', 'cutover_step')`,
    [database],
  );
  return row['made'] === '2';
}

function copiedOf(row: Row, steps: readonly AttemptStep[]): Copied {
  const attempt = attemptOfRow(row, steps);
  return {
    attempt,
    mayBeCommitted: row['may_be_committed'] !== '0',
    isClaimed: row['claimed_by'] !== null,
    server: row['server'] ?? '',
    copiedAtMs: Number(row['copied_at_ms']),
  };
}

/** CUTOVER_PUT_BACK: the source was opened by the copy of this attempt while the target was out of reach. */
function claimed(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_PUT_BACK',
    message: 'the source was opened again by the copy of this attempt: it is not committed',
    remedy: 'Everything is put back by itself. Look who did it: sluice cutover status.',
    disposition: 'stop',
  });
}
