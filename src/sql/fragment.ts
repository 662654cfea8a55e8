import type { ValueType } from './value-type.ts';

/** A piece of PostgreSQL with its type. An atom may stand beside any operator without parentheses. */
export interface Fragment {
  readonly sql: string;
  readonly isAtom: boolean;
  readonly type: ValueType;
  /** The text of a string literal, so that rules can look into formats, patterns and dates. */
  readonly literal?: string | undefined;
  /** Of a hexadecimal literal: beside a number it is one. */
  readonly digits?: string | undefined;
  /** A column of a table itself: what is made of it finds no index. */
  readonly isColumn?: boolean;
  /** As the source shows it, where it counts with more digits behind the point. */
  readonly shown?: string | undefined;
  /** With the digits that its value has, as it is kept in a text. */
  readonly kept?: string | undefined;
  /** The same with the digits that a 0 loses where it is computed: what texts and user variables keep. */
  readonly bare?: string | undefined;
  /** Of a quotient: with all digits with which the source computes on; `lost` where they cannot be had. */
  readonly whole?: string | 'lost';
  /** A text that is a day or a moment for certain: it was one of those, or a literal that is one. */
  readonly calendar?: 'date' | 'moment' | undefined;
  /** A text without letters for certain. */
  readonly isWithoutLetters?: boolean;
}

/** A name, a literal, a call, a cast of an atom. */
export function atom(sql: string, type: ValueType): Fragment {
  return { sql, isAtom: true, type };
}

/** Anything with an operator at its top. */
export function compound(sql: string, type: ValueType): Fragment {
  return { sql, isAtom: false, type };
}

/** As it stands beside an operator. */
export function operand(fragment: Fragment): string {
  return fragment.isAtom ? fragment.sql : `(${fragment.sql})`;
}

/** Whether it is a column or a variable itself, as a program or, marked by control characters, a caller has it. */
export function isPlace({ sql }: Fragment): boolean {
  return /^(?:[\w."]+|\(\p{Cc}.*\p{Cc}\)::\w+)$/u.test(sql);
}

/** `x::type`. A literal that is cast loses its text only where the type is another. */
export function cast(fragment: Fragment, name: string, type: ValueType): Fragment {
  return atom(`${operand(fragment)}::${name}`, type);
}

/**
 * A string of PostgreSQL; standard_conforming_strings is on, as it is by default since 9.1. It stands on one line: what
 * indents a program, or joins its lines, must not reach into a text.
 */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  if (!/[\n\r]/.test(text)) return quoted;
  return `E${quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}`;
}

/** An identifier: bare when it is plain and small, else in quotes. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** PostgreSQL's reserved words, and those that are no bare column or function name. */
const KEYWORDS = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
   char character check coalesce collate collation column concurrently constraint create cross current_catalog
   current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
   desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
   grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
   json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
   lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
   notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
   real references returning right row select session_user setof similar smallint some substring symmetric system_user
   table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
   verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
   xmlroot xmlserialize xmltable`.split(/\s+/),
);
