import PQueue from 'p-queue';
import type { Direction, Outcome } from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { attemptOfRow, stepOfRow } from './attempt-row.ts';
import type { Attempt, AttemptNote, AttemptStep, Journal, NewAttempt, StepNote } from './journal.ts';

/** "SLCO": the class of the lock under which the journal's tables are made. */
const LOCK_CLASS = 0x534c434f;

const TABLES = `
  CREATE TABLE IF NOT EXISTS sluice.cutover (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, owner text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'back')),
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'committed', 'aborted')),
    is_over boolean NOT NULL DEFAULT false, is_rehearsal boolean NOT NULL, started_by text NOT NULL,
    started_at_ms bigint NOT NULL, ended_at_ms bigint, blocked_at_ms bigint, opened_at_ms bigint,
    write_block_limit_ms bigint NOT NULL, waivers jsonb NOT NULL, reason text,
    CHECK (NOT (is_over AND outcome = 'running')));
  CREATE UNIQUE INDEX IF NOT EXISTS cutover_running ON sluice.cutover (pipeline) WHERE NOT is_over;
  CREATE TABLE IF NOT EXISTS sluice.cutover_step (
    cutover bigint NOT NULL, ordinal integer NOT NULL, name text NOT NULL,
    title text NOT NULL, phase text NOT NULL, state text NOT NULL DEFAULT 'waiting', record jsonb, detail text,
    started_at_ms bigint, took_ms bigint, PRIMARY KEY (cutover, name));
  ALTER TABLE sluice.cutover ADD COLUMN IF NOT EXISTS away jsonb NOT NULL DEFAULT '[]'`;

// The row as JSON: a table that an earlier version made has no column away.
const ATTEMPT = `SELECT id::text, direction, outcome, is_over, is_rehearsal, started_by, started_at_ms::text,
    ended_at_ms::text, blocked_at_ms::text, opened_at_ms::text, write_block_limit_ms::text, waivers::text,
    to_jsonb(cutover) ->> 'away' AS away, reason
  FROM sluice.cutover WHERE pipeline = $1`;
// By the number, not by its text, which the list of columns calls id as well.
const NEWEST = ' ORDER BY cutover.id DESC LIMIT 1';
const STEPS = `SELECT name, title, phase, state, record::text, detail, started_at_ms::text, took_ms::text
  FROM sluice.cutover_step WHERE cutover = $1 ORDER BY ordinal`;
const DRAINED = `SELECT FROM sluice.cutover_step s
  WHERE s.cutover = cutover.id AND s.name = 'drain' AND s.phase = 'blocked' AND s.state = 'done'`;
const BEGIN = `INSERT INTO sluice.cutover
    (pipeline, owner, direction, is_rehearsal, started_by, started_at_ms, write_block_limit_ms, waivers)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (pipeline) WHERE NOT is_over DO NOTHING RETURNING id::text`;
const ADD_STEP = `INSERT INTO sluice.cutover_step (cutover, ordinal, name, title, phase) VALUES ($1, $2, $3, $4, $5)`;

/** JSON of steps as rows. */
const WRITE_STEPS = `UPDATE sluice.cutover_step s
  SET state = n.state, record = n.record, detail = n.detail, started_at_ms = n.started, took_ms = n.took
  FROM jsonb_to_recordset($3::jsonb) AS n(name text, state text, record jsonb, detail text, started bigint, took bigint)
  WHERE s.cutover = $1 AND s.name = n.name AND EXISTS (SELECT FROM sluice.cutover WHERE id = $1 AND owner = $2)`;

const COLUMN_OF = {
  state: 'state',
  record: 'record',
  detail: 'detail',
  startedAtMs: 'started_at_ms',
  tookMs: 'took_ms',
  blockedAtMs: 'blocked_at_ms',
  openedAtMs: 'opened_at_ms',
  endedAtMs: 'ended_at_ms',
  isOver: 'is_over',
  away: 'away',
} as const satisfies Record<keyof (StepNote & AttemptNote), string>;

