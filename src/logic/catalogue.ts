import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import type { TableShape } from '../sql/scope.ts';
import { columnType } from '../sql/value-type.ts';
import type { ScriptTable } from './parse-script.ts';
import { pgType } from './pg-type.ts';
import { key } from './table-access.ts';
import type { TableDefinition } from './table-definition.ts';

/** A table of the source as the target has it, with what changes of rows need to know. */
export interface KnownTable {
  readonly shape: TableShape;
  /** The primary key and every other unique key of plain columns. */
  readonly uniques: readonly (readonly string[])[];
  readonly autoIncrement: string | undefined;
  /** Rows of it go or change when a row of another table does: ON DELETE and ON UPDATE CASCADE, SET NULL. */
  readonly isCascaded: boolean;
}

/** What is known of tables and routines of the source. */
export class Catalogue {
  readonly #tables: ReadonlyMap<string, KnownTable>;

  constructor(tables: ReadonlyMap<string, KnownTable>) {
    this.#tables = tables;
  }

  /** By the last part of its name: one database is converted at a time. */
  table(parts: readonly Name[]): KnownTable | undefined {
    return this.#tables.get(key(parts.at(-1)?.text ?? ''));
  }
}

/** PostgreSQL's type of a column as `information_schema` names it; undefined where the table does not stand. */
export type TargetTypeOf = (table: string, column: string) => string | undefined;

/** Of a live source. A column that does not stand on the target has the type that it would have by default. */
export function catalogueOf(tables: readonly CatalogueTable[], typeOf: TargetTypeOf = () => undefined): Catalogue {
  return new Catalogue(new Map(tables.map((table) => [key(table.version.table), knownTable(table, typeOf)])));
}

function knownTable(table: CatalogueTable, typeOf: TargetTypeOf): KnownTable {
  const columns = table.columns.map(({ name, columnType: mysql, collation }) => ({
    name,
    sql: quoteName(name),
    type: columnType(mysql, collation ?? undefined, typeOf(table.version.table, name)),
  }));
  const primary = table.indexes.find(({ isPrimary }) => isPrimary);
  const uniques = table.indexes
    .filter(({ isUnique }) => isUnique)
    .flatMap(({ parts }) => {
      const names = parts.flatMap(({ column, prefix }) => (column === null || prefix !== null ? [] : [column]));
      return names.length === parts.length ? [names] : [];
    });
  return {
    shape: {
      sql: quoteName(table.version.table),
      columns,
      key: primary?.parts.flatMap(({ column }) => column ?? []) ?? table.description.key,
    },
    uniques,
    autoIncrement: table.columns.find(({ extra }) => extra.includes('auto_increment'))?.name,
    isCascaded: table.foreignKeys.some(({ onDelete, onUpdate }) =>
      [onDelete, onUpdate].some((act) => /CASCADE|SET/.test(act)),
    ),
  };
}

/** Of the CREATE TABLE statements of a script. */
export function catalogueOfScript(tables: readonly ScriptTable[]): Catalogue {
  return new Catalogue(
    new Map(
      tables.map(({ definition, text }) => [key(definition.name.parts.at(-1)?.text ?? ''), tableOf(definition, text)]),
    ),
  );
}

/** A table by its definition; `schema` stands before its name on the target. */
export function tableOf(definition: TableDefinition, text = '', schema = ''): KnownTable {
  const columns = definition.columns.map(({ name, type }) => ({
    name: name.text,
    sql: quoteName(name.text),
    type: pgType(type)?.value ?? ({ kind: 'other', name: type.name.toLowerCase() } as const),
  }));
  const keys = definition.keys.filter(({ kind, isPlain }) => isPlain && (kind === 'primary' || kind === 'unique'));
  const own = definition.columns.filter(({ key: of }) => of !== undefined);
  const uniques = [
    ...keys.map((one) => one.columns.map((column) => column.text)),
    ...own.map(({ name }) => [name.text]),
  ];
  const primary = keys.find(({ kind }) => kind === 'primary')?.columns.map((column) => column.text);
  const first = own.find(({ key: of }) => of === 'primary')?.name.text;
  const name = definition.name.parts.at(-1)?.text ?? '';
  return {
    shape: {
      sql: schema === '' ? quoteName(name) : `${schema}.${quoteName(name)}`,
      columns,
      key: primary ?? (first === undefined ? [] : [first]),
    },
    uniques,
    autoIncrement: definition.columns.find(({ isAutoIncrement }) => isAutoIncrement)?.name.text,
    isCascaded: definition.keys.some(
      ({ kind, start, end }) => kind === 'foreign' && /CASCADE|SET\s+NULL/i.test(text.slice(start, end)),
    ),
  };
}
