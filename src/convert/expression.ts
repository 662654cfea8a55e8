import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdent, quoteLiteral, quoteTable } from '../postgres/quote.ts';
import type { Name } from '../sql/expression.ts';
import type { Finding } from '../sql/finding.ts';
import { parseExpression } from '../sql/parse.ts';
import { emptyScope, type Resolved, type Scope } from '../sql/scope.ts';
import { type Purpose, translateExpression } from '../sql/translate.ts';
import { columnType } from '../sql/value-type.ts';
import type { ConvertOptions } from './options.ts';

/**
 * An expression of the source as SQL of the target, with what a person may want to know of it; or the reason why it is
 * not certain to mean the same.
 */
export type Translation =
  | { readonly isProven: true; readonly sql: string; readonly notes: readonly string[] }
  | { readonly isProven: false; readonly reason: string };

/** What an expression is for: where it stands decides what PostgreSQL allows and which type it must have. */
export interface ExpressionPlace {
  readonly table: CatalogueTable;
  readonly purpose: 'default' | 'check' | 'generated' | 'index';
  /** Column that takes the value, by its name at the source; null for a check and an index. */
  readonly column: string | null;
  /** Type of a column of the table on the target; null when it is not there. */
  readonly typeOf: (column: string) => string | null;
  readonly options: ConvertOptions;
}

const NOW = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\((\d*)\))?$/i;
const NEXT_VALUE = /^nextval\(`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`\)$/i;

/** Translates an expression as the source's catalogue prints it. */
export function translate(text: string, place: ExpressionPlace): Translation {
  const special = place.purpose === 'default' ? specialDefault(text.trim(), place.options) : null;
  if (special !== null) return { isProven: true, sql: special, notes: [] };
  const tree = parseExpression(text, place.options.dialect);
  const { sql, findings } = translateExpression(tree, scopeOf(place), purposeOf(place));
  const doubts = findings.filter(({ severity }) => severity !== 'note');
  if (sql === undefined || doubts.length > 0) return { isProven: false, reason: doubtText(text, doubts) };
  return { isProven: true, sql, notes: [...new Set(findings.map(noteText))] };
}

/** Defaults that mean something of their own at the head of a column: the clock, and the next number of a sequence. */
function specialDefault(text: string, options: ConvertOptions): string | null {
  const now = NOW.exec(text);
  if (now) return nowWith(Number(now[1] || 0));
  const [, database, name] = NEXT_VALUE.exec(text) ?? [];
  if (database === undefined || name === undefined) return null;
  const target = { schema: options.schemaOf(unquoted(database)), table: unquoted(name) };
  return `nextval(${quoteLiteral(quoteTable(target))}::regclass)`;
}

function purposeOf({ purpose, table, column, typeOf }: ExpressionPlace): Purpose {
  if (purpose === 'check') return 'condition';
  const source = table.columns.find(({ name }) => name === column);
  if (source === undefined) return 'value';
  return { column: columnType(source.columnType, source.collation ?? undefined, typeOf(source.name) ?? undefined) };
}

/** Only the table's own columns are known, by their names whatever qualifies them. */
function scopeOf(place: ExpressionPlace): Scope {
  const columns = new Map(place.table.columns.map(({ name }) => [name.toLowerCase(), resolved(name, place)]));
  return {
    ...emptyScope(place.options.dialect),
    timeZone: zoneOf(place),
    resolve: (parts: readonly Name[]) => columns.get(parts.at(-1)?.text.toLowerCase() ?? ''),
    mustBeImmutable: place.purpose === 'generated' || place.purpose === 'index',
  };
}

/** In which an instant is shown to the source's own expressions. */
function zoneOf({ table: { version }, options }: ExpressionPlace): string {
  return options.policyOf(version.database, version.table, '').zone ?? 'UTC';
}

/** A column of a table as an expression of the target names it. */
export function resolved(
  name: string,
  { table, typeOf, options }: Pick<ExpressionPlace, 'table' | 'typeOf' | 'options'>,
): Resolved {
  const { database, table: tableName } = table.version;
  const source = table.columns.find((one) => one.name === name);
  const type = columnType(source?.columnType ?? '', source?.collation ?? undefined, typeOf(name) ?? undefined);
  return { sql: quoteIdent(options.columnOf(database, tableName, name)), type };
}

function doubtText(text: string, doubts: readonly Finding[]): string {
  const reasons = [...new Set(doubts.map(({ reason }) => reason))].join('; ');
  return `${reasons === '' ? 'it is not certain to mean the same' : reasons}: ${text}`;
}

/** `reason` of a finding with what to do about it. */
export function noteText({ reason, advice }: Finding): string {
  return `${reason} (${advice.replace(/\.$/, '')})`;
}

/**
 * The time at which the statement began, cut to so many digits after the second as MySQL cuts it: PostgreSQL would round,
 * so that a row could be younger than its own update.
 */
export function nowWith(fraction: number): string {
  if (fraction >= 6) return 'statement_timestamp()';
  const unit: Readonly<Record<number, string>> = { 0: 'second', 3: 'milliseconds' };
  const known = unit[fraction];
  if (known !== undefined) return `date_trunc('${known}', statement_timestamp())`;
  return `to_timestamp(trunc(extract(epoch from statement_timestamp()), ${fraction}))`;
}

function unquoted(name: string): string {
  return name.replaceAll('``', '`');
}
