import { STRICT_POLICY } from '../column/codec.ts';
import { targetFraction } from '../column/date-copy.ts';
import { codecOf } from '../column/family.ts';
import { targetType, textLimit } from '../column/target-type.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdent, quoteLiteral, quoteTable } from '../postgres/quote.ts';
import { type TargetColumn, type TargetTable, valueType } from '../postgres/target-catalogue.ts';

/** One way in which a table of the target is not what the source's table needs. */
export interface Skew {
  /** The target's column; null where it is about the table. */
  readonly column: string | null;
  /** What is wrong, with what stands on either side. */
  readonly message: string;
  readonly cure: string;
}

export interface SkewSubject {
  readonly table: CatalogueTable;
  readonly target: TargetTable;
  /** The target's name of a source column; null: left out by rule. */
  readonly columnOf: (column: string) => string | null;
  /** Whether the target may have this column although the source has it not. */
  readonly mayHave: (column: string) => boolean;
}

/** A source column with the target's column of its name. */
export interface Pair {
  readonly from: CatalogueColumn;
  readonly to: TargetColumn;
}

/** Columns by name: those that both sides have, and those that the target lacks, under the name it should have. */
export function pairColumns({ table, target, columnOf }: SkewSubject): {
  readonly pairs: readonly Pair[];
  readonly missing: readonly { readonly from: CatalogueColumn; readonly name: string }[];
} {
  const byName = new Map(target.columns.map((column) => [column.name, column]));
  const named = table.columns.flatMap((from) => {
    const name = columnOf(from.name);
    return name === null ? [] : [{ from, name, to: byName.get(name) }];
  });
  return {
    pairs: named.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }])),
    missing: named.filter(({ to }) => to === undefined),
  };
}

/** Every difference that would lose, refuse or invent data; in the order of the columns. */
export function skewOf(subject: SkewSubject): readonly Skew[] {
  const { table, target } = subject;
  const { pairs, missing } = pairColumns(subject);
  const known = new Set(pairs.map(({ to }) => to.name));
  const extra = target.columns.filter(({ name }) => !known.has(name));
  return [
    ...missing.map(({ from, name }) => missingColumn(table, from, name)),
    ...pairs.flatMap((pair) => pairSkew(subject, pair)),
    ...extra.flatMap((column) => extraColumn(subject, column)),
    ...keySkew(subject),
  ];
}

function missingColumn({ version }: CatalogueTable, from: CatalogueColumn, name: string): Skew {
  return {
    column: name,
    message: `missing on the target: source ${described(from)}, target nothing`,
    cure: `-- migrate the target to the source's version, or ${leavingOut(version.table, from.name)}`,
  };
}

/** The configuration line that leaves a column out. */
export function leavingOut(table: string, column: string): string {
  return `tables: { rules: { ${JSON.stringify(table)}: { exclude: [${JSON.stringify(column)}] } } }`;
}

function pairSkew({ table, target }: SkewSubject, { from, to }: Pair): readonly Skew[] {
  const alter = `ALTER TABLE ${quoteTable(target)} ALTER COLUMN ${quoteIdent(to.name)}`;
  const both = `source ${described(from)}, target ${describedTarget(to)}`;
  const say = (what: string, cure: string): Skew => ({ column: to.name, message: `${what}: ${both}`, cure });
  if (to.isGenerated) {
    if (from.isGenerated) return [];
    return [say('computed by the target, so that the values of the source have no place', `${alter} DROP EXPRESSION`)];
  }
  if (!from.isLogged) {
    const cure = `-- make the column anew as GENERATED ALWAYS AS (...) STORED, or ${leavingOut(table.version.table, from.name)}`;
    return [say('plain on the target, while the source computes it and does not log what it computes', cure)];
  }
  const type = valueType(to);
  if (!fits(from, type)) return [say('the type cannot take the values', `${alter} TYPE ...`)];
  const found: Skew[] = [];
  if (isNarrower(from, type)) found.push(say('narrower on the target', `${alter} TYPE ... -- as wide as the source`));
  if (from.nullable && to.isNotNull)
    found.push(say('takes NULL at the source and not on the target', `${alter} DROP NOT NULL`));
  const lacking = lackedLabels(from, to);
  if (lacking.length > 0)
    found.push(say(`lacks the values ${lacking.map(quoteLiteral).join(', ')}`, `ALTER TYPE ${to.type} ADD VALUE ...`));
  return found.map((skew) => ({ ...skew, cure: `${skew.cure} -- ${nameOf(table)}` }));
}

