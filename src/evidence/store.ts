import type { PaceStatus } from '../contract/pace.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import type { EventKind, EvidenceEvent, KeyedEvent } from './event.ts';
import type { SpreadCounts } from './spread.ts';

/** "SLEV": the class of the lock under which the tables are made. */
const LOCK_CLASS = 0x534c4556;

const TABLES = `
  CREATE TABLE IF NOT EXISTS sluice.run (
    pipeline text NOT NULL, run text NOT NULL, started_by text, started_at_ms bigint NOT NULL, seen_at_ms bigint NOT NULL,
    ended_at_ms bigint, ended text, configuration jsonb NOT NULL, status jsonb NOT NULL, measured jsonb NOT NULL,
    PRIMARY KEY (pipeline, run));
  CREATE TABLE IF NOT EXISTS sluice.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, "key" text NOT NULL, kind text NOT NULL,
    at_ms bigint NOT NULL, who text, what jsonb NOT NULL, UNIQUE (pipeline, "key"));`;

const MADE = `SELECT to_regclass('sluice.event') IS NOT NULL AND to_regclass('sluice.run') IS NOT NULL AS made`;

const WRITE_EVENT = `INSERT INTO sluice.event (pipeline, "key", kind, at_ms, who, what) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (pipeline, "key") DO UPDATE SET what = excluded.what`;

const WRITE_RUN = `INSERT INTO sluice.run
    (pipeline, run, started_by, started_at_ms, seen_at_ms, ended_at_ms, ended, configuration, status, measured)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (pipeline, run) DO UPDATE SET seen_at_ms = excluded.seen_at_ms, ended_at_ms = excluded.ended_at_ms,
    ended = excluded.ended, status = excluded.status, measured = excluded.measured`;

/** One process of the pipeline, from its start to its end. */
export interface RunRecord {
  /** Never used by another process. */
  readonly run: string;
  readonly startedBy: string | null;
  readonly startedAtMs: number;
  /** When it last wrote this. */
  readonly seenAtMs: number;
  readonly endedAtMs: number | null;
  /** `stopped`, `caught-up`, `cut-over`, or the code of the error; null: it runs, or was killed. */
  readonly ended: string | null;
  /** The options in force, secrets masked. */
  readonly configuration: unknown;
  /** Parts of its last status. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly measured: Measured;
}

/** Of one run, as far as it has come. */
export interface Measured {
  /** Lag of what a reader of the target sees, asked twice a second. */
  readonly lag: SpreadCounts;
  /** How often it was asked and not known. */
  readonly lagUnknown: number;
  /** From a source transaction's commit to its being visible, each once. */
  readonly latency: SpreadCounts;
  /** Events that could not be kept. */
  readonly lostEvents: number;
}

/**
 * Writes into `sluice.run` and `sluice.event`, which it makes in a schema that stands already. False: there is no schema
 * yet, and nothing was written.
 */
export async function writeEvidence(
  session: PostgresSession,
  pipeline: string,
  { events, run }: { readonly events: readonly KeyedEvent[]; readonly run?: RunRecord },
): Promise<boolean> {
  if (!(await areMade(session)) && !(await makeTables(session))) return false;
  await session.query('BEGIN');
  for (const { key, kind, atMs, who, what } of events)
    await session.query(WRITE_EVENT, [pipeline, key, kind, whole(atMs), who, JSON.stringify(what)]);
  if (run !== undefined) await session.query(WRITE_RUN, [pipeline, ...runValues(run)]);
  await session.query('COMMIT');
  return true;
}

async function areMade(session: PostgresSession): Promise<boolean> {
  return (await session.query(MADE)).rows[0]?.['made'] === 't';
}

/** Under a lock: two that make one table at once would fail on each other's catalogue rows. */
async function makeTables(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT to_regnamespace('sluice') IS NOT NULL AS schema`);
  if (rows[0]?.['schema'] !== 't') return false;
  await session.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK_CLASS}, 0); ${TABLES} COMMIT`);
  return true;
}

function runValues(run: RunRecord): readonly (string | null)[] {
  const { startedAtMs, seenAtMs, endedAtMs, configuration, status, measured } = run;
  return [
    ...[run.run, run.startedBy, whole(startedAtMs), whole(seenAtMs), endedAtMs === null ? null : whole(endedAtMs)],
    ...[run.ended, JSON.stringify(configuration), JSON.stringify(status), JSON.stringify(measured)],
  ];
}

function whole(ms: number): string {
  return String(Math.round(ms));
}

/** In the order in which they were first told; none where nothing was written yet. */
export async function readEvents(session: PostgresSession, pipeline: string): Promise<readonly EvidenceEvent[]> {
  if (!(await areMade(session))) return [];
  const sql = 'SELECT kind, at_ms::text, who, what::text FROM sluice.event WHERE pipeline = $1 ORDER BY at_ms, id';
  return (await session.query(sql, [pipeline])).rows.map(eventOf);
}

/** Oldest first. */
export async function readRuns(session: PostgresSession, pipeline: string): Promise<readonly RunRecord[]> {
  if (!(await areMade(session))) return [];
  const sql = `SELECT run, started_by, started_at_ms::text, seen_at_ms::text, ended_at_ms::text, ended,
    configuration::text, status::text, measured::text FROM sluice.run WHERE pipeline = $1 ORDER BY started_at_ms, run`;
  return (await session.query(sql, [pipeline])).rows.map(runOf);
}

/** How the process before this one was let go on, as it last wrote it; null: nobody knows. */
export async function readPaceBefore(
  session: PostgresSession,
  pipeline: string,
  run: string,
): Promise<PaceStatus | null> {
  if (!(await areMade(session))) return null;
  const sql = `SELECT (status->'pace')::text AS pace FROM sluice.run
    WHERE pipeline = $1 AND run <> $2 AND status->>'mode' <> 'capture' ORDER BY started_at_ms DESC, run LIMIT 1`;
  return JSON.parse((await session.query(sql, [pipeline, run])).rows[0]?.['pace'] ?? 'null');
}

function eventOf(row: TextRow): EvidenceEvent {
  const what: EvidenceEvent['what'] = JSON.parse(row['what'] ?? '{}');
  return { kind: row['kind'] as EventKind, atMs: Number(row['at_ms']), who: row['who'] ?? null, what };
}

function runOf(row: TextRow): RunRecord {
  const ended = row['ended_at_ms'];
  return {
    run: row['run'] ?? '',
    startedBy: row['started_by'] ?? null,
    startedAtMs: Number(row['started_at_ms']),
    seenAtMs: Number(row['seen_at_ms']),
    endedAtMs: ended ? Number(ended) : null,
    ended: row['ended'] ?? null,
    configuration: JSON.parse(row['configuration'] ?? 'null'),
    status: JSON.parse(row['status'] ?? '{}'),
    measured: JSON.parse(row['measured'] ?? '{}'),
  };
}
