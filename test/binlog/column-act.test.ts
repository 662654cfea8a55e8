import { expect, test } from 'vitest';
import { columnActs } from '../../src/binlog/column-act.ts';
import { effectOf } from '../../src/binlog/schema-statement.ts';
import type { ColumnAct } from '../../src/contract/change.ts';

const LEXIS = { hasAnsiQuotes: false, hasBackslashEscapes: true };

/** `+c=5` adds, `-c` drops, `a>b` changes (`~` where only the name did), `=c` is a default; ? is not understood. */
function acts(sql: string, lexis = LEXIS): string {
  const effect = effectOf(sql, 'shop', lexis);
  const [table] = effect.kind === 'tables' ? effect.tables : [];
  const found = columnActs(table?.clauses ?? []);
  if (found === null) return '?';
  return found.map(shown).join(', ');
}

function shown(one: ColumnAct): string {
  switch (one.act) {
    case 'add':
      return `+${one.column} ${one.value.kind}${'text' in one.value ? `:${one.value.text}` : ''}`;
    case 'drop':
      return `-${one.column}`;
    case 'change':
      return `${one.column}${one.isDefined ? '>' : '~'}${one.to}`;
    case 'default':
      return `=${one.column}`;
  }
}

test.each([
  ['ALTER TABLE t ADD COLUMN c int', '+c none'],
  ['alter online table if exists x.`t` wait 5 add if not exists `c d` int not null default 5 first', '+c d number:5'],
  ['ALTER TABLE t ADD c int DEFAULT -5, ADD d decimal(4,2) DEFAULT 1.25', '+c number:-5, +d number:1.25'],
  ["ALTER TABLE t ADD c varchar(9) DEFAULT 'it''s, ADD x' NOT NULL", "+c string:it's, ADD x"],
  ["ALTER TABLE t ADD (c int DEFAULT 1, d enum('a','b') DEFAULT 'b', KEY k (c))", '+c number:1, +d string:b'],
  ["ALTER TABLE t ADD (c int DEFAULT 1, d enum('a','b') DEFAULT 'b')", '+c number:1, +d string:b'],
  ['ALTER TABLE t ADD c int DEFAULT NULL, ADD d bool DEFAULT TRUE', '+c null, +d number:1'],
  ["ALTER TABLE t ADD c text DEFAULT 'a' 'b'", '+c unknown'],
  ["ALTER TABLE t ADD c text DEFAULT 'a\\nb'", '+c unknown'],
  ["ALTER TABLE t ADD c bit(1) DEFAULT b'1', ADD d int DEFAULT 0x41", '+c unknown, +d unknown'],
  ["ALTER TABLE t ADD c text DEFAULT _latin1'a'", '+c unknown'],
  ['ALTER TABLE t ADD c datetime DEFAULT CURRENT_TIMESTAMP, ADD d int DEFAULT (1 + 1)', '+c unknown, +d unknown'],
  ['ALTER TABLE t ADD c int AUTO_INCREMENT KEY, ADD d int AS (a)', '+c unknown, +d unknown'],
  ['ALTER TABLE t DROP COLUMN c, DROP IF EXISTS d, DROP INDEX i, DROP PRIMARY KEY', '-c, -d'],
  ['ALTER TABLE t CHANGE a b int, MODIFY COLUMN c bigint, RENAME COLUMN d TO e', 'a>b, c>c, d~e'],
  ['ALTER TABLE t ALTER c SET DEFAULT 5, ALTER COLUMN d DROP DEFAULT, ALTER INDEX i INVISIBLE', '=c, =d'],
  ['ALTER TABLE t RENAME TO u, RENAME INDEX i TO j, ADD CONSTRAINT k CHECK (a > 0)', ''],
  ['ALTER TABLE t ENGINE=InnoDB, CONVERT TO CHARACTER SET utf8mb4, FORCE', ''],
  ['CREATE UNIQUE INDEX i ON t (a)', ''],
  ['DROP INDEX i ON t', ''],
  ['ALTER TABLE t TRUNCATE PARTITION p', '?'],
  ['ALTER TABLE t DROP PARTITION p', '?'],
  ['ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u', '?'],
  ['ALTER TABLE t CONVERT PARTITION p TO TABLE u', '?'],
  ['ALTER TABLE t DISCARD TABLESPACE', '?'],
  ['ALTER IGNORE TABLE t ADD UNIQUE (a)', '?'],
  ['ALTER TABLE t ADD PERIOD FOR SYSTEM_TIME(a, b)', '?'],
  ['CREATE OR REPLACE TABLE t (a int)', '?'],
  ['RENAME TABLE a TO b', ''],
  ['ALTER TABLE t DROP SYSTEM VERSIONING', '?'],
  ['ALTER TABLE t ADD `a,b(` int, DROP c', '+a,b( none, -c'],
])('%s says of columns: %s', (sql, expected) => {
  expect(acts(sql)).toBe(expected);
});

test('in ANSI mode a double-quoted word is a name, without backslash escapes a backslash is itself', () => {
  const lexis = { hasAnsiQuotes: true, hasBackslashEscapes: false };
  expect(acts(`ALTER TABLE "t" ADD "c" text DEFAULT 'a\\b'`, lexis)).toBe('+c string:a\\b');
});
