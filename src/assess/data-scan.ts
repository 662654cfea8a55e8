import type { Config } from '../config/config.ts';
import { rulesOf } from '../config/table-filter.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { type LoadLimits, sourceLoad } from '../mysql/source-load.ts';
import { type Clock, Throttle, type ThrottleLimits } from '../mysql/throttle.ts';
import { type ScanCost, scanCost } from './scan-cost.ts';
import { type ScanLimits, scanTable, type TableReading } from './table-scan.ts';

export interface DataScanOptions {
  readonly config: Pick<Config, 'tables'>;
  /** That take part and can be read. */
  readonly tables: readonly CatalogueTable[];
  readonly limits: ScanLimits;
  readonly throttle: ThrottleLimits;
  readonly load: LoadLimits;
  readonly showsValues: boolean;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Called once, before the first table is read. */
  readonly onCost: (cost: ScanCost) => void;
  readonly onStep: (step: string) => void;
}

export interface ReadTable {
  readonly table: CatalogueTable;
  readonly reading: TableReading;
}

/** What the server refused while a table was read; the others were read all the same. */
export interface FailedTable {
  readonly table: CatalogueTable;
  readonly reason: string;
}

export interface DataScan {
  readonly cost: ScanCost;
  readonly read: readonly ReadTable[];
  readonly failed: readonly FailedTable[];
  readonly tookMs: number;
  readonly restedMs: number;
  readonly statements: number;
}

/** Reads the rows of all tables, one table after another, each once. Fails only with the link or by the signal. */
export async function scanSource(connection: MysqlConnection, options: DataScanOptions): Promise<DataScan> {
  const throttle = throttleOf(connection, options);
  const cost = await scanCost(connection, options);
  options.onCost(cost);
  const startedAtMs = performance.now();
  const read: ReadTable[] = [];
  const failed: FailedTable[] = [];
  for (const [at, table] of options.tables.entries()) {
    const { database, table: name } = table.version;
    options.onStep(`reading ${database}.${name} (${at + 1} of ${options.tables.length})`);
    try {
      read.push({ table, reading: await scanTable({ ...subjectOf(table, options), connection, throttle }) });
    } catch (error) {
      if (!(error instanceof SluiceError) || isOfLink(error) || options.signal.aborted) throw error;
      failed.push({ table, reason: await reasonOf(connection, table, error) });
    }
  }
  const statements = read.reduce((sum, { reading }) => sum + reading.statements, 0);
  return { cost, read, failed, statements, tookMs: performance.now() - startedAtMs, restedMs: throttle.restedMs };
}

function throttleOf(connection: MysqlConnection, { throttle, load, onStep, signal, clock }: DataScanOptions): Throttle {
  return new Throttle({
    limits: throttle,
    busy: () => sourceLoad(connection, load),
    onWait: (reason) => onStep(`waiting: ${reason}`),
    signal,
    ...(clock === undefined ? {} : { clock }),
  });
}

/** A table that is changed or dropped while it is read is a fault of that table alone. */
function isOfLink({ disposition, code }: SluiceError): boolean {
  return disposition === 'retry' && code !== 'SOURCE_TABLE_CHANGED';
}

function subjectOf(table: CatalogueTable, { config, tables, limits, showsValues }: DataScanOptions) {
  const columns = seenColumns(table, config);
  const examples = { seen: new Set(columns.map(({ name }) => name)), showsValues };
  return { subject: { table, columns, all: tables }, limits, examples };
}

/** Columns that reach the target as they are: a mask makes values of its own. */
export function seenColumns(table: CatalogueTable, config: Pick<Config, 'tables'>): readonly CatalogueColumn[] {
  const rules = rulesOf(config, table.version.database, table.version.table);
  if (rules === null) return table.columns;
  return table.columns.filter(({ name }) => !rules.exclude.includes(name) && !rules.mask.has(name));
}

/** Columns are found one by one where the table as a whole is refused. */
async function reasonOf(connection: MysqlConnection, table: CatalogueTable, error: SluiceError): Promise<string> {
  for (const { name } of table.columns.slice(0, 50)) {
    try {
      await connection.rows(`SELECT ${quoteIdentifier(name)} FROM ${quoteTable(table.version)} LIMIT 1`);
    } catch (one) {
      if (one instanceof SluiceError && isOfLink(one)) throw one;
      if (one instanceof SluiceError) return `${one.message}, at column ${name}`;
    }
  }
  return error.message;
}
