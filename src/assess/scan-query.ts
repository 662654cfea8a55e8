import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { Row } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { type KeyOrder, type KeyRange, orderBy, whereRange } from '../mysql/key-order.ts';
import type { Measure, Probe } from './probe.ts';
import type { Path } from './stratum.ts';

/** Aggregates of one SELECT: a server takes 4,096 columns, and wide statements cost it memory. */
const MOST_AGGREGATES = 1000;

/** What one aggregate SELECT asks; a table has one of them, unless it has a thousand columns and more. */
export interface Question {
  readonly probes: readonly Probe[];
  readonly measures: readonly Measure[];
}

export interface Answer {
  readonly rows: number;
  /** By probe of the question. */
  readonly hits: readonly number[];
  /** By probe: rows that have a value, where the probe asks for it; else 0. */
  readonly among: readonly number[];
  /** By measure; 0 without a value. */
  readonly largest: readonly number[];
}

export function questionsOf(probes: readonly Probe[], measures: readonly Measure[]): readonly Question[] {
  const questions: Question[] = [];
  const most = MOST_AGGREGATES / 2;
  for (let at = 0; at === 0 || at < Math.max(probes.length, measures.length); at += most) {
    questions.push({ probes: probes.slice(at, at + most), measures: measures.slice(at, at + most) });
  }
  return questions;
}

/** Some rows of a table, which statements call `t`. */
export interface RowSet {
  /** What stands after FROM. */
  readonly from: string;
  /** ` WHERE ...`, or empty for all of them. */
  readonly where: string;
}

export function rangeOf(table: CatalogueTable, order: KeyOrder | null, range: KeyRange): RowSet {
  return { from: `${quoteTable(table.version)} AS t`, where: order === null ? '' : whereRange(order, range) };
}

/** The first rows that the server gives, of a table without an order of its own. */
export function firstRows(table: CatalogueTable, limit: number): RowSet {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return { from: `(SELECT ${columns} FROM ${quoteTable(table.version)} LIMIT ${limit}) AS t`, where: '' };
}

/** Some rows of a range, along an index by which rows may be equal. */
export function limitedRows({ table, index, order }: Path, range: KeyRange, limit: number): RowSet {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const along = index === null ? '' : ` FORCE INDEX (${quoteIdentifier(index)})`;
  const rows = `${quoteTable(table.version)}${along}${whereRange(order, range)}${orderBy(order)} LIMIT ${limit}`;
  return { from: `(SELECT ${columns} FROM ${rows}) AS t`, where: '' };
}

export function aggregateQuery({ probes, measures }: Question, { from, where }: RowSet): string {
  const counts = probes.flatMap(({ condition, among }, at) => [
    `SUM(${condition}) AS h${at}`,
    ...(among === undefined ? [] : [`SUM(${among}) AS a${at}`]),
  ]);
  const lengths = measures.map(({ expression }, at) => `MAX(${expression}) AS m${at}`);
  return `SELECT ${['COUNT(*) AS n', ...counts, ...lengths].join(', ')} FROM ${from}${where}`;
}

export function answerOf({ probes, measures }: Question, row: Row): Answer {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    rows: number('n'),
    hits: probes.map((_, at) => number(`h${at}`)),
    among: probes.map((_, at) => number(`a${at}`)),
    largest: measures.map((_, at) => number(`m${at}`)),
  };
}

/** The last key of the next `rows` rows of a range; no row where the range ends before. */
export function boundQuery(table: CatalogueTable, order: KeyOrder, range: KeyRange, rows: number): string {
  const values = order.columns.map(({ value }, at) => `${value} AS k${at}`).join(', ');
  const index = table.keyIndex === null ? '' : ` FORCE INDEX (${quoteIdentifier(table.keyIndex)})`;
  const from = `${quoteTable(table.version)} AS t${index}${whereRange(order, range)}`;
  return `SELECT ${values} FROM ${from}${orderBy(order)} LIMIT 1 OFFSET ${rows - 1}`;
}

/** Smallest and largest key of a table whose key is one integer. */
export function endsQuery(table: CatalogueTable, order: KeyOrder): string {
  const [key] = order.columns;
  return `SELECT MIN(${key?.value}) AS low, MAX(${key?.value}) AS high FROM ${quoteTable(table.version)}`;
}
