import { assigned, exactNumber } from './assign.ts';
import { localTime, toCondition, toNumber, toText, toValue } from './coerce.ts';
import { toDate, toMoment, toTime } from './coerce-date.ts';
import type { Context, Replace } from './context.ts';
import type { Expression, Opaque } from './expression.ts';
import { FINDINGS, type Finding, type FindingCode } from './finding.ts';
import { atom, cast, compound, type Fragment } from './fragment.ts';
import { leadingNumber } from './leading-number.ts';
import { notImmutable } from './not-immutable.ts';
import { isOwn, wholeQuotient } from './own-digits.ts';
import { printQuery } from './print/query.ts';
import type { Query } from './query.ts';
import { exactDouble, keptDigits } from './round-double.ts';
import { type Scope, storing, type TableColumn } from './scope.ts';
import type { Span } from './span.ts';
import { translateNode } from './translate-expression.ts';
import { BOOLEAN, type ValueType } from './value-type.ts';

/** SQL for PostgreSQL with everything about it that was not proven. */
export interface Translation {
  /** INV-93: undefined when a finding is `blocked`; a guess is never given. */
  readonly sql: string | undefined;
  readonly type: ValueType;
  readonly findings: readonly Finding[];
}

/**
 * What an expression is for. `condition`: CHECK, WHERE. `value`: as a client sees it, a condition as 0 or 1. `kept`: as a
 * user variable keeps it.
 */
export type Purpose = 'condition' | 'value' | 'kept' | { readonly column: ValueType } | { readonly stored: ValueType };

/**
 * Translates an expression. `{ column }` brings the value to the type of the target's column, for a default or a
 * generated column: 0 and 1 into a boolean, a text into a date. `{ stored }` is the same for a variable of a program:
 * what the program's strict mode refuses there is an error on the target too. Total: never throws for what the source
 * holds.
 */
export function translateExpression(expression: Expression, scope: Scope, purpose: Purpose): Translation {
  const isStored = typeof purpose === 'object' && 'stored' in purpose;
  const translation = new Translator(isStored ? storing(scope) : scope);
  const found = settle(translation.fragment(expression), purpose, translation, expression);
  return translation.result(found, expression);
}

/**
 * Translates a query, as of a view: every column gets the name that the source gives it. `text` is what the query was
 * parsed from: an expression without an alias is called by its text there. `isStored`: its values go into variables, where
 * strict mode refuses what it refuses.
 */
export function translateQuery(query: Query | Opaque, scope: Scope, text?: string, isStored = false): Translation {
  const translation = new Translator(scope);
  const found =
    query.tag === 'opaque' ? translation.fragment(query) : printQuery(query, translation, { text, isStored }).fragment;
  return translation.result(found, query);
}

/** Names and types of what a query gives; undefined where nothing is known of a column's name. */
export function columnsOfQuery(query: Query, scope: Scope, text: string): readonly TableColumn[] | undefined {
  const { columns } = printQuery(query, new Translator(scope), { text });
  return columns.length === 0 || columns.some(({ name }) => name === '') ? undefined : columns;
}

/** Translates what `print` prints: the way of statements. */
export function translateBy(node: Span, scope: Scope, print: (context: Context) => Fragment): Translation {
  const translation = new Translator(scope);
  return translation.result(print(translation), node);
}

/** Longer than any expression that a person wrote; a translation repeats parts, so it is watched. */
const MAX_SQL_LENGTH = 500_000;

class Translator implements Context {
  readonly scope: Scope;
  readonly #findings: Finding[];
  readonly #replace: Replace | undefined;

  constructor(scope: Scope, findings: Finding[] = [], replace?: Replace) {
    this.scope = scope;
    this.#findings = findings;
    this.#replace = replace;
  }

  fragment(expression: Expression): Fragment {
    const found = this.#replace?.(expression, this) ?? translateNode(expression, this);
    if (found.sql.length <= MAX_SQL_LENGTH) return found;
    this.report('TOO_LARGE', expression, 'the translation is too long');
    return atom('NULL', found.type);
  }

  query(query: Query): Fragment & { readonly columns: readonly TableColumn[] } {
    const { fragment, columns } = printQuery(query, this, 'plain');
    return { ...atom(`(${fragment.sql})`, columns[0]?.type ?? fragment.type), columns };
  }

