import type { CatalogueColumn } from '../mysql/catalogue-table.ts';
import { inRow, type Measure, type Probe, type Subject } from './probe.ts';

/** Sets in which two codes stand for one character, so that a round trip proves nothing about the bytes. */
const AMBIGUOUS = ['big5', 'cp932', 'eucjpms', 'euckr', 'gb18030', 'gb2312', 'gbk', 'sjis', 'ujis'];
const UNICODE = ['utf8mb4', 'utf8mb3', 'utf8'];
const LONG_TEXT = /^(long|medium)?text\b/;

/** Text that is not what its declaration says: bytes that do not decode, text encoded twice, JSON and UUIDs in disguise. */
export function textProbes({ columns }: Pick<Subject, 'columns'>): readonly Probe[] {
  return columns.flatMap((column) => [...charsetProbes(column), ...disguised(column)]);
}

function charsetProbes(column: CatalogueColumn): readonly Probe[] {
  const { type, charset, name } = column;
  // MariaDB checks its JSON columns itself; the wide Unicode sets have no bytes that a server would store wrongly.
  if (type.kind !== 'text' || charset === null || /^(ucs2|utf16|utf16le|utf32)$/.test(charset)) return [];
  const probes: Probe[] = [{ rule: 'invalid-text', columns: [name], condition: doesNotDecode(inRow(column), charset) }];
  if (charset === 'latin1' || UNICODE.includes(charset)) {
    probes.push({ rule: 'double-encoded', columns: [name], condition: isEncodedTwice(inRow(column), charset) });
  }
  return probes;
}

/** MySQL gives NULL and a warning for bytes that are no text, MariaDB question marks: the round trip shows both. */
function doesNotDecode(name: string, charset: string): string {
  if (AMBIGUOUS.includes(charset)) {
    const marks = (text: string) => `CHAR_LENGTH(${text}) - CHAR_LENGTH(REPLACE(${text}, '?', ''))`;
    return `${marks(`CONVERT(${name} USING utf8mb4)`)} > ${marks(name)}`;
  }
  const there = `CAST(CONVERT(CONVERT(${name} USING utf16) USING ${charset}) AS BINARY)`;
  return `COALESCE(${there} <> CAST(${name} AS BINARY), TRUE) AND ${name} IS NOT NULL`;
}

/** Its characters, written as latin1, are bytes of UTF-8 that hold more than ASCII. */
function isEncodedTwice(name: string, charset: string): string {
  const bytes = charset === 'latin1' ? `CAST(${name} AS BINARY)` : `CAST(CONVERT(${name} USING latin1) AS BINARY)`;
  const text = `CONVERT(${bytes} USING utf8mb4)`;
  return `COALESCE(CAST(${text} AS BINARY) = ${bytes} AND CHAR_LENGTH(${text}) < LENGTH(${bytes}), FALSE)`;
}

function disguised(column: CatalogueColumn): readonly Probe[] {
  const name = inRow(column);
  const { columnType, type } = column;
  const filled = `${name} IS NOT NULL AND ${name} <> ''`;
  const make = (rule: Probe['rule'], condition: string, among = filled): Probe[] => [
    { rule, columns: [column.name], condition, among },
  ];
  if (type.kind === 'text' && LONG_TEXT.test(columnType)) {
    return make('json-text', `JSON_VALID(${name}) AND LEFT(LTRIM(${name}), 1) IN ('{', '[')`);
  }
  const length = /^(?:var)?char\((32|36)\)/.exec(columnType)?.[1];
  if (length === '32') return make('uuid-text', `${name} REGEXP '^[0-9a-fA-F]{32}$'`);
  if (length === '36')
    return make('uuid-text', `${name} REGEXP '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'`);
  if (columnType !== 'binary(16)') return [];
  // Version and variant stand at fixed places; random bytes have them in one row of eight.
  return make('uuid-text', `HEX(${name}) REGEXP '^.{12}[1-8].{3}[89AB].{15}$'`, `${name} IS NOT NULL`);
}

/** Length of the longest value, for every text and every blob. */
export function lengthMeasures({ columns }: Pick<Subject, 'columns'>): readonly Measure[] {
  return columns.flatMap((column): readonly Measure[] => {
    const name = inRow(column);
    if (column.type.kind === 'text')
      return [{ column: column.name, expression: `CHAR_LENGTH(${name})`, unit: 'characters' }];
    return column.type.kind === 'blob' ? [{ column: column.name, expression: `LENGTH(${name})`, unit: 'bytes' }] : [];
  });
}
