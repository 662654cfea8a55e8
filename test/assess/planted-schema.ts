import type { TestSource } from '../mysql/source.ts';

/** A defect of each rule, planted in rows of known keys; `clean` has the same columns and none of them. */
export interface Planted {
  readonly rule: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Keys of the rows that the rule touches; null: it is about all of them; `some`: more than are shown. */
  readonly keys: readonly number[] | 'some' | null;
  readonly rows: number;
}

const COLUMNS = `id INT PRIMARY KEY AUTO_INCREMENT, flag TINYINT(1), big BIGINT UNSIGNED, born DATE NOT NULL, seen DATETIME, span TIME,
  note VARCHAR(40), old VARCHAR(40) CHARACTER SET latin1, kind ENUM('a','b'), doc LONGTEXT, uid CHAR(32), email VARCHAR(40) NOT NULL,
  city VARCHAR(40), parent_code VARCHAR(10), author_id INT, UNIQUE KEY email (email), KEY city (city),
  CONSTRAINT FK FOREIGN KEY (parent_code) REFERENCES parent (code)`;

const CLEAN_ROWS = 30;

export function plantedSchema(): readonly string[] {
  const made = (name: string) =>
    `CREATE TABLE ${name} (${COLUMNS.replace('FK', `fk_${name}`)}) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci`;
  return [
    "SET sql_mode = ''",
    'SET foreign_key_checks = 0',
    'CREATE TABLE parent (code VARCHAR(10) PRIMARY KEY) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_general_ci',
    "INSERT INTO parent VALUES ('p1'), ('p2')",
    'CREATE TABLE author (id INT PRIMARY KEY)',
    'INSERT INTO author VALUES (1), (2)',
    made('clean'),
    made('bad'),
    ...['clean', 'bad'].map(
      (table) =>
        `INSERT INTO ${table} (id, flag, big, born, seen, span, note, old, kind, doc, uid, email, city, parent_code, author_id) VALUES ${rows()}`,
    ),
    'UPDATE bad SET flag = 2 WHERE id IN (3, 4)',
    'UPDATE bad SET flag = -1 WHERE id = 5',
    'UPDATE bad SET big = 18446744073709551615 WHERE id = 6',
    "UPDATE bad SET born = '0000-00-00' WHERE id IN (7, 8)",
    "UPDATE bad SET born = '2020-00-10' WHERE id = 9",
    "UPDATE bad SET seen = '0000-00-00 00:00:00' WHERE id = 10",
    "UPDATE bad SET seen = '9999-12-31 00:00:00' WHERE id IN (11, 12)",
    "UPDATE bad SET span = '30:00:00' WHERE id = 13",
    "UPDATE bad SET span = '-01:00:00' WHERE id = 14",
    "UPDATE bad SET note = CONCAT('a', CHAR(0), 'b') WHERE id IN (15, 16)",
    "UPDATE bad SET note = 'caf\u00c3\u00a9' WHERE id = 17",
    "UPDATE bad SET old = _latin1 x'636166C3A9' WHERE id IN (18, 19)",
    "UPDATE bad SET kind = 'none such' WHERE id = 20",
    "UPDATE bad SET email = 'Big@x' WHERE id = 21",
    "UPDATE bad SET city = 'K\u00f6ln' WHERE id = 22",
    "UPDATE bad SET city = 'koln' WHERE id IN (23, 24)",
    "UPDATE bad SET parent_code = 'P1' WHERE id = 25",
    "UPDATE bad SET parent_code = 'gone' WHERE id IN (26, 27)",
    'UPDATE bad SET author_id = 99 WHERE id = 28',
    'CREATE TABLE disguised (id INT PRIMARY KEY, doc LONGTEXT, uid CHAR(32), dashed CHAR(36), packed BINARY(16), plain LONGTEXT)',
    `INSERT INTO disguised VALUES (1, '{"a": 1}', '${UUID.replaceAll('-', '')}', '${UUID}', x'${UUID.replaceAll('-', '')}', 'text'), (2, ' [1]', NULL, NULL, NULL, '[2]')`,
    'CREATE TABLE full (id TINYINT UNSIGNED PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT = 230',
    'INSERT INTO full VALUES ()',
  ];
}