export interface PostgresJournalOptions {
  readonly pipeline: string;
  /** Of this process, never used by another one. */
  readonly owner: string;
  connect(): Promise<PostgresSession>;
  /**
   * Closes, in the transaction of the point of no return, the stream that feeds PostgreSQL: false when it does not stand
   * where this attempt drained it to, and then nothing is committed.
   */
  closeStream(session: PostgresSession, attempt: string): Promise<boolean>;
  /** How long the target may say nothing until it counts as out of reach, milliseconds. */
  readonly answerLimitMs?: number;
  /** What a session of ours waits for on the target, in words; empty: for nobody. */
  waitsFor?(signal: AbortSignal): Promise<string>;
}

/** A link that is cut may stay silent for many minutes, and each of them is one in which nobody can write. */
const ANSWER_LIMIT_MS = 5_000;
/** Part of it after which it is asked, on another session, whether somebody's lock is why. */
const LOOK_RATIO = 0.25;

/** The journal on PostgreSQL: `sluice.cutover` and `sluice.cutover_step`. */
export class PostgresJournal implements Journal {
  readonly #options: PostgresJournalOptions;
  #session: PostgresSession | null = null;
  /** What is asked at once never goes into another's transaction. */
  readonly #turn = new PQueue({ concurrency: 1 });

  constructor(options: PostgresJournalOptions) {
    this.#options = options;
  }

  async last(): Promise<Attempt | null> {
    return await this.#find(`${ATTEMPT}${NEWEST}`, []);
  }

  async lastCommitted(direction: Direction): Promise<Attempt | null> {
    return await this.#find(`${ATTEMPT} AND outcome = 'committed' AND direction = $2${NEWEST}`, [direction]);
  }

  async lastDrained(direction: Direction): Promise<Attempt | null> {
    return await this.#find(`${ATTEMPT} AND direction = $2 AND EXISTS (${DRAINED})${NEWEST}`, [direction]);
  }

  async begin(attempt: NewAttempt): Promise<Attempt> {
    const { pipeline, owner } = this.#options;
    const { direction, isRehearsal, startedBy, startedAtMs, writeBlockLimitMs, waivers, steps } = attempt;
    await this.#with(makeTables);
    const values = [
      ...[pipeline, owner, direction, String(isRehearsal), startedBy, String(startedAtMs)],
      ...[String(writeBlockLimitMs), JSON.stringify(waivers)],
    ];
    await this.#with((session) => inTransaction(session, () => add(session, values, steps)));
    const begun = await this.last();
    if (begun === null) throw alreadyRunning();
    return begun;
  }

