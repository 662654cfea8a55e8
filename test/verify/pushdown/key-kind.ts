import type { SourceKind } from '../../e2e/line.ts';

export const ROWS = 4_000;

export interface KeyKind {
  readonly name: string;
  /** Definition of the columns of the key. */
  readonly key: string;
  /** SQL of the source for the key of the row `i`. */
  readonly value: string;
  /** SQL of the target that finds the row `i` by its key, and that of a key which no row has. */
  readonly row: (i: number) => string;
  readonly other: string;
  readonly primary?: string;
  /** No row is found by it on both sides. */
  readonly isBag?: true;
  readonly only?: SourceKind;
}

const two = (i: number) => String(i).padStart(2, '0');
const day = (i: number) => new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(0, 10);
const instant = (i: number) =>
  `2024-01-01 ${two(Math.trunc(i / 3600))}:${two(Math.trunc(i / 60) % 60)}:${two(i % 60)}.000123`;
const hex = (i: number, bytes: number) => i.toString(16).padStart(bytes * 2, '0');
const at = "'2024-01-01 00:00:00.000123' + INTERVAL i SECOND";

export const KEY_KINDS: readonly KeyKind[] = [
  {
    name: 'k_date',
    key: 'k date',
    value: "'2000-01-01' + INTERVAL i DAY",
    row: (i) => `k = '${day(i)}'`,
    other: "'1999-01-01'",
  },
  { name: 'k_datetime', key: 'k datetime(6)', value: at, row: (i) => `k = '${instant(i)}'`, other: "'2030-01-01'" },
  {
    name: 'k_timestamp',
    key: 'k timestamp(6)',
    value: at,
    row: (i) => `k = '${instant(i)}+00'`,
    other: "'2030-01-01'",
  },
  {
    name: 'k_binary',
    key: 'k binary(4)',
    value: "UNHEX(LPAD(HEX(i), 8, '0'))",
    row: (i) => `k = '\\x${hex(i, 4)}'`,
    other: "'\\xff00'",
  },
  {
    name: 'k_varbinary',
    key: 'k varbinary(9)',
    value: 'UNHEX(HEX(CONCAT(i, CHAR(i % 3))))',
    row: (i) => `k = '\\x${Buffer.from(`${i}`).toString('hex')}${hex(i % 3, 1)}'`,
    other: "'\\xff00'",
  },
  {
    name: 'k_uuid',
    key: 'k uuid',
    value: "CONCAT(LPAD(HEX(i), 8, '0'), '-0000-1000-8000-00000000000a')",
    row: (i) => `k = '${hex(i, 4)}-0000-1000-8000-00000000000a'`,
    other: "'ffffffff-0000-1000-8000-00000000000a'",
    only: 'mariadb',
  },
  {
    name: 'k_text',
    key: 'k varchar(40)',
    value: "CONCAT(IF(i % 2, 'É', 'e_'), i, IF(i % 3, 'Z', 'a '))",
    row: (i) => `k = '${i % 2 ? 'É' : 'e_'}${i}${i % 3 ? 'Z' : 'a '}'`,
    other: "'Other'",
  },
  {
    name: 'k_latin',
    key: 'k varchar(40) CHARACTER SET latin1 COLLATE latin1_german2_ci',
    value: "CONCAT('ß', i)",
    row: (i) => `k = 'ß${i}'`,
    other: "'Other'",
  },
  {
    name: 'k_enum',
    key: "e enum('z','a'), k int",
    value: "IF(i % 2, 'z', 'a'), i",
    row: (i) => `e = '${i % 2 ? 'z' : 'a'}' AND k = ${i}`,
    other: "'a', -1",
    primary: 'e, k',
  },
  { name: 'k_double', key: 'k double', value: 'i + 0.5', row: (i) => `k = ${i}.5`, other: '-1', isBag: true },
  { name: 'no_key', key: 'k int', value: 'i', row: (i) => `k = ${i}`, other: '-1', primary: '', isBag: true },
];

/** SQL of the source. */
export function keyKindTable({ name, key, value, primary }: KeyKind): readonly string[] {
  const index = primary === '' ? '' : `, PRIMARY KEY (${primary ?? 'k'})`;
  return [
    `CREATE TABLE ${name} (${key}, t varchar(300), n double${index})`,
    `INSERT INTO ${name} WITH RECURSIVE d (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM d WHERE n < 63)
      SELECT ${value}, REPEAT(CHAR(97 + i % 26), 250), i / 7 FROM (SELECT a.n * 64 + b.n AS i FROM d a, d b) r WHERE i < ${ROWS}`,
  ];
}