const UUID = '6ccd780c-baba-1026-9564-5b8c656024db';

/** Nothing in them that any rule is about. */
function rows(): string {
  return Array.from({ length: CLEAN_ROWS }, (_, i) => {
    const id = i + 1;
    return `(${id}, ${id % 2}, ${id}, '2024-02-29', '2024-01-0${(id % 9) + 1} 10:00:00', '10:00:00', 'caf\u00e9 ${id}', _latin1 x'636166E9', 'a', 'plain ${id}', 'no uuid ${id}', 'mail${id}@x', 'city ${id}', 'p${(id % 2) + 1}', ${(id % 2) + 1})`;
  }).join(', ');
}

export const PLANTED: readonly Planted[] = [
  { rule: 'not-boolean', table: 'bad', columns: ['flag'], keys: [3, 4, 5], rows: 3 },
  { rule: 'beyond-bigint', table: 'bad', columns: ['big'], keys: [6], rows: 1 },
  { rule: 'zero-date', table: 'bad', columns: ['born'], keys: [7, 8, 9], rows: 3 },
  { rule: 'zero-date', table: 'bad', columns: ['seen'], keys: [10], rows: 1 },
  { rule: 'sentinel-date', table: 'bad', columns: ['seen'], keys: [11, 12], rows: 2 },
  { rule: 'not-time-of-day', table: 'bad', columns: ['span'], keys: [13, 14], rows: 2 },
  { rule: 'nul', table: 'bad', columns: ['note'], keys: [15, 16], rows: 2 },
  { rule: 'double-encoded', table: 'bad', columns: ['note'], keys: [17], rows: 1 },
  { rule: 'double-encoded', table: 'bad', columns: ['old'], keys: [18, 19], rows: 2 },
  { rule: 'empty-enum', table: 'bad', columns: ['kind'], keys: [20], rows: 1 },
  { rule: 'unique-spelling', table: 'bad', columns: ['email'], keys: [21], rows: 1 },
  { rule: 'spelling-groups', table: 'bad', columns: ['city'], keys: [22, 23, 24], rows: 3 },
  { rule: 'spelling-groups', table: 'bad', columns: ['parent_code'], keys: 'some', rows: 15 },
  { rule: 'reference-spelling', table: 'bad', columns: ['parent_code'], keys: [25], rows: 1 },
  { rule: 'orphan', table: 'bad', columns: ['parent_code'], keys: [26, 27], rows: 2 },
  { rule: 'orphan-guess', table: 'bad', columns: ['author_id'], keys: [28], rows: 1 },
  { rule: 'json-text', table: 'disguised', columns: ['doc'], keys: null, rows: 2 },
  { rule: 'uuid-text', table: 'disguised', columns: ['uid'], keys: null, rows: 1 },
  { rule: 'uuid-text', table: 'disguised', columns: ['dashed'], keys: null, rows: 1 },
  { rule: 'uuid-text', table: 'disguised', columns: ['packed'], keys: null, rows: 1 },
  { rule: 'auto-increment-end', table: 'full', columns: ['id'], keys: null, rows: 0 },
];

/** Bytes that are no text of their column, which only a file put under the server can hold. */
export async function plantInvalidText({ connection, database }: TestSource): Promise<void> {
  const { copyFileSync } = await import('node:fs');
  const made = (name: string, type: string) =>
    connection.run(
      `CREATE TABLE ${database}.${name} (id INT NOT NULL, c ${type} NOT NULL, PRIMARY KEY (id)) ENGINE = MyISAM ROW_FORMAT = DYNAMIC`,
    );
  await made('raw', 'VARBINARY(80)');
  await made('broken_text', 'VARCHAR(20) CHARACTER SET utf8mb4');
  await connection.run(
    `INSERT INTO ${database}.raw VALUES (1, 'good'), (2, x'ff41'), (3, x'41C3'), (4, x'EDA080'), (5, 'caf\u00e9')`,
  );
  await connection.run('FLUSH TABLES');
  const { datadir } = await connection.row('SELECT @@datadir AS datadir');
  for (const ending of ['MYD', 'MYI'])
    copyFileSync(`${datadir}/${database}/raw.${ending}`, `${datadir}/${database}/broken_text.${ending}`);
  await connection.run('FLUSH TABLES');
}
