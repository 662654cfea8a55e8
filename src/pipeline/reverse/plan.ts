import { STRICT_POLICY } from '../../column/codec.ts';
import { codecOf } from '../../column/family.ts';
import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import { tableVersion } from '../../contract/table.ts';
import type { CatalogueColumn, CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import type { TargetName } from '../../postgres/quote.ts';
import { readTargetTable, type TargetTable, valueType } from '../../postgres/target-catalogue.ts';
import { CANARY } from '../../wal/publication.ts';
import type { ReturnColumn, ReturnTable } from '../../wal/return-table.ts';
import { scopedTables } from '../schema/target-schema.ts';
import type { Scope } from '../scope.ts';

/** A table with what of it goes back. */
export interface ReverseTable {
  readonly name: TargetName;
  readonly table: ReturnTable;
}

/** A column that does not go back: an UPDATE leaves it alone, an INSERT gives it its default. */
export interface NotCarried {
  /** `database.table` of the source, or `schema.table` of the target for a column that only it has. */
  readonly table: string;
  readonly column: string;
  readonly reason: string;
  /** INSERTs cannot do without it: they will wait in quarantine. */
  readonly stopsInserts: boolean;
}

export interface ReversePlan {
  readonly tables: readonly ReverseTable[];
  /** The canary's way, ordinary in all but that nobody else writes there. */
  readonly canary: ReverseTable;
  readonly notCarried: readonly NotCarried[];
  /** Tables of the source that the target has not: nothing of them goes back. */
  readonly withoutTarget: readonly string[];
}

export interface Ends {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
}

/** What goes back, worked out from both catalogues and the rules. */
export async function planReverse({ source, target }: Ends, scope: Scope): Promise<ReversePlan> {
  const tables: ReverseTable[] = [];
  const notCarried: NotCarried[] = [];
  const withoutTarget: string[] = [];
  for (const catalogue of await scopedTables(source, scope)) {
    const { database, table } = catalogue.version;
    const name = scope.targetOf(database, table);
    const found = name && (await readTargetTable(target, name));
    if (name === null || !found) {
      withoutTarget.push(`${database}.${table}`);
      continue;
    }
    const planned = planTable(catalogue, found, scope);
    tables.push({ name, table: planned.table });
    notCarried.push(...planned.notCarried);
  }
  return { tables, canary: CANARY_TABLE, notCarried, withoutTarget };
}

/** As bookkeeping makes it at both ends. */
const CANARY_TABLE: ReverseTable = {
  name: CANARY,
  table: {
    version: tableVersion({
      database: HEARTBEAT_DATABASE,
      table: 'canary',
      columns: [
        { name: 'pipeline', type: { kind: 'text', charset: 'utf8mb4' }, nullable: false },
        { name: 'beat_us', type: { kind: 'integer', bytes: 8, unsigned: false }, nullable: false },
      ],
      key: [0],
      uniques: [],
      cascades: [],
    }),
    columns: [
      { targetName: 'pipeline', columnType: 'varchar(64)', policy: STRICT_POLICY },
      { targetName: 'beat_us', columnType: 'bigint', policy: STRICT_POLICY },
    ],
  },
};

/** One table's columns, each either carried or named with the reason. */
function planTable({ version, columns }: CatalogueTable, found: TargetTable, scope: Scope) {
  const { database, table } = version;
  const notCarried: NotCarried[] = [];
  const carried: { readonly index: number; readonly column: ReturnColumn }[] = [];
  for (const [index, column] of columns.entries()) {
    const way = wayOf(column, version.database, version.table, found, scope);
    if (typeof way !== 'string') carried.push({ index, column: way });
    else
      notCarried.push({
        table: `${database}.${table}`,
        column: column.name,
        reason: way,
        stopsInserts: isNeeded(column),
      });
  }
  const known = new Set(carried.map(({ column }) => column.targetName));
  for (const { name, isGenerated } of found.columns)
    if (
      !known.has(name) &&
      !isGenerated &&
      !columns.some((column) => scope.columnOf(database, table, column.name) === name)
    )
      notCarried.push({
        table: `${found.schema}.${found.table}`,
        column: name,
        reason: 'the source has no such column',
        stopsInserts: false,
      });
  const place = (index: number) => carried.findIndex((one) => one.index === index);
  const key = version.key.map(place);
  const made = tableVersion({
    ...version,
    columns: carried.map(({ index }) => {
      const { name, type, nullable } = columns[index] as CatalogueColumn;
      return { name, type, nullable };
    }),
    key: key.includes(-1) ? [] : key,
    uniques: version.uniques.map((unique) => unique.map(place)).filter((unique) => !unique.includes(-1)),
    cascades: [],
  });
  return { table: { version: made, columns: carried.map(({ column }) => column) }, notCarried };
}

/** How a column's values come back, or why they do not. */
function wayOf(
  column: CatalogueColumn,
  database: string,
  table: string,
  found: TargetTable,
  scope: Scope,
): ReturnColumn | string {
  const { name, type, columnType } = column;
  const targetName = scope.columnOf(database, table, name);
  if (targetName === null) return 'a rule leaves it out';
  if (scope.rulesOf(database, table)?.mask.has(name)) return 'a rule masks it';
  if (column.isGenerated) return 'the source computes it';
  const there = found.columns.find((one) => one.name === targetName);
  if (!there) return 'the target has no such column';
  if (there.isGenerated) return 'the target computes it';
  const policy = scope.policyOf(database, table, name);
  const decode = codecOf(type).fromTarget(valueType(there), { columnType, policy });
  return decode === null ? `${there.type} cannot be read back as ${columnType}` : { targetName, columnType, policy };
}

/** NOT NULL without a default, and not one that the server makes. */
function isNeeded(column: CatalogueColumn): boolean {
  const isMade = column.isGenerated || /auto_increment|default_generated/.test(column.extra);
  return !column.nullable && column.default === null && !isMade;
}
