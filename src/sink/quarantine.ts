import { keyJson, rowJson } from '../column/row-json.ts';
import { SluiceError } from '../contract/error.ts';
import type { Quarantine, QuarantinedChange, QuarantinedDetail } from '../contract/quarantine.ts';
import type { QuarantineCount } from '../contract/status.ts';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import type { CheckpointKey } from './checkpoint.ts';
import type { Mapping } from './plan-book.ts';
import type { RetryOutcome } from './retry.ts';

export interface QuarantineOptions {
  readonly key: CheckpointKey;
  readonly mapping: Mapping;
  /** A session of its own for looking, so that it does not wait for the sink. */
  connect(): Promise<PostgresSession>;
  /** Runs in the sink, between its transactions. */
  retry(head: string): Promise<RetryOutcome>;
  drop(head: string): Promise<number>;
}

const SELECT = `SELECT q.id::text, q.database, q."table", q.op, q.key, q.before, q.after, q.reason, q.message, q.position,
    q.behind::text, (extract(epoch FROM q.set_aside_at) * 1000)::bigint::text AS at, v.fingerprint
  FROM sluice.quarantine q JOIN sluice.table_version v ON v.pipeline = q.pipeline AND v.id = q.version
  WHERE q.pipeline = $1 AND q.lane = $2 AND q.state = 'waiting'`;

const COUNTS = `SELECT database, "table", reason, count(*) AS changes FROM sluice.quarantine
  WHERE pipeline = $1 AND lane = $2 AND state = 'waiting' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

const FREED = `SELECT DISTINCT q.behind::text FROM sluice.quarantine q
  WHERE q.pipeline = $1 AND q.lane = $2 AND q.state = 'waiting' AND q.behind IS NOT NULL AND NOT EXISTS (
    SELECT FROM sluice.quarantine h WHERE h.pipeline = q.pipeline AND h.id = q.behind AND h.state = 'waiting')`;

/** `sluice quarantine list|show|retry|drop` over our tables on the target. */
export class TargetQuarantine implements Quarantine {
  readonly #options: QuarantineOptions;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  async list(): Promise<readonly QuarantinedChange[]> {
    return (await this.#select('ORDER BY q.id')).map((row) => this.#changeOf(row));
  }

  /** How many wait, by table and reason, of tables that take part; none where no sink has started yet. */
  async counts(): Promise<readonly QuarantineCount[]> {
    const { key, connect, mapping } = this.#options;
    const session = await connect();
    try {
      if (!(await isMade(session))) return [];
      const { rows } = await session.query(COUNTS, [key.pipeline, key.lane]);
      const part = rows.filter((row) => mapping.targetOf(row['database'] ?? '', row['table'] ?? '') !== null);
      return part.map((row) => ({
        table: this.#tableOf(row),
        reason: row['reason'] ?? '',
        changes: Number(row['changes']),
      }));
    } finally {
      await session.close();
    }
  }

  /** False before the first run of any pipeline on this target: nothing can wait then. */
  async isMade(): Promise<boolean> {
    const session = await this.#options.connect();
    return await isMade(session).finally(() => session.close());
  }

  async show(id: string): Promise<QuarantinedDetail | null> {
    const [row] = await this.#select('AND q.id = $3', numeric(id));
    if (row === undefined) return null;
    const version = versionOf(row);
    const json = (hex: string | null | undefined) => (hex ? rowJson(version, bytes(hex)) : null);
    return { ...this.#changeOf(row), before: json(row['before']), after: json(row['after']) };
  }

  async retry(id: string): Promise<RetryOutcome> {
    return await this.#options.retry(await this.#headOf(id));
  }

  /** Applies what waits behind a change that waits no more: the table of that one was emptied. */
  async retryFreed(): Promise<RetryOutcome> {
    const { key, connect, retry } = this.#options;
    const session = await connect();
    const { rows } = await session.query(FREED, [key.pipeline, key.lane]).finally(() => session.close());
    const total = { applied: 0, remaining: 0 };
    for (const row of rows) {
      const { applied, remaining } = await retry(row['behind'] ?? '');
      total.applied += applied;
      total.remaining += remaining;
    }
    return total;
  }

  async drop(id: string): Promise<{ readonly dropped: number }> {
    return { dropped: await this.#options.drop(await this.#headOf(id)) };
  }

  /** Changes of one head go together: order is kept. QUARANTINE_NO_SUCH_CHANGE. */
  async #headOf(id: string): Promise<string> {
    if (id === 'all') return id;
    const [row] = await this.#select('AND q.id = $3', numeric(id));
    if (row) return row['behind'] ?? id;
    throw new SluiceError({
      code: 'QUARANTINE_NO_SUCH_CHANGE',
      message: `no change ${id} waits in quarantine`,
      remedy: 'sluice quarantine list shows what waits.',
      disposition: 'stop',
    });
  }

  async #select(clause: string, ...values: readonly string[]): Promise<readonly TextRow[]> {
    const { key, connect } = this.#options;
    const session = await connect();
    try {
      if (!(await isMade(session))) return [];
      return (await session.query(`${SELECT} ${clause}`, [key.pipeline, key.lane, ...values])).rows;
    } finally {
      await session.close();
    }
  }

  #tableOf(row: TextRow): string {
    const target = this.#options.mapping.targetOf(row['database'] ?? '', row['table'] ?? '');
    return target ? `${target.schema}.${target.table}` : (row['table'] ?? '');
  }

  #changeOf(row: TextRow): QuarantinedChange {
    const { key } = row;
    return {
      id: row['id'] ?? '',
      table: this.#tableOf(row),
      op: row['op'] as QuarantinedChange['op'],
      key: key ? keyJson(versionOf(row), bytes(key)) : null,
      reason: row['reason'] ?? '',
      message: row['message'] ?? '',
      position: row['position'] ?? '',
      setAsideAtMs: Number(row['at']),
      behind: row['behind'] ?? null,
    };
  }
}

async function isMade(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT to_regclass('sluice.quarantine') IS NOT NULL AS made`);
  return rows[0]?.['made'] === 't';
}

function versionOf(row: TextRow): TableVersion {
  return tableVersion(JSON.parse(row['fingerprint'] ?? ''));
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}

/** What is no number is no id; 0 is never given. */
function numeric(id: string): string {
  return /^\d{1,18}$/.test(id) ? id : '0';
}
