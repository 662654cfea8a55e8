import type { Expression } from '../sql/expression.ts';
import type { Query, TableReference } from '../sql/query.ts';
import type { Update } from '../sql/statement.ts';
import type { Catalogue } from './catalogue.ts';
import type { Running } from './running-value.ts';
import { key } from './table-access.ts';

/** What the numbering of rows asks of the programs around. */
export interface NumberingContext {
  readonly catalogue: Catalogue;
  readonly isReadElsewhere: (name: string) => boolean;
  /** Tables in small letters whose UPDATE sets triggers off: they may see the order. */
  readonly isTriggered: (table: string) => boolean;
}

/** A statement with what it is without its variables. */
export interface Counted {
  readonly statement: Query | Update;
  readonly running: readonly Running[];
  /** The variables that a derived table of it gives their first values. */
  readonly started: Starts;
  /** Variables whose values are shown otherwise by the source: decimals, or by the type that the session gave before. */
  readonly unsure: readonly string[];
  readonly made: Query | Update;
}

/** First values by the names of variables. */
export type Starts = ReadonlyMap<string, Expression>;

/** A constant that a variable begins with. */
export function isStart(value: Expression): boolean {
  return value.tag === 'null' || isNumber(value) || (value.tag === 'string' && value.value === '');
}

export function isNumber(value: Expression): boolean {
  return value.tag === 'number' && value.form !== 'float';
}

/** The constants that `(SELECT @n := 0, @s := 0) AS start` gives; undefined for any other table. */
function tableStarts(table: TableReference): Starts | undefined {
  const body = table.tag === 'derived' ? table.query.body : undefined;
  if (body?.tag !== 'select' || body.from.length > 0 || body.where !== undefined) return undefined;
  const given = body.items.flatMap((item) =>
    item.tag === 'item' && item.expression.tag === 'assign' && isStart(item.expression.value)
      ? [[key(item.expression.target), item.expression.value] as const]
      : [],
  );
  return given.length === body.items.length ? new Map(given) : undefined;
}

/** The tables without those that give first values, which are joined to all rows. */
export function withoutStarts(tables: readonly TableReference[]): {
  readonly from: readonly TableReference[];
  readonly started: Starts;
} {
  const started = new Map<string, Expression>();
  const without = (reference: TableReference): readonly TableReference[] => {
    const starts = tableStarts(reference);
    for (const [name, value] of starts ?? []) started.set(name, value);
    if (starts !== undefined) return [];
    if (reference.tag !== 'join' || reference.on !== undefined || reference.using.length > 0) return [reference];
    if (reference.kind !== 'cross' && reference.kind !== 'inner') return [reference];
    const [left, right] = [without(reference.left), without(reference.right)];
    return left.length === 0 || right.length === 0 ? [...left, ...right] : [reference];
  };
  return { from: tables.flatMap(without), started };
}
