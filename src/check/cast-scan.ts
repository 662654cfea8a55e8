import { targetType } from '../column/target-type.ts';
import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { rulesOf } from '../config/table-filter.ts';
import { columnNameOf, targetNameOf } from '../config/target-name.ts';
import { type Finding, finding } from '../contract/finding.ts';
import { ruledTable } from '../convert/ruled-table.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { readTargetTable, type TargetColumn, valueType } from '../postgres/target-catalogue.ts';
import type { CheckOptions } from './check-option.ts';
import { type Pair, pairColumns } from './skew.ts';
import { nameOf } from './source-table.ts';

/** Whole numbers that a PostgreSQL type holds. */
const RANGES: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
  // Microseconds of the hours that PostgreSQL reads.
  interval: ['-7730941132799999999', '7730941132799999999'],
};

/** SQL of the source that is true for a value which the target's type refuses; null where it takes every value. */
function refusedBy(from: CatalogueColumn, to: TargetColumn, quoted: string): string | null {
  const { name } = targetType(valueType(to));
  // As bytes: MySQL's collations take one for another.
  if (to.labels && (from.type.kind === 'text' || from.type.kind === 'enum'))
    return `CAST(CONVERT(${quoted} USING utf8mb4) AS BINARY) NOT IN (${to.labels.map(sourceLiteral).join(', ')})`;
  switch (from.type.kind) {
    case 'integer':
      return name === 'boolean' ? `${quoted} NOT IN (0, 1)` : outside(name, quoted);
    case 'decimal': {
      const range = outside(name, quoted);
      return range && `(${range} OR ${quoted} <> TRUNCATE(${quoted}, 0))`;
    }
    case 'text':
      return unreadable(name, quoted);
    case 'binary':
    case 'blob':
      return name === 'uuid' ? `LENGTH(${quoted}) <> 16` : null;
    case 'time':
      return name.startsWith('time ') ? `(${quoted} < '00:00:00' OR ${quoted} > '24:00:00')` : null;
    case 'datetime':
      return name === 'date' ? `TIME(${quoted}) <> '00:00:00'` : null;
    default:
      return null;
  }
}

/** In hexadecimal digits, whatever sql_mode says of backslashes. */
function sourceLiteral(text: string): string {
  return `X'${Buffer.from(text).toString('hex')}'`;
}

function outside(name: string, quoted: string): string | null {
  const range = RANGES[name];
  return range === undefined ? null : `${quoted} NOT BETWEEN ${range.join(' AND ')}`;
}

function unreadable(name: string, quoted: string): string | null {
  switch (name) {
    case 'uuid':
      return `REGEXP_REPLACE(${quoted}, '[-{}]', '') NOT REGEXP '^[0-9a-fA-F]{32}$'`;
    case 'inet':
      return `INET6_ATON(SUBSTRING_INDEX(TRIM(${quoted}), '/', 1)) IS NULL AND ${quoted} IS NOT NULL`;
    case 'json':
    case 'jsonb':
      return `NOT JSON_VALID(${quoted})`;
    default:
      return null;
  }
}

/** How many rows an existing schema would refuse by the types of its columns, asked of the data, each table once. */
export async function checkCasts(
  config: Config,
  tables: readonly CatalogueTable[],
  { onStep, signal }: Pick<CheckOptions, 'onStep' | 'signal'>,
): Promise<readonly Finding[]> {
  const source = await connectMysql(sourceLogin(config.source));
  const abort = (): void => source.destroy();
  signal.addEventListener('abort', abort, { once: true });
  const target = await connectPostgres(targetLogin(config));
  try {
    const found: Finding[] = [];
    for (const table of tables) {
      const standing = await readTargetTable(target, targetNameOf(config, table.version.database, table.version.table));
      if (standing === null) continue;
      onStep(`reading ${nameOf(table)}`);
      found.push(...(await askTable(source, table, pairsOf(config, table, standing))));
    }
    return found;
  } finally {
    signal.removeEventListener('abort', abort);
    await Promise.all([source.close(), target.close()]);
  }
}

/** Columns that go over as they are; a mask makes values that always fit. */
function pairsOf(config: Config, raw: CatalogueTable, target: Parameters<typeof pairColumns>[0]['target']) {
  const { database, table: name } = raw.version;
  const table = ruledTable(raw, (...of) => rulesOf(config, ...of));
  const columnOf = (column: string) => columnNameOf(config, database, name, column);
  const { pairs } = pairColumns({ table, target, columnOf, mayHave: () => true });
  return pairs.filter(({ from, to }) => raw.columns.includes(from) && !to.isGenerated);
}

async function askTable(
  source: MysqlConnection,
  table: CatalogueTable,
  pairs: readonly Pair[],
): Promise<readonly Finding[]> {
  const asked = pairs.flatMap((pair) => {
    const refused = refusedBy(pair.from, pair.to, quoteIdentifier(pair.from.name));
    return refused === null ? [] : [{ ...pair, refused }];
  });
  if (asked.length === 0) return [];
  const counts = asked.map(({ refused }, index) => `SUM(${refused}) AS c${index}`);
  const row = await source.row(`SELECT ${counts.join(', ')} FROM ${quoteTable(table.version)}`);
  return asked.flatMap(({ from, to, refused }, index) => {
    const count = row[`c${index}`] ?? '0';
    if (count === '0') return [];
    const shown = [...table.description.key, from.name].map(quoteIdentifier).join(', ');
    const message = `${count} rows hold a value that ${to.type} of the target refuses`;
    const cure = `SELECT ${shown} FROM ${quoteTable(table.version)} WHERE ${refused} -- change these rows, or the type on the target`;
    return [finding('blocker', 'COLUMN_CAST', `${nameOf(table)}.${from.name}`, message, cure)];
  });
}
