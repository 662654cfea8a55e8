import { quoteIdentifier } from '../../mysql/identifier.ts';
import { quoteIdent, quoteLiteral } from '../../postgres/quote.ts';
import type { Measure, Measures } from './measure.ts';
import type { Pair } from './script-table.ts';

/** One side's way to write what both scripts ask. */
export interface Dialect {
  readonly side: keyof Pair;
  /** What stands before the first statement: how to run it, and the session that the texts rely on. */
  readonly head: readonly string[];
  name(name: string): string;
  literal(text: string): string;
  /** A count as text. */
  count(value: string): string;
  measure(measures: Measures): Measure;
}

const ABOUT = [
  'Made by sluice verify --sql. Reads, and changes nothing. Run both scripts while nothing writes to either side:',
  '',
  '  mysql --batch --raw -h SOURCE -u USER -p DATABASE < source.sql > source.txt',
  '  psql -X -h TARGET -U USER -d DATABASE -f target.sql > target.txt',
  '  diff source.txt target.txt',
  '',
  'No output of diff: rows, values and keys agree as far as counts, sums and bounds can tell. Each line of a table:',
  'its name, a column (* for the rows themselves), values that are not NULL, the least, the greatest and their sum.',
  'Of text and binary strings these are lengths; of floats the digits and the power of ten.',
];

export const SOURCE: Dialect = {
  side: 'source',
  head: [
    ...ABOUT.map((line) => `-- ${line}`.trimEnd()),
    "SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES';",
  ],
  name: quoteIdentifier,
  literal: (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  count: (value) => `CAST(COUNT(${value}) AS CHAR)`,
  measure: ({ source }) => source,
};

export const TARGET: Dialect = {
  side: 'target',
  head: [
    ...ABOUT.map((line) => `-- ${line}`.trimEnd()),
    '\\set QUIET on',
    '\\set ON_ERROR_STOP on',
    '\\pset format unaligned',
    "\\pset fieldsep '\\t'",
    '\\pset footer off',
    "\\pset null 'NULL'",
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;",
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1;",
  ],
  name: quoteIdent,
  literal: quoteLiteral,
  count: (value) => `count(${value})::text`,
  measure: ({ target }) => target,
};