  async takeOver(id: string): Promise<void> {
    await this.#with((session) =>
      session.query('UPDATE sluice.cutover SET owner = $2 WHERE id = $1', [id, this.#options.owner]),
    );
  }

  async noteStep(id: string, step: string, note: StepNote): Promise<void> {
    const { set, values } = assignments(note, 4);
    if (set === '') return;
    const { rowCount } = await this.#inTime((session) =>
      session.query(
        `UPDATE sluice.cutover_step SET ${set} WHERE cutover = $1 AND name = $2
         AND EXISTS (SELECT FROM sluice.cutover WHERE id = $1 AND owner = $3)`,
        [id, step, this.#options.owner, ...values],
      ),
    );
    if (rowCount !== 1) throw takenOver();
  }

  async noteSteps(id: string, steps: readonly AttemptStep[]): Promise<void> {
    const rows = steps.map(({ name, state, record, detail, startedAtMs: started, tookMs: took }) => {
      return { name, state, record, detail, started, took };
    });
    const { rowCount } = await this.#inTime((session) =>
      session.query(WRITE_STEPS, [id, this.#options.owner, JSON.stringify(rows)]),
    );
    if (rowCount !== steps.length) throw takenOver();
  }

  async note(id: string, note: AttemptNote): Promise<void> {
    const { set, values } = assignments(note, 3);
    if (set === '') return;
    const { rowCount } = await this.#inTime((session) =>
      session.query(`UPDATE sluice.cutover SET ${set} WHERE id = $1 AND owner = $2`, [
        id,
        this.#options.owner,
        ...values,
      ]),
    );
    if (rowCount !== 1) throw takenOver();
  }

  async commit(id: string, onSent: () => void): Promise<Outcome> {
    const closing = async (session: PostgresSession) => {
      if (!(await this.#options.closeStream(session, id))) throw streamMoved();
      await session.query(`UPDATE sluice.cutover SET outcome = 'committed' WHERE id = $1`, [id]);
      return 'committed' as const;
    };
    return await this.#decide(id, closing, onSent);
  }

  async abort(id: string, reason: string): Promise<Outcome> {
    return await this.#decide(id, async (session) => {
      await session.query(`UPDATE sluice.cutover SET outcome = 'aborted', reason = $2 WHERE id = $1`, [id, reason]);
      return 'aborted';
    });
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  async #find(sql: string, values: readonly string[]): Promise<Attempt | null> {
    return await this.#with(async (session) => {
      if (!(await areMade(session))) return null;
      const { rows } = await session.query(sql, [this.#options.pipeline, ...values]);
      if (rows[0] === undefined) return null;
      const steps = await session.query(STEPS, [rows[0]['id'] ?? '']);
      return attemptOfRow(
        rows[0],
        steps.rows.map((step) => stepOfRow(step, 'started_at_ms')),
      );
    });
  }

  /** Where it is decided already, that is what is answered. */
  async #decide(
    id: string,
    work: (session: PostgresSession) => Promise<Outcome>,
    onSent: () => void = () => {},
  ): Promise<Outcome> {
    return await this.#inTime((session, givenUp) =>
      inTransaction(session, async () => {
        const outcome = await this.#lockedOutcome(session, id);
        const decided = outcome === 'running' ? await work(session) : outcome;
        // From here to the COMMIT nothing else comes in between: what was given up is never sent late.
        givenUp.throwIfAborted();
        onSent();
        return decided;
      }),
    );
  }

  /** The row lock makes this wait for a commit whose answer was lost: what it reads then is for good. */
  async #lockedOutcome(session: PostgresSession, id: string): Promise<Outcome> {
    const { rows } = await session.query('SELECT outcome FROM sluice.cutover WHERE id = $1 AND owner = $2 FOR UPDATE', [
      id,
      this.#options.owner,
    ]);
    if (rows[0] === undefined) throw takenOver();
    return rows[0]['outcome'] as Outcome;
  }

  /**
   * Inside an attempt nobody waits for a silent target longer than the limit: nothing more is sent over such a link, and a
   * COMMIT that is under way keeps its lock on the row until it is decided (INV-196).
   */
  async #inTime<T>(work: (session: PostgresSession, givenUp: AbortSignal) => Promise<T>): Promise<T> {
    const limitMs = this.#options.answerLimitMs ?? ANSWER_LIMIT_MS;
    const givenUp = new AbortController();
    const silence = Promise.withResolvers<never>();
    const over = new AbortController();
    let waits = '';
    const look = setTimeout(() => {
      const asked = this.#options.waitsFor?.(over.signal).then((words) => {
        waits = words;
      });
      asked?.catch(() => {});
    }, limitMs * LOOK_RATIO);
    const timer = setTimeout(() => {
      givenUp.abort();
      silence.reject(targetSilent(limitMs, waits));
      void this.close();
    }, limitMs);
    const working = this.#with((session) => work(session, givenUp.signal), givenUp.signal);
    working.catch(() => {});
    try {
      return await Promise.race([working, silence.promise]);
    } finally {
      clearTimeout(look);
      clearTimeout(timer);
      over.abort();
    }
  }

  /** After a failure the session is given up: the server undoes what was not committed. */
  async #with<T>(work: (session: PostgresSession) => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    return await this.#turn.add(() => this.#now(work, givenUp));
  }

  async #now<T>(work: (session: PostgresSession) => Promise<T>, givenUp?: AbortSignal): Promise<T> {
    const kept = this.#session?.isEnded === false ? this.#session : null;
    const session = kept ?? (await this.#options.connect());
    try {
      // Nobody waits any more: what would be done late is done by others by now.
      givenUp?.throwIfAborted();
      this.#session = session;
      return await work(session);
    } catch (error) {
      if (this.#session === session) this.#session = null;
      await session.close();
      throw error;
    }
  }
}

