import type { Column, TableVersion } from '../contract/table.ts';
import type { Clause } from './alteration.ts';
import { definitionOf } from './column-definition.ts';
import { bytesPerCharacter, type ColumnShape } from './column-shape.ts';
import type { Token } from './statement.ts';
import { keepsValues } from './value-keeping.ts';

/** Columns as they surely were before a statement, by name in lower case; what is not in it is not known. */
export type Shapes = ReadonlyMap<string, ColumnShape>;

export interface AlterationFacts {
  /** sql_mode has STRICT_TRANS_TABLES or STRICT_ALL_TABLES. */
  readonly isStrict: boolean;
  /** sql_mode has NO_AUTO_VALUE_ON_ZERO: a row numbered 0 keeps its number where a column becomes AUTO_INCREMENT. */
  readonly keepsZero: boolean;
  readonly shapes: Shapes;
  readonly before: readonly Column[];
  /** The catalogue's columns, perhaps of after later statements. */
  readonly after: readonly Column[];
}

export interface Alteration {
  /** `rewrites` of the SchemaChange. */
  readonly rewrites: string | null;
  readonly shapes: Shapes;
}

/**
 * What an ALTER TABLE may have done to values of existing rows, and the columns as they surely are after it (INV-16,
 * decisions/0009).
 */
export function alterationOf(clauses: readonly Clause[], facts: AlterationFacts): Alteration {
  const draft: Draft = { shapes: new Map(facts.shapes), made: new Set(), gone: new Set(), rewrites: null };
  for (const clause of clauses) draft.rewrites ??= apply(clause, draft, facts);
  const anew = [...draft.made].find((name) => draft.gone.has(name));
  const rewrites = draft.rewrites ?? (anew === undefined ? null : `made column ${anew} anew`);
  return { rewrites, shapes: draft.shapes };
}

interface Draft {
  readonly shapes: Map<string, ColumnShape>;
  /** Names given to columns by this statement, and names taken from columns. */
  readonly made: Set<string>;
  readonly gone: Set<string>;
  rewrites: string | null;
}

function apply(clause: Clause, draft: Draft, facts: AlterationFacts): string | null {
  switch (clause.kind) {
    case 'keeps':
    case 'unsaid':
    case 'default':
    case 'move':
      return null;
    case 'rewrites':
      return clause.what;
    case 'add':
      return add(clause.column, clause.definition, { draft, facts });
    case 'drop':
      draft.gone.add(keyOf(clause.column));
      draft.shapes.delete(keyOf(clause.column));
      return null;
    case 'rename':
      return rename(clause.from, clause.column, draft);
    case 'define':
      return define(clause, draft, facts);
    case 'primary-key':
      return facts.isStrict
        ? null
        : 'made a primary key outside strict mode, which may have changed NULL in its columns';
    case 'convert':
      return convert(clause.charset, draft.shapes, facts);
  }
}

interface Context {
  readonly draft: Draft;
  readonly facts: AlterationFacts;
}

/** Values of a nullable column without a default are NULL. What a default gives is told by the sink's own rules. */
function add(column: string, tokens: readonly Token[], { draft, facts }: Context): string | null {
  draft.made.add(keyOf(column));
  const definition = definitionOf(tokens, charsetOf(facts.after, column));
  draft.shapes.delete(keyOf(column));
  if (definition === null) return null;
  if (definition.hasCharset) draft.shapes.set(keyOf(column), definition.shape);
  const { isAutoIncrement, isGenerated, nullable } = definition.shape;
  // A version that has the column already came from a later catalogue: what is added is not seen by comparing.
  const isUnseen = facts.before.some(({ name }) => keyOf(name) === keyOf(column)) && !draft.gone.has(keyOf(column));
  const hasValues = isAutoIncrement || isGenerated || (isUnseen && (definition.hasDefault || !nullable));
  return hasValues ? `gave the new column ${column} values in old rows` : null;
}

function rename(from: string, to: string, draft: Draft): string | null {
  const shape = draft.shapes.get(keyOf(from));
  draft.shapes.delete(keyOf(from));
  if (shape) draft.shapes.set(keyOf(to), shape);
  if (keyOf(from) === keyOf(to)) return null;
  draft.gone.add(keyOf(from));
  draft.made.add(keyOf(to));
  return null;
}

function define(clause: Extract<Clause, { readonly kind: 'define' }>, draft: Draft, facts: AlterationFacts) {
  const { from, column } = clause;
  const old = facts.shapes.get(keyOf(from)) ?? null;
  const oldCharset = old?.type.kind === 'text' ? old.type.charset : null;
  const definition = definitionOf(clause.definition, charsetOf(facts.after, column) ?? oldCharset);
  rename(from, column, draft);
  draft.shapes.delete(keyOf(column));
  if (definition === null || old === null) return `may have changed values of column ${column}`;
  const now = definition.shape;
  draft.shapes.set(keyOf(column), now);
  const mayBecomeNow = old.type.kind === 'timestamp' && old.nullable && !definition.hasNullability;
  const mayNumber = now.isAutoIncrement && !old.isAutoIncrement && !facts.keepsZero;
  const isKept = keepsValues(old, now, facts.isStrict) && !mayBecomeNow && !mayNumber;
  return isKept ? null : `may have changed values of column ${column}`;
}

/** CONVERT TO makes a text type longer where its bytes would not suffice, so only characters can be lost. */
function convert(charset: string | null, shapes: Map<string, ColumnShape>, { isStrict, after }: AlterationFacts) {
  let isKept = isStrict || after.every(({ name }) => shapes.has(keyOf(name)));
  for (const [name, shape] of [...shapes]) {
    if (shape.type.kind === 'enum' || shape.type.kind === 'set') isKept &&= isStrict;
    if (shape.type.kind !== 'text') continue;
    const old = shape.type.charset;
    const isLossless = charset === old || (charset === 'utf8mb4' && (old === 'utf8mb3' || old === 'latin1'));
    isKept &&= charset !== 'binary' && (isStrict || isLossless);
    if (charset === null || bytesPerCharacter(charset) > bytesPerCharacter(old)) shapes.delete(name);
    else shapes.set(name, { ...shape, type: { kind: 'text', charset } });
  }
  return isKept ? null : 'may have lost characters in the conversion to another character set';
}

function charsetOf(columns: readonly Column[], name: string): string | null {
  const found = columns.find((column) => keyOf(column.name) === keyOf(name));
  return found?.type.kind === 'text' ? found.type.charset : null;
}

/**
 * The columns that the table had right after the statement, by the catalogue of now: what later statements added is
 * left out, and what they took away is there as it was before.
 */
export function columnsAfter(before: TableVersion, after: TableVersion, clauses: readonly Clause[]): readonly Column[] {
  const columns = new Map(before.columns.map((column) => [keyOf(column.name), column]));
  const added = new Set<string>();
  for (const clause of clauses) {
    if (clause.kind === 'add') added.add(keyOf(clause.column));
    if (clause.kind === 'drop') columns.delete(keyOf(clause.column));
    if (clause.kind !== 'define' && clause.kind !== 'rename') continue;
    const column = columns.get(keyOf(clause.from));
    columns.delete(keyOf(clause.from));
    if (column) columns.set(keyOf(clause.column), { ...column, name: clause.column });
  }
  const now = after.columns.filter(({ name }) => columns.delete(keyOf(name)) || added.has(keyOf(name)));
  return [...now, ...columns.values()];
}

function keyOf(column: string): string {
  return column.toLowerCase();
}
