import { columnTypeOf } from '../column/describe.ts';
import type { Cascade, CascadeAction } from '../contract/table.ts';
import type { CatalogueCheck, CatalogueColumn, CatalogueForeignKey, CatalogueIndex } from './catalogue-table.ts';
import { columnDefault } from './column-default.ts';
import type { Row } from './connection.ts';
import { mysqlExpression } from './printed-text.ts';
import type { Server } from './server.ts';

const ACTIONS: Readonly<Record<string, CascadeAction>> = {
  CASCADE: 'cascade',
  'SET NULL': 'set-null',
  'SET DEFAULT': 'set-default',
};

export function cascade(key: CatalogueForeignKey): Cascade {
  return {
    childDatabase: key.database,
    childTable: key.table,
    childColumns: key.columns,
    parentColumns: key.parentColumns,
    onDelete: ACTIONS[key.onDelete] ?? null,
    onUpdate: ACTIONS[key.onUpdate] ?? null,
  };
}

export function catalogueColumn(row: Row, server: Server, checks: readonly CatalogueCheck[]): CatalogueColumn {
  const { kind } = server;
  const name = text(row, 'name');
  const extra = text(row, 'extra').toLowerCase();
  const columnType = text(row, 'type');
  const expression = printed(text(row, 'expression'), kind);
  const isJson = columnType === 'longtext' && checks.some((check) => isJsonCheck(check.clause, name));
  return {
    name,
    type: columnTypeOf(columnType, row['charset'] ?? null),
    nullable: row['nullable'] === 'YES',
    isGenerated: expression !== '',
    isLogged: expression === '' || server.isGeneratedLogged || isRowTime(expression),
    columnType: isJson ? 'json' : columnType,
    default: expression === '' ? columnDefault(kind, row['default'] ?? null, extra) : null,
    extra,
    comment: text(row, 'comment'),
    length: row['length'] == null ? null : Number(row['length']),
    charset: row['charset'] ?? null,
    collation: row['collation'] ?? null,
    generated: expression === '' ? null : { expression, isStored: !extra.includes('virtual') },
    srid: row['srid'] == null ? null : Number(row['srid']),
  };
}

/** When a row version began and ended: kept by the server with the row, not worked out from it. */
function isRowTime(expression: string): boolean {
  return /^ROW (START|END)$/.test(expression);
}

/** MariaDB makes JSON a longtext with this very check: text in the log, as an event shows it, and JSON by declaration. */
function isJsonCheck(clause: string, column: string): boolean {
  return clause === `json_valid(\`${column.replaceAll('`', '``')}\`)`;
}

export function catalogueIndex(rows: readonly Row[], kind: Server['kind']): CatalogueIndex {
  const [first = {}] = rows;
  return {
    name: text(first, 'name'),
    isUnique: first['nonUnique'] === '0',
    isPrimary: first['name'] === 'PRIMARY',
    isVisible: first['visible'] === '1',
    type: text(first, 'type'),
    comment: text(first, 'comment'),
    parts: rows.map((row) => ({
      column: row['column'] ?? null,
      expression: row['expression'] == null ? null : printed(row['expression'], kind),
      prefix: row['prefix'] == null ? null : Number(row['prefix']),
      isDescending: row['direction'] === 'D',
    })),
  };
}

export function foreignKeys(rows: readonly Row[]): CatalogueForeignKey[] {
  return [...Map.groupBy(rows, (row) => JSON.stringify([row['database'], row['table'], row['name']])).values()].map(
    (parts) => {
      const [first = {}] = parts;
      return {
        name: text(first, 'name'),
        database: text(first, 'database'),
        table: text(first, 'table'),
        columns: parts.map((part) => text(part, 'column')),
        parentDatabase: text(first, 'parentDatabase'),
        parentTable: text(first, 'parentTable'),
        parentColumns: parts.map((part) => text(part, 'parentColumn')),
        onDelete: text(first, 'onDelete'),
        onUpdate: text(first, 'onUpdate'),
      };
    },
  );
}

export function catalogueCheck(row: Row, kind: Server['kind']): CatalogueCheck {
  return {
    name: text(row, 'name'),
    clause: printed(text(row, 'clause'), kind),
    isEnforced: row['enforced'] === '1',
    isOfColumn: row['level'] === 'Column',
  };
}

function printed(expression: string, kind: Server['kind']): string {
  return kind === 'mysql' ? mysqlExpression(expression) : expression;
}

export function text(row: Row, column: string): string {
  return row[column] ?? '';
}