  within(scope: Scope): Context {
    return new Translator(scope, this.#findings);
  }

  /** The new replacement is asked first, then the one that stands. */
  intercept(replace: Replace): Context {
    const before = this.#replace;
    const both: Replace = (part, context) => replace(part, context) ?? before?.(part, context);
    return new Translator(this.scope, this.#findings, both);
  }

  silently(expression: Expression): Fragment {
    return new Translator(this.scope).fragment(expression);
  }

  report(code: FindingCode, span: Span, reason: string): void {
    const { severity, advice } = FINDINGS[code];
    const isKnown = this.#findings.some(
      (one) => one.code === code && one.span.start === span.start && one.reason === reason,
    );
    if (isKnown) return;
    this.#findings.push({ code, severity, span: { start: span.start, end: span.end }, reason, advice });
  }

  result(found: Fragment, span: Span): Translation {
    const changeable = this.scope.mustBeImmutable ? notImmutable(found.sql) : undefined;
    if (changeable !== undefined) this.report('NOT_IMMUTABLE', span, `${changeable} is not immutable`);
    const isBlocked = this.#findings.some(({ severity }) => severity === 'blocked');
    return { sql: isBlocked ? undefined : found.sql, type: found.type, findings: this.#findings };
  }
}

function settle(value: Fragment, purpose: Purpose, context: Context, span: Span): Fragment {
  if (purpose === 'condition') return toCondition(value, context, span);
  if (purpose === 'kept') {
    if (value.whole === 'lost') wholeQuotient(value, context, span);
    const kept = value.bare ?? value.kept;
    if (kept !== undefined) return atom(kept, value.type);
    return isOwn(value.type) ? value : toValue(value);
  }
  if (purpose === 'value') return toValue(value);
  if ('column' in purpose) return toColumn(value, purpose.column, context, span);
  const { stored } = purpose;
  const isStrict = context.scope.isNumberChecked === true;
  return isStrict || isNarrowText(stored)
    ? toStored(value, stored, context, span)
    : toColumn(value, stored, context, span);
}

/** A text that is more than its characters: what it takes is the same in every mode. */
function isNarrowText(type: ValueType): boolean {
  return type.kind === 'text' && (type.members ?? type.flags ?? type.isPadded) !== undefined;
}

/** A literal is left to PostgreSQL, which reads it by the type of the variable. */
function toStored(value: Fragment, type: ValueType, context: Context, span: Span): Fragment {
  const found = assigned(value, { name: '', sql: '', type }, context, span);
  return found.type.kind === 'boolean' && type.kind !== 'boolean' ? toValue(found) : found;
}

/** A value as a column of the target takes it. A text literal is left to PostgreSQL, which types it by the column. */
function toColumn(value: Fragment, column: ValueType, context: Context, span: Span): Fragment {
  if (value.type.kind === 'null' || (value.type.kind === column.kind && column.kind !== 'float'))
    return value.type.kind === 'boolean' ? value : toValue(value);
  switch (column.kind) {
    case 'boolean':
      return toFlag(value, context, span);
    case 'integer':
    case 'decimal':
    case 'float':
      return toColumnNumber(value, column, context, span);
    case 'text':
      return toText(value, context, span);
    case 'date':
      return toDate(value, context, span);
    case 'datetime':
      return toMoment(value, context, span);
    case 'instant':
      return toInstant(value, context, span);
    case 'time':
      return toTime(value, context, span);
    case 'json':
      return cast(toText(value, context, span), 'jsonb', column);
    default:
      return toValue(value);
  }
}

function toColumnNumber(value: Fragment, column: ValueType, context: Context, span: Span): Fragment {
  if (column.kind === 'float' && value.type.kind === 'float') return keptDigits(value, column);
  const isText = value.type.kind === 'text';
  const given = (): Fragment => (isText ? exactNumber(value, column, context, span) : toNumber(value, context, span));
  const number = value.literal === undefined ? given() : literalNumber(value.literal, column);
  if (column.kind === 'float') return keptDigits(number, column);
  return column.kind === 'decimal' && number.type.kind === 'float' ? exactDouble(number) : number;
}

/** 0 and 1, as a number or a text. */
function toFlag(value: Fragment, context: Context, span: Span): Fragment {
  const text = value.literal ?? value.sql;
  return text === '0' || text === '1' ? atom(String(text === '1'), BOOLEAN) : toCondition(value, context, span);
}

/** The number a text literal begins with, typed by the column. */
function literalNumber(text: string, column: ValueType): Fragment {
  const { number } = leadingNumber(text);
  return number.startsWith('-') ? compound(number, column) : atom(number, column);
}

/** A moment of the session's clock as one of the world. */
function toInstant(value: Fragment, context: Context, span: Span): Fragment {
  const moment = localTime(toMoment(value, context, span), context);
  return {
    ...moment,
    sql: `${moment.sql} AT TIME ZONE '${context.scope.timeZone.replaceAll("'", "''")}'`,
    isAtom: false,
  };
}
