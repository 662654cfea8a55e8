import type { Change, RowChange } from '../contract/change.ts';
import { SluiceError, ValueError } from '../contract/error.ts';
import type { Origin, Reason } from '../contract/set-aside.ts';
import type { TableVersion } from '../contract/table.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { SourceError } from '../mysql/error.ts';
import { type ChangeSql, changeSql } from './change-sql.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import { type SourceTable, sourceTable } from './source-table.ts';
import { StatementWriter, Suspicion } from './statement-writer.ts';

/** What a transaction has done so far. */
export interface WrittenCount {
  readonly rows: number;
  readonly setAside: number;
}

/** Takes a transaction's changes to the source, or into quarantine, in their order. One per session. */
export class ChangeWriter {
  readonly #connection: MysqlConnection;
  readonly #store: QuarantineStore;
  readonly #statements: StatementWriter;
  readonly #tables = new Map<string, SourceTable>();
  #rows = 0;
  #setAside = 0;

  constructor(connection: MysqlConnection, store: QuarantineStore, maxPacketBytes: number) {
    this.#connection = connection;
    this.#store = store;
    this.#statements = new StatementWriter(connection, maxPacketBytes);
  }

  /** At the start of a transaction, also after one that was rolled back. */
  begin(): void {
    this.#statements.forget();
    this.#rows = 0;
    this.#setAside = 0;
  }

  get count(): WrittenCount {
    return { rows: this.#rows, setAside: this.#setAside };
  }

  async flush(): Promise<void> {
    await this.#statements.flush();
  }

  /** `isCareful`: each change by itself, so that the one at fault is found. */
  async take(change: Change, origin: Origin, isCareful: boolean): Promise<void> {
    if (change.tag === 'truncate') await this.#empty(change.table);
    if (change.tag !== 'row') return;
    this.#rows++;
    const behind = this.#store.waiting.behind(change);
    const why: Reason | null =
      behind === null
        ? await (isCareful ? this.tryOne(change) : this.#add(change))
        : { reason: 'behind', message: `waits behind ${behind}`, behind };
    if (why === null) return;
    await this.flush();
    await this.#store.setAside(change, why, origin);
    this.#setAside++;
  }

  /** By itself, under a savepoint, so that only it is undone. null: written. */
  async tryOne(change: RowChange): Promise<Reason | null> {
    const sql = await this.#sqlOf(change);
    if ('reason' in sql) return sql;
    await this.#connection.run('SAVEPOINT one_row');
    try {
      await this.#statements.only(sql);
      return null;
    } catch (error) {
      if (!isOneRowsFault(error) && !(error instanceof ValueError)) throw error;
      await this.#connection.run('ROLLBACK TO SAVEPOINT one_row');
      return reasonOf(error);
    }
  }

  /** null: on its way with others. */
  async #add(change: RowChange): Promise<Reason | null> {
    const sql = await this.#sqlOf(change);
    if ('reason' in sql) return sql;
    try {
      await this.#statements.add(sql);
      return null;
    } catch (error) {
      if (error instanceof ValueError) return reasonOf(error);
      throw error;
    }
  }

  /** TRUNCATE would end the transaction: it is DDL there. */
  async #empty(table: TableVersion): Promise<void> {
    await this.flush();
    const { name } = await this.#tableOf(table);
    await this.#connection.run(`DELETE FROM ${name}`);
    await this.#store.supersede(table);
  }

  async #sqlOf(change: RowChange): Promise<ChangeSql | Reason> {
    const table = await this.#tableOf(change.table);
    try {
      return changeSql(table, change);
    } catch (error) {
      if (error instanceof ValueError) return reasonOf(error);
      throw error;
    }
  }

  async #tableOf(version: TableVersion): Promise<SourceTable> {
    const known = this.#tables.get(version.fingerprint);
    if (known) return known;
    const { database, table } = version;
    const [found] = await readCatalogue(this.#connection, { databases: [database], tables: [table] });
    if (!found) throw tableGone(database, table);
    const made = sourceTable(version, found);
    this.#tables.set(version.fingerprint, made);
    return made;
  }
}

/** A single change can be at fault, so that it is worth looking for it. */
export function isOneRowsFault(error: unknown): boolean {
  return error instanceof Suspicion || (error instanceof SourceError && error.isDataError);
}

function reasonOf(error: unknown): Reason {
  if (error instanceof Suspicion || error instanceof ValueError)
    return { reason: error.reason, message: error.message, behind: null };
  if (error instanceof SourceError) return { reason: `errno-${error.errno}`, message: error.message, behind: null };
  throw error;
}

/** REVERSE_TABLE_GONE: a table that the way back carries does not stand at the source. */
function tableGone(database: string, table: string): SluiceError {
  return new SluiceError({
    code: 'REVERSE_TABLE_GONE',
    message: `${database}.${table} is not at the source any more`,
    remedy: 'Make it again as it was, with its rows, or give up the way back.',
    disposition: 'stop',
  });
}
