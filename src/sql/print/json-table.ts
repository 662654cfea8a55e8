import type { Context } from '../context.ts';
import type { CastType, Expression } from '../expression.ts';
import { quoteLiteral, quoteName } from '../fragment.ts';
import { jsonPath, pathLiteral, strictPath } from '../json-path.ts';
import type { JsonColumn, JsonTable } from '../query.ts';
import { toJson } from '../rule/json.ts';
import type { TableColumn } from '../scope.ts';
import { columnType, INTEGER } from '../value-type.ts';

/** A JSON_TABLE as a subquery of FROM, with the columns that it gives. */
export interface PrintedJsonTable {
  readonly sql: string;
  readonly columns: readonly TableColumn[];
}

/**
 * Prints JSON_TABLE, which PostgreSQL has since 17, as a query over the values that its path leads to. What does not
 * fit the type of a column is NULL, as by default on MySQL.
 */
export function printJsonTable(node: JsonTable, context: Context): PrintedJsonTable {
  const document = toJson(node.document, context);
  const level = new Level(context);
  level.read(node.columns, 'e');
  const from = `jsonb_path_query(${document.sql}, ${rootPath(node.path, context)}) WITH ORDINALITY AS e (v, n)`;
  return {
    sql: `LATERAL (SELECT ${level.items.join(', ')} FROM ${[from, ...level.joins].join(' ')})`,
    columns: level.columns,
  };
}

function rootPath(path: Expression, context: Context): string {
  const text = context.silently(path).literal;
  const found = text === undefined ? undefined : strictPath(text);
  if (found === undefined) context.report('CONSTRUCT', path, 'a JSON path of an unknown form');
  return quoteLiteral(found ?? '$');
}

/** The columns of JSON_TABLE, those of nested paths joined to them. */
class Level {
  readonly items: string[] = [];
  readonly joins: string[] = [];
  readonly columns: TableColumn[] = [];
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  read(columns: readonly JsonColumn[], row: string): void {
    if (columns.filter(({ tag }) => tag === 'nested').length > 1)
      this.#context.report('CONSTRUCT', columns[0] ?? { start: 0, end: 0 }, 'several NESTED PATHs side by side');
    for (const column of columns) {
      if (column.tag === 'nested') this.#nested(column, row);
      else this.#add(column, column.tag === 'ordinality' ? `${row}.n` : this.#value(column, `${row}.v`));
    }
  }

  #nested(column: Extract<JsonColumn, { tag: 'nested' }>, row: string): void {
    const inner = `${row}e`;
    const path = rootPath(column.path, this.#context);
    this.joins.push(`LEFT JOIN LATERAL jsonb_path_query(${row}.v, ${path}) WITH ORDINALITY AS ${inner} (v, n) ON true`);
    this.read(column.columns, inner);
  }

  #add(column: Exclude<JsonColumn, { tag: 'nested' }>, sql: string): void {
    const name = column.name.text;
    const type = column.tag === 'ordinality' || column.isExists ? INTEGER : columnTypeOf(column.type);
    this.items.push(`${sql} AS ${quoteName(name)}`);
    this.columns.push({ name, sql: quoteName(name), type });
  }

  #value(column: Extract<JsonColumn, { tag: 'path' }>, row: string): string {
    const text = this.#context.silently(column.path).literal;
    const elements = text === undefined ? undefined : jsonPath(text);
    if (elements === undefined) this.#context.report('CONSTRUCT', column, 'a JSON path of an unknown form');
    const place = elements?.length === 0 ? row : `(${row} #> ${pathLiteral(elements ?? [])})`;
    if (column.isExists) return `(${place} IS NOT NULL)::int`;
    if (column.onEmpty === 'error' || column.onError === 'error')
      this.#context.report('CONSTRUCT', column, 'ERROR ON EMPTY or ON ERROR');
    const found = typed(place, column.type);
    if (found === undefined) this.#context.report('CONSTRUCT', column, `a column of ${column.type.name}`);
    const { onEmpty } = column;
    if (typeof onEmpty !== 'object') return found ?? 'NULL';
    const other = this.#context.silently(onEmpty).literal ?? '';
    return `CASE WHEN ${place} IS NULL THEN ${typed(`${quoteLiteral(jsonText(other))}::jsonb`, column.type)} ELSE ${found} END`;
  }
}

/** The default is JSON in a string. */
function jsonText(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

const NUMBERS: Readonly<Record<string, string>> = {
  SIGNED: 'bigint',
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  SMALLINT: 'smallint',
  TINYINT: 'smallint',
  UNSIGNED: 'bigint',
  DOUBLE: 'double precision',
  FLOAT: 'real',
};

const IS_NUMBER = String.raw`'^\s*[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\s*$'`;

/** A value of JSON in a type; NULL where it does not fit. */
function typed(place: string, { name, sizes }: CastType): string | undefined {
  const text = `(${place} #>> '{}')`;
  if (name === 'JSON') return place;
  if (/CHAR|TEXT/.test(name)) {
    const [size] = sizes;
    const fits = size === undefined ? '' : ` AND char_length${text} <= ${size}`;
    return `CASE WHEN jsonb_typeof(${place}) NOT IN ('object', 'array')${fits} THEN ${text} END`;
  }
  const isDecimal = name === 'DECIMAL' || name === 'NUMERIC';
  const number = isDecimal ? `numeric(${sizes[0] ?? 10},${sizes[1] ?? 0})` : NUMBERS[name];
  if (number !== undefined) {
    const flag = `WHEN jsonb_typeof(${place}) = 'boolean' THEN (${text}::boolean)::int`;
    return `CASE WHEN ${text} ~ ${IS_NUMBER} THEN ${text}::numeric::${number} ${flag} END`;
  }
  if (name === 'DATE') return `CASE WHEN ${text} ~ '^\\d{4}-\\d\\d-\\d\\d$' THEN ${text}::date END`;
  return undefined;
}

function columnTypeOf(type: CastType): ReturnType<typeof columnType> {
  const sizes = type.sizes.length === 0 ? '' : `(${type.sizes.join(',')})`;
  const name = { SIGNED: 'bigint', UNSIGNED: 'bigint' }[type.name] ?? type.name.toLowerCase();
  return columnType(`${name}${sizes}`, type.collation);
}