/** Every attempt of a pipeline, oldest first, without making anything. */
export async function readAttempts(session: PostgresSession, pipeline: string): Promise<readonly Attempt[]> {
  if (!(await areMade(session))) return [];
  const { rows } = await session.query(`${ATTEMPT} ORDER BY cutover.id`, [pipeline]);
  const attempts: Attempt[] = [];
  for (const row of rows) {
    const steps = await session.query(STEPS, [row['id'] ?? '']);
    attempts.push(
      attemptOfRow(
        row,
        steps.rows.map((step) => stepOfRow(step, 'started_at_ms')),
      ),
    );
  }
  return attempts;
}

async function add(session: PostgresSession, values: readonly string[], steps: NewAttempt['steps']): Promise<void> {
  const { rows } = await session.query(BEGIN, values);
  const id = rows[0]?.['id'];
  if (!id) throw alreadyRunning();
  for (const [at, { name, title, phase }] of steps.entries()) {
    await session.query(ADD_STEP, [id, String(at), name, title, phase]);
  }
}

async function inTransaction<T>(session: PostgresSession, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  const result = await work();
  await session.query('COMMIT');
  return result;
}

/** Nothing is made on a target before the first attempt begins. */
async function areMade(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT to_regclass('sluice.cutover_step') IS NOT NULL AS made`);
  return rows[0]?.['made'] === 't';
}

/** As this version makes them. */
async function areWhole(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT count(*) = 1 AS whole FROM pg_attribute WHERE attrelid = to_regclass('sluice.cutover') AND attname = 'away'`,
  );
  return rows[0]?.['whole'] === 't' && (await areMade(session));
}

/** Under a lock: two that make one table at once would fail on each other's catalogue rows. */
async function makeTables(session: PostgresSession): Promise<void> {
  if (await areWhole(session)) return;
  const { rows } = await session.query(`SELECT to_regnamespace('sluice') IS NOT NULL AS schema`);
  await session.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK_CLASS}, 0)`);
  // CREATE SCHEMA IF NOT EXISTS asks for the right even where the schema is there.
  if (rows[0]?.['schema'] !== 't') await session.query('CREATE SCHEMA IF NOT EXISTS sluice');
  await session.query(`${TABLES}; COMMIT`);
}

function assignments(note: StepNote & AttemptNote, first: number): { set: string; values: (string | null)[] } {
  const given = Object.entries(note).filter(([, value]) => value !== undefined);
  const set = given.map(([name], at) => `${COLUMN_OF[name as keyof typeof COLUMN_OF]} = $${first + at}`).join(', ');
  const values = given.map(([, value]) => {
    if (value === null) return null;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
  return { set, values };
}

/** CUTOVER_RUNNING: one attempt at a time. */
export function alreadyRunning(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_RUNNING',
    message: 'a cutover or rollback of this pipeline is under way',
    remedy: 'Watch it: sluice cutover status. End it before its point of no return: sluice cutover abort.',
    disposition: 'stop',
  });
}

/** CUTOVER_TAKEN_OVER: another process of this pipeline has taken over the attempt; this one does nothing more. */
function takenOver(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_TAKEN_OVER',
    message: 'another process of this pipeline owns the cutover now',
    remedy: 'Nothing here: look at the other one, sluice cutover status.',
    disposition: 'stop',
  });
}

/** CUTOVER_STREAM_MOVED: the stream does not stand where it was drained to; something was written in spite of the fence. */
function streamMoved(): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_STREAM_MOVED',
    message: 'changes came after the drain: the stream does not stand any more where it was proven to be at the end',
    remedy: 'All is put back. Find who writes in spite of the fence (see: sluice cutover plan), then try again.',
    disposition: 'stop',
  });
}

/** TARGET_SILENT: there is a link, and nothing comes over it. `waits`: what for, as another session says; empty: unknown. */
function targetSilent(limitMs: number, waits: string): SluiceError {
  return new SluiceError({
    code: 'TARGET_SILENT',
    message: `the target has not answered for ${limitMs / 1000} s${waits === '' ? '' : `: ${waits}`}`,
    remedy:
      waits === ''
        ? 'Look at the target and at the network between; it is tried again until it answers.'
        : 'End what is named, on the target; it is tried again until it answers.',
    disposition: 'retry',
  });
}
