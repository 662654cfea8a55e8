import { assigned } from './assign.ts';
import { toCondition, toValue } from './coerce.ts';
import type { Context } from './context.ts';
import { compound, type Fragment, quoteName } from './fragment.ts';
import { joinedContext } from './joined-change.ts';
import { printQuery } from './print/query.ts';
import type { Scope, TableColumn, TableShape } from './scope.ts';
import type { ColumnTree, KeyTree, TableTree } from './temporary-table.ts';
import { type Translation, translateBy } from './translate.ts';
import { UNKNOWN } from './value-type.ts';
import { type WrittenType, writtenType } from './written-type.ts';

/** A table that a program makes, and what later statements of the program know of it. */
export interface TableTranslation extends Translation {
  readonly shape: TableShape;
}

/** Translates CREATE [TEMPORARY] TABLE with columns, AS SELECT or LIKE. `text` names the columns of a query. */
export function translateTable(table: TableTree, scope: Scope, text?: string): TableTranslation {
  let shape: TableShape = { sql: quoteName(table.name.parts.at(-1)?.text ?? ''), columns: [], key: [], uniques: [] };
  const translation = translateBy(table, scope, (context) => {
    reportTable(table, context);
    const found = content(table, context, text);
    shape = { ...shape, ...found.shape };
    const words = `CREATE ${table.isTemporary ? 'TEMPORARY ' : ''}TABLE ${table.isIfNotExists ? 'IF NOT EXISTS ' : ''}`;
    return compound(`${words}${shape.sql} ${found.sql}`, UNKNOWN);
  });
  return { ...translation, shape };
}

function reportTable(table: TableTree, context: Context): void {
  if (!table.isTemporary) context.report('TRANSACTION', table, 'CREATE TABLE commits');
  if (table.isReplace) context.report('CONSTRUCT', table, 'OR REPLACE: drop the table first');
  if (table.options !== undefined) context.report('HINT', table.options, 'the engine and other options of the table');
  if (table.query !== undefined && table.columns.length > 0)
    context.report('CONSTRUCT', table, 'columns beside AS SELECT: create the table first, then insert');
}

interface Content {
  readonly sql: string;
  readonly shape: Partial<TableShape>;
}

function content(table: TableTree, context: Context, text: string | undefined): Content {
  if (table.like !== undefined) {
    const shape = context.scope.table(table.like.parts);
    if (shape === undefined)
      context.report('UNKNOWN_COLUMN', table.like, 'nothing is known of the table that is like it');
    const sql = shape?.sql ?? table.like.parts.map((part) => quoteName(part.text)).join('.');
    const { sql: _, ...rest } = shape ?? { sql: '' };
    return { sql: `(LIKE ${sql} INCLUDING ALL)`, shape: rest };
  }
  if (table.query === undefined) return definition(table, context);
  for (const key of table.keys) context.report('KEY', key, 'a key beside AS SELECT');
  const printed = printQuery(table.query, context, { text });
  return { sql: `AS ${printed.fragment.sql}`, shape: { columns: printed.columns } };
}

function definition(table: TableTree, context: Context): Content {
  const types = table.columns.map((column) => typeOf(column, context));
  const columns = table.columns.map((column, at): TableColumn => {
    const { members } = column.type;
    return {
      name: column.name.text,
      sql: quoteName(column.name.text),
      type: types[at]?.type ?? UNKNOWN,
      isAutoIncrement: column.isAutoIncrement,
      isNullByDefault: !column.isNotNull && column.key !== 'primary' && column.initial === undefined,
      ...(members.length === 0 ? {} : { members }),
    };
  });
  const source = { name: table.name.parts.at(-1)?.text, columns, isOpen: false, key: [] };
  const within = joinedContext([source], context);
  const parts = table.columns.map((column, at) => printColumn(column, columns[at], types[at], within));
  const keys = table.keys.flatMap((key) => printKey(key, within));
  const ofKind = (kind: 'primary' | 'unique'): readonly (readonly string[])[] => [
    ...table.columns.filter(({ key }) => key === kind).map(({ name }) => [name.text]),
    ...table.keys.filter((key) => key.kind === kind && key.isPlain).map((key) => key.columns.map(({ text }) => text)),
  ];
  const shape = { columns, key: ofKind('primary')[0] ?? [], uniques: ofKind('unique') };
  return { sql: `(${[...parts, ...keys].join(', ')})`, shape };
}

function typeOf(column: ColumnTree, context: Context): WrittenType | undefined {
  const found = writtenType(column.type);
  if (found === undefined) context.report('CONSTRUCT', column.type, `a column of type ${column.type.name}`);
  return found;
}

function printColumn(
  node: ColumnTree,
  column: TableColumn | undefined,
  type: WrittenType | undefined,
  context: Context,
): string {
  if (column === undefined || type === undefined) return '';
  if (node.onUpdate !== undefined) context.report('CONSTRUCT', node.onUpdate, 'ON UPDATE CURRENT_TIMESTAMP');
  const condition = (one: NonNullable<ColumnTree['check']>): Fragment =>
    toCondition(context.fragment(one), context, one);
  const check = type.check?.(column.sql);
  const { initial, generated } = node;
  return [
    `${column.sql} ${type.sql}`,
    node.isNotNull ? 'NOT NULL' : '',
    initial === undefined ? '' : `DEFAULT ${assigned(context.fragment(initial), column, context, initial).sql}`,
    node.isAutoIncrement ? 'GENERATED BY DEFAULT AS IDENTITY' : '',
    generated === undefined ? '' : `GENERATED ALWAYS AS (${toValue(context.fragment(generated)).sql}) STORED`,
    node.key === undefined ? '' : { primary: 'PRIMARY KEY', unique: 'UNIQUE' }[node.key],
    check === undefined ? '' : `CHECK (${check})`,
    node.check === undefined ? '' : `CHECK (${condition(node.check).sql})`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function printKey(key: KeyTree, context: Context): readonly string[] {
  const columns = key.columns.map(({ text }) => quoteName(text)).join(', ');
  const isUnique = key.kind === 'primary' || key.kind === 'unique';
  if (isUnique && key.isPlain) return [`${key.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${columns})`];
  if (key.check !== undefined) return [`CHECK (${toCondition(context.fragment(key.check), context, key.check).sql})`];
  if (isUnique) context.report('CONSTRUCT', key, 'a unique key over expressions or prefixes');
  else if (key.kind === 'foreign') context.report('CONSTRUCT', key, 'a foreign key of a table that a program makes');
  else context.report('KEY', key, `an index of kind ${key.kind}`);
  return [];
}