function nameOf({ version }: CatalogueTable): string {
  return `or migrate both sides of ${version.table} to one version`;
}

function fits(from: CatalogueColumn, to: string): boolean {
  try {
    return codecOf(from.type).copy(to, STRICT_POLICY) !== null;
  } catch {
    // A type without a codec is a finding of the source already.
    return true;
  }
}

/** Members of the source's enum that the target's does not have. */
function lackedLabels({ type }: CatalogueColumn, { labels }: TargetColumn): readonly string[] {
  return type.kind === 'enum' && labels ? type.members.filter((member) => !labels.includes(member)) : [];
}

/** By declaration: texts, decimals and fractions of a second that the source may hold and the target cuts or refuses. */
function isNarrower(from: CatalogueColumn, to: string): boolean {
  const type = targetType(to);
  const limit = textLimit(type);
  if (limit !== null) return limit < longest(from);
  switch (from.type.kind) {
    case 'decimal':
      return type.name === 'numeric' && type.sizes.length > 0 && isLessDecimal(from.type, type.sizes);
    case 'datetime':
    case 'timestamp':
    case 'time':
      return (targetFraction(type) ?? 0) < from.type.fraction;
    default:
      return false;
  }
}

function isLessDecimal(from: { readonly precision: number; readonly scale: number }, to: readonly number[]): boolean {
  const [precision = 0, scale = 0] = to;
  return scale < from.scale || precision - scale < from.precision - from.scale;
}

/** Characters of the longest value, as far as the type tells. */
function longest({ type, length }: CatalogueColumn): number {
  switch (type.kind) {
    case 'text':
      return length ?? Number.POSITIVE_INFINITY;
    case 'enum':
      return Math.max(0, ...type.members.map((member) => [...member].length));
    case 'set':
      return type.members.join(',').length;
    case 'uuid':
      return 36;
    case 'inet4':
      return 15;
    case 'inet6':
      return 39;
    case 'json':
      return Number.POSITIVE_INFINITY;
    default:
      return 0;
  }
}

function extraColumn({ table, target, mayHave }: SkewSubject, column: TargetColumn): readonly Skew[] {
  // What the target computes of its own columns needs nothing of the source.
  if (column.isGenerated || (mayHave(column.name) && !isObligatory(column))) return [];
  const both = `source nothing, target ${describedTarget(column)}`;
  const alter = `ALTER TABLE ${quoteTable(target)} ALTER COLUMN ${quoteIdent(column.name)}`;
  if (isObligatory(column)) {
    const message = `NOT NULL without a default, and the source has no such column: ${both}`;
    return [{ column: column.name, message, cure: `${alter} SET DEFAULT ... -- or ${alter} DROP NOT NULL` }];
  }
  return [
    {
      column: column.name,
      message: `missing at the source: ${both}`,
      cure: `-- migrate the source to the target's version, or target: { extra: [${JSON.stringify(`${target.table}.${column.name}`)}] } to leave it to its default on every row of ${table.version.table}`,
    },
  ];
}

function isObligatory({ isNotNull, hasDefault, isGenerated, identity }: TargetColumn): boolean {
  return isNotNull && !hasDefault && !isGenerated && identity === null;
}

/** Rows are found by the source's key, so the target must hold it unique at once, not at the end of a transaction. */
function keySkew({ table, target, columnOf }: SkewSubject): readonly Skew[] {
  const key = table.description.key.map((column) => columnOf(column) ?? column);
  if (key.length === 0) return [];
  const isHeld = target.uniques.some(
    ({ columns, isImmediate }) =>
      isImmediate && columns.length === key.length && key.every((column) => columns.includes(column)),
  );
  if (isHeld) return [];
  const list = key.map(quoteIdent).join(', ');
  const message = `no primary key and no unique index that is not deferrable: source key (${key.join(', ')}), target none`;
  return [{ column: null, message, cure: `ALTER TABLE ${quoteTable(target)} ADD PRIMARY KEY (${list})` }];
}

function described({ columnType, nullable, isGenerated }: CatalogueColumn): string {
  return `${columnType}${nullable ? '' : ' NOT NULL'}${isGenerated ? ' GENERATED' : ''}`;
}

function describedTarget({ type, isNotNull, isGenerated, hasDefault }: TargetColumn): string {
  const computed = isGenerated ? ' GENERATED' : hasDefault ? ' DEFAULT' : '';
  return `${type}${isNotNull ? ' NOT NULL' : ''}${computed}`;
}
