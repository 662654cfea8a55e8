import type { TableName } from '../contract/change.ts';
import type { TableVerification, VerifyState } from '../contract/verify.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { arrayText } from '../postgres/quote.ts';
import { type Looked, parseProgress, stateOf, type TableProgress, withLooked } from './progress.ts';
import type { RepairRecord } from './repair.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS sluice.verification (
  pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, state text NOT NULL, advice text,
  progress text, finished_at timestamptz, updated_at timestamptz NOT NULL, PRIMARY KEY (pipeline, database, "table"))`;

/** What the comparison before found, while one is not finished. */
const VERDICT = 'ALTER TABLE sluice.verification ADD COLUMN IF NOT EXISTS verdict jsonb';

const REPAIR = `CREATE TABLE IF NOT EXISTS sluice.repair (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pipeline text NOT NULL, database text NOT NULL,
  "table" text NOT NULL, "key" jsonb NOT NULL, kind text NOT NULL, "before" text, "after" text, asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(), equal_at timestamptz)`;

const RECORD = `INSERT INTO sluice.repair (pipeline, database, "table", "key", kind, "before", "after", asked_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id::text`;

const WAITING = `SELECT 1 AS one FROM sluice.quarantine
  WHERE pipeline = $1 AND database = $2 AND "table" = $3 AND state = 'waiting' LIMIT 1`;

/** As JSON, for the table may be an earlier version's, without the verdict. */
const READ = `SELECT database, "table", state, advice, progress, to_jsonb(v)->>'verdict' AS verdict,
  (extract(epoch FROM finished_at) * 1000)::bigint::text AS finished FROM sluice.verification v WHERE pipeline = $1`;

/** JSON of comparisons as rows. */
const WRITE = `INSERT INTO sluice.verification AS v (pipeline, database, "table", state, advice, progress, finished_at, updated_at)
  SELECT $1, x.database, x."table", x.state, x.advice, x.progress, to_timestamp(x.finished / 1000), clock_timestamp()
  FROM jsonb_to_recordset($2::jsonb) AS x(database text, "table" text, state text, advice text, progress text, finished numeric)
  ON CONFLICT (pipeline, database, "table") DO UPDATE
  SET state = excluded.state, advice = excluded.advice, progress = excluded.progress, finished_at = excluded.finished_at,
    updated_at = clock_timestamp(),
    verdict = CASE WHEN excluded.finished_at IS NOT NULL THEN NULL WHEN v.finished_at IS NULL THEN v.verdict
      ELSE jsonb_build_object('state', v.state, 'advice', v.advice, 'progress', v.progress,
        'finishedAtMs', (extract(epoch FROM v.finished_at) * 1000)::bigint) END`;

const KEEP_VERDICT = `UPDATE sluice.verification SET verdict = verdict || jsonb_build_object('state', $4::text, 'progress', $5::text)
  WHERE pipeline = $1 AND database = $2 AND "table" = $3`;

export interface Verdict {
  readonly state: VerifyState;
  readonly advice: string | null;
  readonly progress: TableProgress | null;
  readonly finishedAtMs: number | null;
}

/** A comparison as it stands. */
export interface ComparedNow extends TableName, Verdict {}

export interface StoredVerification extends ComparedNow {
  /** What the comparison before this one found, while this one is not finished; null: there was none, or this one is. */
  readonly before: Verdict | null;
}

/** What holds of a table: an unfinished comparison takes nothing from the one before it (INV-126). */
export function verdictOf({ before, ...now }: StoredVerification): Verdict {
  return now.finishedAtMs === null && before !== null ? before : now;
}

/** A table's comparison, with how many changes of the table were noted before it was read. */
export interface ComparedTable extends TableVerification {
  readonly notedBefore: number;
}

/** What came of looking at changed keys of one table again. */
export interface Rechecked extends Looked {
  readonly scope: TableName;
}

/** One that could not be compared stays as it is. */
export function recheckedState(known: VerifyState, differenceCount: number, changing: number): VerifyState {
  const isClean = known === 'equal' || known === 'changing' || known === 'different';
  return isClean ? stateOf(differenceCount, changing) : known;
}

/** What is known of each table's comparison, on the target. */
export class VerifyStore {
  readonly #session: PostgresSession;
  readonly #pipeline: string;

  private constructor(session: PostgresSession, pipeline: string) {
    this.#session = session;
    this.#pipeline = pipeline;
  }

  static async open(session: PostgresSession, pipeline: string): Promise<VerifyStore> {
    const { rows } = await session.query(
      `SELECT to_regclass('sluice.repair') IS NULL OR NOT EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('sluice.verification') AND attname = 'verdict') AS missing`,
    );
    if (rows[0]?.['missing'] === 't') await session.query(`${TABLE}; ${VERDICT}; ${REPAIR}`);
    return new VerifyStore(session, pipeline);
  }

  async read(): Promise<readonly StoredVerification[]> {
    const { rows } = await this.#session.query(READ, [this.#pipeline]);
    return rows.map(storedOf);
  }

  /** What tables' comparisons have found, kept up with rows that were looked at again; in the caller's transaction. */
  async rechecked(all: readonly Rechecked[]): Promise<void> {
    const lists = [all.map(({ scope }) => scope.database), all.map(({ scope }) => scope.table)].map(arrayText);
    const sql = `${READ} AND (database, "table") IN (SELECT * FROM unnest($2::text[], $3::text[])) FOR UPDATE`;
    const stored = (await this.#session.query(sql, [this.#pipeline, ...lists])).rows.map(storedOf);
    const known = stored.flatMap((one) => {
      const looked = all.find(({ scope }) => scope.database === one.database && scope.table === one.table);
      return looked === undefined ? [] : [{ one, looked }];
    });
    const now = known.flatMap(({ one, looked }) => {
      const next = lookedAt(one, looked);
      return next === null ? [] : [{ ...one, ...next }];
    });
    await this.write(...now);
    for (const { one, looked } of known) await this.#keepVerdict(one, looked);
  }

  async #keepVerdict({ database, table, before }: StoredVerification, looked: Looked): Promise<void> {
    const next = before && lookedAt(before, looked);
    if (!next) return;
    const values = [this.#pipeline, database, table, next.state, JSON.stringify(next.progress)];
    await this.#session.query(KEEP_VERDICT, values);
  }

  /** Ids of the records, in order. */
  async recordRepairs(records: readonly RepairRecord[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const { database, table, key, kind, before, after, by } of records) {
      const values = [this.#pipeline, database, table, key, kind, before, after, by];
      const { rows } = await this.#session.query(RECORD, values);
      ids.push(rows[0]?.['id'] ?? '');
    }
    return ids;
  }

  /** A change of the table waits in quarantine. */
  async hasWaiting({ database, table }: TableName): Promise<boolean> {
    const { rows } = await this.#session.query(WAITING, [this.#pipeline, database, table]);
    return rows.length > 0;
  }

  /** These rows were equal when they were looked at again. */
  async endRepairs(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const sql = 'UPDATE sluice.repair SET equal_at = clock_timestamp() WHERE id = ANY ($1::bigint[])';
    await this.#session.query(sql, [`{${ids.join(',')}}`]);
  }

  async write(...all: readonly ComparedNow[]): Promise<void> {
    if (all.length === 0) return;
    const rows = all.map(({ database, table, state, advice, progress, finishedAtMs }) => {
      const text = progress === null ? null : JSON.stringify(progress);
      return { database, table, state, advice, progress: text, finished: finishedAtMs };
    });
    await this.#session.query(WRITE, [this.#pipeline, JSON.stringify(rows)]);
  }
}

/** null: nothing was compared that rows could be looked at again of. */
function lookedAt(
  { state: was, progress: known }: Verdict,
  looked: Looked,
): Pick<Verdict, 'state' | 'progress'> | null {
  if (known === null) return null;
  const progress = { ...known, ...withLooked(known, looked) };
  return { state: recheckedState(was, progress.differenceCount, looked.changing), progress };
}

function verdictIn(text: string): Verdict {
  const { state, advice, progress, finishedAtMs } = JSON.parse(text) as Omit<Verdict, 'progress'> & {
    readonly progress: string | null;
  };
  return { state, advice, progress: progress === null ? null : parseProgress(progress), finishedAtMs };
}

function storedOf(row: TextRow): StoredVerification {
  return {
    database: row['database'] ?? '',
    table: row['table'] ?? '',
    state: (row['state'] ?? 'waiting') as VerifyState,
    advice: row['advice'] ?? null,
    progress: row['progress'] ? parseProgress(row['progress']) : null,
    finishedAtMs: row['finished'] ? Number(row['finished']) : null,
    before: row['verdict'] ? verdictIn(row['verdict']) : null,
  };
}

/** Makes nothing: where nothing was ever compared there is nothing to read. */
export async function readVerifications(
  session: PostgresSession,
  pipeline: string,
): Promise<readonly StoredVerification[]> {
  const made = await session.query("SELECT to_regclass('sluice.verification') IS NOT NULL AS made");
  if (made.rows[0]?.['made'] !== 't') return [];
  return (await session.query(READ, [pipeline])).rows.map(storedOf);
}

/** A row that was sent anew, as it is on record. */
export interface StoredRepair extends TableName {
  readonly key: string;
  readonly kind: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly equalAtMs: number | null;
}

const READ_REPAIRS = `SELECT database, "table", "key"::text, kind, "before", "after", asked_by,
  (extract(epoch FROM asked_at) * 1000)::bigint::text AS asked, (extract(epoch FROM equal_at) * 1000)::bigint::text AS equal
  FROM sluice.repair WHERE pipeline = $1 ORDER BY id`;

/** Oldest first. */
export async function readRepairs(session: PostgresSession, pipeline: string): Promise<readonly StoredRepair[]> {
  const made = await session.query("SELECT to_regclass('sluice.repair') IS NOT NULL AS made");
  if (made.rows[0]?.['made'] !== 't') return [];
  return (await session.query(READ_REPAIRS, [pipeline])).rows.map((row) => ({
    database: row['database'] ?? '',
    table: row['table'] ?? '',
    key: row['key'] ?? 'null',
    kind: row['kind'] ?? '',
    before: row['before'] ?? null,
    after: row['after'] ?? null,
    askedBy: row['asked_by'] ?? '',
    askedAtMs: Number(row['asked']),
    equalAtMs: row['equal'] ? Number(row['equal']) : null,
  }));
}
