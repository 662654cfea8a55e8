import type { Direction, Outcome } from '../contract/cutover.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { attemptOfRow, stepOfRow } from './attempt-row.ts';
import type { Attempt, AttemptNote, AttemptStep, Journal, NewAttempt, StepNote } from './journal.ts';
import { alreadyRunning, streamMoved, takenOver } from './journal-error.ts';
import { JournalLink, type JournalLinkOptions } from './journal-link.ts';
import { areMade, makeTables } from './journal-table.ts';

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

export interface PostgresJournalOptions extends JournalLinkOptions {
  readonly pipeline: string;
  /** Of this process, never used by another one. */
  readonly owner: string;
  /**
   * Closes, in the transaction of the point of no return, the stream that feeds PostgreSQL: false when it does not stand
   * where this attempt drained it to, and then nothing is committed.
   */
  closeStream(session: PostgresSession, attempt: string): Promise<boolean>;
}

/** The journal on PostgreSQL: `sluice.cutover` and `sluice.cutover_step`. */
export class PostgresJournal implements Journal {
  readonly #options: PostgresJournalOptions;
  readonly #link: JournalLink;

  constructor(options: PostgresJournalOptions) {
    this.#options = options;
    this.#link = new JournalLink(options);
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
    await this.#link.with(makeTables);
    const values = [
      ...[pipeline, owner, direction, String(isRehearsal), startedBy, String(startedAtMs)],
      ...[String(writeBlockLimitMs), JSON.stringify(waivers)],
    ];
    await this.#link.with((session) => inTransaction(session, () => add(session, values, steps)));
    const begun = await this.last();
    if (begun === null) throw alreadyRunning();
    return begun;
  }

  async takeOver(id: string): Promise<void> {
    await this.#link.with((session) =>
      session.query('UPDATE sluice.cutover SET owner = $2 WHERE id = $1', [id, this.#options.owner]),
    );
  }

  async noteStep(id: string, step: string, note: StepNote): Promise<void> {
    const { set, values } = assignments(note, 4);
    if (set === '') return;
    const { rowCount } = await this.#link.inTime((session) =>
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
    const { rowCount } = await this.#link.inTime((session) =>
      session.query(WRITE_STEPS, [id, this.#options.owner, JSON.stringify(rows)]),
    );
    if (rowCount !== steps.length) throw takenOver();
  }

  async note(id: string, note: AttemptNote): Promise<void> {
    const { set, values } = assignments(note, 3);
    if (set === '') return;
    const { rowCount } = await this.#link.inTime((session) =>
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
    await this.#link.close();
  }

  async #find(sql: string, values: readonly string[]): Promise<Attempt | null> {
    return await this.#link.with(async (session) => {
      if (!(await areMade(session))) return null;
      const { rows } = await session.query(sql, [this.#options.pipeline, ...values]);
      if (rows[0] === undefined) return null;
      return await withSteps(session, rows[0]);
    });
  }

  /** Where it is decided already, that is what is answered. */
  async #decide(
    id: string,
    work: (session: PostgresSession) => Promise<Outcome>,
    onSent: () => void = () => {},
  ): Promise<Outcome> {
    return await this.#link.inTime((session, givenUp) =>
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
}

/** Every attempt of a pipeline, oldest first, without making anything. */
export async function readAttempts(session: PostgresSession, pipeline: string): Promise<readonly Attempt[]> {
  if (!(await areMade(session))) return [];
  const { rows } = await session.query(`${ATTEMPT} ORDER BY cutover.id`, [pipeline]);
  const attempts: Attempt[] = [];
  for (const row of rows) attempts.push(await withSteps(session, row));
  return attempts;
}

async function withSteps(session: PostgresSession, row: Parameters<typeof attemptOfRow>[0]): Promise<Attempt> {
  const steps = await session.query(STEPS, [row['id'] ?? '']);
  return attemptOfRow(
    row,
    steps.rows.map((step) => stepOfRow(step, 'started_at_ms')),
  );
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

function assignments(note: StepNote & AttemptNote, first: number): { set: string; values: (string | null)[] } {
  const given = Object.entries(note).filter(([, value]) => value !== undefined);
  const set = given.map(([name], at) => `${COLUMN_OF[name as keyof typeof COLUMN_OF]} = $${first + at}`).join(', ');
  const values = given.map(([, value]) => {
    if (value === null) return null;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
  return { set, values };
}
