import type { ColumnAct, OldRowValue, SchemaChange } from '../contract/change.ts';
import { type Column, type TableVersion, tableVersion } from '../contract/table.ts';
import type { Pause } from './paused-table.ts';
import { isWidening } from './widening.ts';

/** What the sink does about a DDL of the source. The statement itself is never executed. */
export type SchemaDecision =
  | { readonly kind: 'drop' }
  | { readonly kind: 'new-table'; readonly version: TableVersion }
  /** `version`: the shape that the table has for the sink from here on. */
  | { readonly kind: 'follow'; readonly steps: readonly SchemaStep[]; readonly version: TableVersion }
  | { readonly kind: 'pause'; readonly pause: Pause };

export type SchemaStep =
  | { readonly kind: 'add'; readonly column: Column; readonly value: OldRowValue }
  | { readonly kind: 'drop'; readonly column: Column }
  | { readonly kind: 'rename'; readonly column: string; readonly to: string }
  | { readonly kind: 'retype'; readonly from: Column; readonly to: Column }
  | { readonly kind: 'drop-default'; readonly column: string }
  /** A secondary unique key is gone: its index would refuse rows. */
  | { readonly kind: 'drop-unique'; readonly columns: readonly string[] };

export interface Circumstance {
  /** No row stands at the target, so that nothing can be unknown about old rows. */
  readonly isEmpty: boolean;
}

/**
 * Decided by the shapes before and after; the statement's acts are the witness that tells apart what shapes cannot (a
 * column renamed, or dropped beside a new one) and what old rows hold (decisions/0008). The catalogue may be ahead of
 * the stream, so only columns that the statement names are followed: what else differs has a DDL of its own to come.
 */
export function decideSchemaChange(change: SchemaChange, { isEmpty }: Circumstance): SchemaDecision {
  const { before, after, acts } = change;
  const name = `${change.database}.${change.table}`;
  const rows = (what: string) => ({ kind: 'pause', pause: rowsPause(what, name) }) as const;
  if (after === null) return { kind: 'drop' };
  // Before all else: CREATE OR REPLACE has no shape of before, and other rows.
  if (change.rewrites !== undefined && !isEmpty)
    return rows(`the DDL on ${name} ${change.rewrites}, which the binlog does not tell`);
  if (before === null || before.columns.length === 0) return { kind: 'new-table', version: after };
  if (acts === undefined && !isEmpty && mayMoveRows(change.statement))
    return rows(`the DDL on ${name} may have changed rows, which the binlog does not tell`);
  if (acts === undefined && !hasSameColumns(before, after))
    return rows(`the DDL on ${name} changed columns in a way that this version does not follow`);
  return follow(before, after, acts ?? [], isEmpty);
}

function follow(
  before: TableVersion,
  after: TableVersion,
  acts: readonly ColumnAct[],
  isEmpty: boolean,
): SchemaDecision {
  const name = `${after.database}.${after.table}`;
  const shape = new Shape(before, after, isEmpty);
  for (const kind of ['drop', 'change', 'add', 'default'] as const) {
    for (const act of acts) if (act.act === kind) shape.take(act);
  }
  const { problem } = shape;
  if (problem !== null) return { kind: 'pause', pause: rowsPause(`the DDL on ${name} ${problem}`, name) };
  const version = shape.version();
  if (!isSameKey(shape, before, after)) return { kind: 'pause', pause: shapePause(`the key of ${name} changed`) };
  return { kind: 'follow', steps: [...shape.steps, ...lostUniques(shape, before, after)], version };
}

/** The columns of a table while the acts of a statement are done one after another. */
class Shape {
  readonly #after: TableVersion;
  readonly #isEmpty: boolean;
  readonly #key: readonly string[];
  readonly #renamed = new Map<string, string>();
  #columns: Column[];
  readonly steps: SchemaStep[] = [];
  /** What is not provably safe, in words that go on from "the DDL on the table". */
  problem: string | null = null;

  constructor(before: TableVersion, after: TableVersion, isEmpty: boolean) {
    this.#columns = [...before.columns];
    this.#key = keyNames(before);
    this.#after = after;
    this.#isEmpty = isEmpty;
  }

  take(act: ColumnAct): void {
    switch (act.act) {
      case 'drop':
        this.#drop(act.column);
        break;
      case 'change':
        this.#change(act.column, act.to, act.isDefined);
        break;
      case 'add':
        this.#add(act.column, act.value);
        break;
      case 'default':
        this.#dropDefault(act.column);
    }
  }

  /** The name that a column has in the end. */
  nameOf(column: string): string {
    return this.#renamed.get(column) ?? column;
  }

  has(column: string): boolean {
    return this.#find(column) !== undefined;
  }

