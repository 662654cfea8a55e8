import { codecOf } from '../column/family.ts';
import type { Config } from '../config/config.ts';
import { nearest } from '../config/nearest.ts';
import { globPattern } from '../config/table-filter.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { targetIdentifier } from '../postgres/identifier.ts';

const TRANSACTIONAL = ['INNODB', 'ROCKSDB'];
/** Engines that keep no rows of their own: what is written goes nowhere, or to other tables. */
const PASSING = ['BLACKHOLE', 'FEDERATED', 'CONNECT', 'SPIDER', 'MRG_MYISAM'];

/** What a table is made of: key, engine, types, names. `tables` are those that the pipeline would move. */
export function checkTables(tables: readonly CatalogueTable[]): readonly Finding[] {
  return [...tables.flatMap(checkTable), ...checkNames(tables)];
}

export function nameOf({ version }: CatalogueTable): string {
  return `${version.database}.${version.table}`;
}

function checkTable(table: CatalogueTable): readonly Finding[] {
  // Of a damaged one the server tells nothing; that it cannot be read is told elsewhere.
  if (table.columns.length === 0 || table.engine === '') return [];
  return [
    ...checkKey(table),
    ...checkEngine(table),
    ...checkVersioned(table),
    ...table.columns.flatMap((column) => checkType(table, column)),
  ];
}

function checkKey(table: CatalogueTable): readonly Finding[] {
  const quoted = quoteTable(table.version);
  if (table.version.key.length > 0) return [];
  const message =
    'has no primary key and no unique key without NULL: it is locked for the moment its copy begins, copied in one go, and changes find their row by all its values';
  const unused = unusedName(table, 'id');
  const cure = `ALTER TABLE ${quoted} ADD COLUMN ${quoteIdentifier(unused)} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY`;
  return [finding('warning', 'TABLE_NO_KEY', nameOf(table), message, cure)];
}

function unusedName(table: CatalogueTable, wanted: string): string {
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  return name;
}

function checkEngine(table: CatalogueTable): readonly Finding[] {
  if (TRANSACTIONAL.includes(table.engine.toUpperCase())) return [];
  if (PASSING.includes(table.engine.toUpperCase())) {
    const message = `is a ${table.engine} table: its rows are not its own, so they cannot be kept equal`;
    const cure = `tables: { exclude: [${JSON.stringify(table.version.table)}] }`;
    return [finding('blocker', 'TABLE_ENGINE', nameOf(table), message, cure)];
  }
  const message = `is a ${table.engine} table: its changes are no transactions, a reader of the target may see half of one`;
  return [
    finding(
      'warning',
      'TABLE_ENGINE',
      nameOf(table),
      message,
      `ALTER TABLE ${quoteTable(table.version)} ENGINE = InnoDB`,
    ),
  ];
}

function checkVersioned(table: CatalogueTable): readonly Finding[] {
  if (!table.isSystemVersioned) return [];
  const message = 'has system versioning: the present rows are moved, their history is not';
  return [finding('warning', 'TABLE_VERSIONED', nameOf(table), message)];
}

function checkType(table: CatalogueTable, column: CatalogueColumn): readonly Finding[] {
  try {
    codecOf(column.type);
    return [];
  } catch {
    const message = `its type ${column.columnType} cannot be moved by this version`;
    const cure = `tables: { exclude: [${JSON.stringify(table.version.table)}] }`;
    return [finding('blocker', 'COLUMN_TYPE', `${nameOf(table)}.${column.name}`, message, cure)];
  }
}

/** Longer names are cut with a hash; said, so that nobody looks for them in vain. */
function checkNames(tables: readonly CatalogueTable[]): readonly Finding[] {
  return tables.flatMap((table) =>
    [table.version.table, ...table.columns.map(({ name }) => name)]
      .filter((name) => targetIdentifier(name) !== name)
      .map((name) => {
        const message = `the name ${name} is longer than PostgreSQL's 63 bytes and becomes ${targetIdentifier(name)}`;
        return finding('information', 'NAME_CUT', nameOf(table), message);
      }),
  );
}

/** Patterns that match nothing: a slip that would otherwise be silent. */
export function checkPatterns(
  config: Config['tables'],
  all: readonly CatalogueTable[],
  moved: readonly CatalogueTable[],
): readonly Finding[] {
  const known = all.flatMap(({ version }) => [version.table, `${version.database}.${version.table}`]);
  const lost = [
    ...config.include,
    ...config.exclude,
    ...config.priority.high,
    ...config.priority.medium,
    ...config.priority.low,
  ]
    .filter((glob) => glob !== '*' && !known.some((name) => globPattern(glob).test(name)))
    .map((glob) => unknown('PATTERN_UNUSED', `tables: the pattern "${glob}" matches no table`, glob, known));
  return [...checkEmpty(all, moved), ...lost];
}

function checkEmpty(all: readonly CatalogueTable[], moved: readonly CatalogueTable[]): readonly Finding[] {
  if (moved.length > 0) return [];
  if (all.length === 0) {
    return [
      finding(
        'blocker',
        'DATABASE_EMPTY',
        'source',
        'there is no table in source.databases, or none that this account may see',
      ),
    ];
  }
  const message = all.length === 1 ? 'the one table is not included' : `none of the ${all.length} tables is included`;
  return [finding('blocker', 'NO_TABLE_INCLUDED', 'source', message, 'tables: { include: ["*"] }')];
}

function unknown(code: string, message: string, name: string, known: readonly string[]): Finding {
  const near = nearest(name, known);
  return finding('warning', code, 'configuration', near === null ? message : `${message}, did you mean "${near}"?`);
}
