import { type ColumnCodec, type CopyEncoder, STRICT_POLICY, type ValuePolicy } from '../column/codec.ts';
import { rowLayout } from '../column/row.ts';
import { SluiceError } from '../contract/error.ts';
import type { TableVersion } from '../contract/table.ts';
import { actingCure, actingText } from '../postgres/acting.ts';
import { type TargetColumn, type TargetTable, valueType } from '../postgres/target-catalogue.ts';
import { type PlannedSql, planSql } from './table-sql.ts';

/** How one column of a row image is walked and, where the target has it, written. */
export interface PlannedField {
  readonly nullable: boolean;
  readonly skip: ColumnCodec['skip'];
  /** null: not written (generated on the target, or left out by rule). */
  readonly encode: CopyEncoder | null;
}

/** A written column: its place in the source, its name and type on the target. */
export interface WrittenColumn {
  readonly source: number;
  readonly target: TargetColumn;
}

/** Everything about moving rows of one table version into one target table. */
export interface TablePlan {
  readonly version: TableVersion;
  readonly target: TargetTable;
  readonly fields: readonly PlannedField[];
  readonly written: readonly WrittenColumn[];
  /** Place of each key column in `written`, in the key's order; empty without a key. */
  readonly key: readonly number[];
  readonly sql: PlannedSql;
}

export interface PlanRules {
  policyOf(column: string): ValuePolicy;
  /** The target's name of a source column; null: left out. */
  columnOf(column: string): string | null;
  /** The column was dropped since: rows of before that waited are written without it. */
  isGone?(column: string): boolean;
}

export type Planned = { readonly plan: TablePlan } | Unfit;

/** Why a target table cannot take the rows; `acting`: what besides would act on them, which its shape has no part in. */
export interface Unfit {
  readonly problems: readonly string[];
  readonly acting: readonly string[];
}

/** Pairs columns by name and finds an encoder for each; all that does not fit is listed, not only the first. */
export function planTable(version: TableVersion, target: TargetTable, rules: PlanRules, stagingName: string): Planned {
  const problems: string[] = [];
  const written: WrittenColumn[] = [];
  const codecs = rowLayout(version).codecs;
  const fields = version.columns.map((column, index): PlannedField => {
    const codec = codecs[index] as ColumnCodec;
    const found = pair(column.name, target, rules);
    if (typeof found === 'string') problems.push(found);
    else if (column.unlogged && found && !found.isGenerated) problems.push(unloggedColumn(column.name, found.name));
    const to = typeof found === 'string' || found === null || found.isGenerated ? null : found;
    const encode =
      to &&
      encoderOf(codec, to, isKeyColumn(version, index) ? keyPolicy(rules, column.name) : rules.policyOf(column.name));
    if (to && encode) written.push({ source: index, target: to });
    if (to && !encode) problems.push(`column ${column.name} (${column.type.kind}) does not go into type ${to.type}`);
    return { nullable: column.nullable, skip: codec.skip, encode };
  });
  const key = version.key.map((index) => written.findIndex((column) => column.source === index));
  problems.push(...keyProblems(version, target, written, key), ...leftOver(target, written));
  problems.push(...unloggedParents(version));
  if (problems.length + target.acting.length > 0) return { problems, acting: actingOn(target) };
  return { plan: { version, target, fields, written, key, sql: planSql(target, written, key, stagingName) } };
}

function pair(name: string, target: TargetTable, rules: PlanRules): TargetColumn | string | null {
  const wanted = rules.columnOf(name);
  if (wanted === null) return null;
  const found = target.columns.find((column) => column.name === wanted);
  return found ?? (rules.isGone?.(name) ? null : `column ${wanted} is missing on the target`);
}

function encoderOf(codec: ColumnCodec, to: TargetColumn, policy: ValuePolicy): CopyEncoder | null {
  return codec.copy(valueType(to), policy);
}