  /** In the order that the catalogue tells; charsets of text as it tells them too, they make no difference here. */
  version(): TableVersion {
    const { columns, key, uniques } = this.#after;
    const own = columns.flatMap((column) => this.#find(column.name) ?? []);
    const all = [...own, ...this.#columns.filter((column) => !own.includes(column))];
    const places = (indexes: readonly number[]) =>
      indexes.map((index) => all.findIndex((column) => column.name === columns[index]?.name));
    const whole = uniques.map(places).filter((unique) => !unique.includes(-1));
    const keyPlaces = places(key);
    const ownKey = this.#key.map((name) => all.findIndex((column) => column.name === this.nameOf(name)));
    return tableVersion({
      ...this.#after,
      columns: all.map((column) => this.#withCharset(column)),
      key: keyPlaces.includes(-1) ? ownKey.filter((place) => place >= 0) : keyPlaces,
      uniques: whole,
    });
  }

  #withCharset(column: Column): Column {
    const now = this.#after.columns.find(({ name }) => name === column.name);
    return column.type.kind === 'text' && now?.type.kind === 'text' ? { ...column, type: now.type } : column;
  }

  #find(name: string): Column | undefined {
    return this.#columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  }

  #now(name: string): Column | undefined {
    return this.#after.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  }

  #drop(name: string): void {
    const column = this.#find(name);
    if (!column) return;
    this.steps.push({ kind: 'drop', column });
    this.#columns = this.#columns.filter((other) => other !== column);
  }

  #change(name: string, to: string, isDefined: boolean): void {
    const old = this.#find(name);
    if (!old) return;
    const now = this.#now(to);
    // The catalogue's spelling; of a column that it does not know any more, the statement's.
    const newName = now?.name ?? to;
    if (newName !== old.name) {
      // Names exchanged: which is which needs a name in between, and two witnesses.
      const taken = this.#find(newName);
      if (taken && taken !== old) this.problem ??= 'exchanged the names of columns';
      this.#renamed.set(old.name, newName);
      this.steps.push({ kind: 'rename', column: old.name, to: newName });
    }
    const renamed = { ...old, name: newName };
    const changed = isDefined && now ? now : renamed;
    if (isDefined && now) this.#retype(renamed, changed);
    // The catalogue has forgotten the length that the text got: no length loses nothing.
    else if (isDefined && old.type.kind === 'text') this.steps.push({ kind: 'retype', from: renamed, to: renamed });
    this.#columns = this.#columns.map((column) => (column === old ? changed : column));
  }

  #retype(from: Column, to: Column): void {
    const isSafe = isWidening(from.type, to.type) && (from.generated ?? false) === (to.generated ?? false);
    if (!isSafe && !this.#isEmpty)
      this.problem ??= `changed column ${to.name} to a type that not every value surely keeps its meaning in`;
    if (isSafe) this.steps.push({ kind: 'retype', from, to });
    else this.steps.push({ kind: 'drop', column: from }, { kind: 'add', column: to, value: { kind: 'none' } });
  }

  /** A default of before would be a wrong one; the new one, if any, is not taken over. */
  #dropDefault(name: string): void {
    const column = this.#find(name);
    if (column) this.steps.push({ kind: 'drop-default', column: column.name });
  }

  #add(name: string, value: OldRowValue): void {
    const column = this.#now(name);
    // IF NOT EXISTS, or a column that was dropped again since.
    if (!column || this.#find(name)) return;
    const isUnknown = value.kind === 'unknown' || column.generated === true;
    if (isUnknown && !this.#isEmpty)
      this.problem ??= `added column ${column.name}, whose values in rows of before the log does not tell`;
    this.steps.push({ kind: 'add', column, value });
    this.#columns.push(column);
  }
}

function hasSameColumns(before: TableVersion, after: TableVersion): boolean {
  return JSON.stringify(before.columns) === JSON.stringify(after.columns);
}

/** The same columns tell rows apart; a key of which the catalogue knows what is to come does not count yet. */
function isSameKey(shape: Shape, before: TableVersion, after: TableVersion): boolean {
  const now = keyNames(after);
  if (now.some((name) => !shape.has(name))) return true;
  return JSON.stringify(keyNames(before).map((name) => shape.nameOf(name))) === JSON.stringify(now);
}

function keyNames(version: TableVersion): string[] {
  return namesOf(version, version.key);
}

function namesOf(version: TableVersion, indexes: readonly number[]): string[] {
  return indexes.map((index) => version.columns[index]?.name ?? '');
}

function lostUniques(shape: Shape, before: TableVersion, after: TableVersion): SchemaStep[] {
  const stand = new Set(after.uniques.map((unique) => JSON.stringify(namesOf(after, unique).sort())));
  return before.uniques
    .map((unique) => namesOf(before, unique).map((name) => shape.nameOf(name)))
    .filter((columns) => !stand.has(JSON.stringify([...columns].sort())))
    .map((columns) => ({ kind: 'drop-unique', columns }));
}

/** Statements that are not understood and may change rows without any row event though the columns look the same. */
function mayMoveRows(statement: string): boolean {
  return MOVES_ROWS.test(statement);
}

const MOVES_ROWS = new RegExp(
  [
    String.raw`\b(?:truncate|drop|exchange|convert)\s+(?:partition|table)\b`,
    String.raw`\b(?:discard|import)\b.*\btablespace\b`,
    String.raw`\brename\b(?!\s+(?:index|key)\b)`,
    String.raw`\bor\s+replace\b`,
    String.raw`\balter\s+(?:online\s+)?ignore\b`,
    String.raw`\bdrop\b(?!\s+(?:index|key|primary|foreign|constraint|check|default|system|period)\b)`,
  ].join('|'),
  'is',
);

/** The target is not as the source is now, and its rows are. */
export function shapePause(what: string): Pause {
  const advice = `${what}. Its changes are kept in order. Make the same change on the target, then sluice quarantine retry all.`;
  return { kind: 'shape', advice };
}

/** Nobody knows what the rows on the target should be. */
export function rowsPause(what: string, table: string): Pause {
  const advice = `${what}. Its changes are kept in order. Make the same change on the target where it does not fit, then copy it anew: sluice tables reload ${table}`;
  return { kind: 'rows', advice };
}