function isKeyColumn(version: TableVersion, index: number): boolean {
  return version.key.includes(index);
}

/** Stripping characters from keys would make two rows one. */
function keyPolicy(rules: PlanRules, name: string): ValuePolicy {
  return { ...rules.policyOf(name), nul: STRICT_POLICY.nul };
}

function keyProblems(
  version: TableVersion,
  target: TargetTable,
  written: readonly WrittenColumn[],
  key: readonly number[],
): string[] {
  if (key.length === 0) return [];
  const lost = version.key.filter((_, i) => key[i] === -1).map((index) => version.columns[index]?.name);
  if (lost.length > 0) return [`key columns ${lost.join(', ')} are not written on the target`];
  const names = key.map((at) => written[at]?.target.name ?? '');
  const fits = target.uniques.some(
    (unique) =>
      unique.isImmediate && unique.columns.length === names.length && names.every((n) => unique.columns.includes(n)),
  );
  return fits ? [] : [`no primary key or unique index (not deferrable) over (${names.join(', ')}) on the target`];
}

function unloggedColumn(name: string, target: string): string {
  return `the source computes column ${name} and does not log its changes, so ${target} must be computed by the target as well (GENERATED ALWAYS AS), or be left out by rule`;
}

/** What a foreign key does to children is found by the parent's values. */
function unloggedParents({ columns, cascades }: TableVersion): string[] {
  const unlogged = new Set(columns.filter((column) => column.unlogged).map(({ name }) => name));
  return cascades
    .filter(({ parentColumns }) => parentColumns.some((name) => unlogged.has(name)))
    .map(
      ({ childTable, parentColumns }) =>
        `a foreign key of ${childTable} acts by (${parentColumns.join(', ')}), whose changes the source does not log`,
    );
}

/** Target columns that nothing fills and that may not be empty. */
function leftOver(target: TargetTable, written: readonly WrittenColumn[]): string[] {
  const filled = new Set(written.map((column) => column.target.name));
  return target.columns
    .filter((c) => c.isNotNull && !c.hasDefault && !c.isGenerated && c.identity === null && !filled.has(c.name))
    .map((c) => `target column ${c.name} is NOT NULL without a default and the source has no such column`);
}

/** INV-50: a key or trigger that acts would change rows a second time, or refuse them by the order they come in. */
function actingOn(target: TargetTable): string[] {
  const cures = Map.groupBy(target.acting, (one) => actingCure(target, one));
  return Array.from(cures, ([cure, [first, ...more]]) => {
    const what = first === undefined ? '' : actingText(first);
    return `${what}${more.length === 0 ? '' : ` (and ${more.length} more)`}: ${cure}`;
  });
}

/** TARGET_TABLE_MISSING, TARGET_TABLE_UNFIT, TARGET_TABLE_ACTING: all problems of one table in one error. */
export function tableUnfit(version: TableVersion, name: string, unfit: Unfit | null): SluiceError {
  const source = `${version.database}.${version.table}`;
  if (unfit === null) {
    return new SluiceError({
      code: 'TARGET_TABLE_MISSING',
      message: `the target has no table ${name} for ${source}`,
      remedy: 'Make it: `sluice schema apply`, or with the migrations of the application.',
      disposition: 'stop',
    });
  }
  const { problems, acting } = unfit;
  if (problems.length === 0) {
    return new SluiceError({
      code: 'TARGET_TABLE_ACTING',
      message: `the target table ${name} would change, or refuse, rows of ${source}: ${acting.join('; ')}`,
      remedy: 'Run the statement on the target, or drop what acts until the cutover.',
      disposition: 'stop',
    });
  }
  return new SluiceError({
    code: 'TARGET_TABLE_UNFIT',
    message: `the target table ${name} does not fit ${source}: ${[...problems, ...acting].join('; ')}`,
    remedy: 'Change the target table, or add a rule for the column; `sluice schema diff` shows both sides.',
    disposition: 'stop',
  });
}
