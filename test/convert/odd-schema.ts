import type { TestSource } from '../mysql/source.ts';

/** Statements that make a schema with everything that a schema can hold, under odd names, in `count` tables. */
export function oddSchema(kind: TestSource['kind'], count: number): readonly string[] {
  const named = [...parents(), ...keys(kind), ...indexes(kind), ...columns(kind), ...odd(), ...programs(kind)];
  const tables = named.filter((sql) => /^CREATE TABLE/.test(sql)).length;
  const plain = Array.from({ length: count - tables }, (_, i) => numbered(i));
  return ['SET foreign_key_checks = 0', ...named, ...plain, ...(kind === 'mariadb' ? mariadbOnly() : [])];
}

/** Column names as long as both servers take them, equal in their first 63 bytes. */
export const LONG = 'x'.repeat(63);

function parents(): string[] {
  return [
    `CREATE TABLE strange (id INT PRIMARY KEY COMMENT 'a \\0 NUL, \\' quote, \\\\ backslash,\nline; -- x /* y */ $$ $sluice$ \\\\0',
      e ENUM('a', 'b\\0c') DEFAULT 'a', s SET('x', 'y\\0'), KEY by_e (e) COMMENT 'index \\0') COMMENT 'table \\0 %s $1 \\''`,
    `CREATE TABLE parent (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, code VARCHAR(20) NOT NULL, alt INT NOT NULL,
      note VARCHAR(10), UNIQUE uq (code), KEY by_note (note)) AUTO_INCREMENT = 1000 COMMENT 'it''s the parent; \\\\ "quoted"'`,
    `CREATE TABLE \`Mixed Case "Table"\` (\`ID\` INT PRIMARY KEY, \`select\` INT COMMENT 'a "word"; it''s reserved', \`a.b\` INT,
      \`back\`\`tick\` INT, KEY \`Mixed "idx"\` (\`select\`))`,
  ];
}

function keys(kind: TestSource['kind']): string[] {
  const crooked =
    kind === 'mariadb'
      ? ['CREATE TABLE crooked (id INT PRIMARY KEY, n VARCHAR(10), FOREIGN KEY (n) REFERENCES parent (note))']
      : [];
  return [
    `CREATE TABLE child (id INT PRIMARY KEY, parent_id INT UNSIGNED, code VARCHAR(20),
      CONSTRAINT fk_id FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL,
      CONSTRAINT fk_code FOREIGN KEY (code) REFERENCES parent (code) ON DELETE SET NULL)`,
    'CREATE TABLE self (id INT PRIMARY KEY, up INT, CONSTRAINT fk_up FOREIGN KEY (up) REFERENCES self (id) ON DELETE RESTRICT)',
    'CREATE TABLE dangling (id INT PRIMARY KEY, n INT, CONSTRAINT fk_nothing FOREIGN KEY (n) REFERENCES nothing (id))',
    'CREATE TABLE round_a (id INT PRIMARY KEY, b INT, CONSTRAINT fk_b FOREIGN KEY (b) REFERENCES round_b (id))',
    'CREATE TABLE round_b (id INT PRIMARY KEY, a INT, CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES round_a (id))',
    ...crooked,
  ];
}

function indexes(kind: TestSource['kind']): string[] {
  const own =
    kind === 'mysql'
      ? ', KEY functional ((a + 1)), KEY hidden (a, b(4)) INVISIBLE, UNIQUE lower_b ((lower(b)))'
      : ', KEY hidden (a, b(4)) IGNORED';
  return [
    `CREATE TABLE indexed (id INT PRIMARY KEY, a INT, b VARCHAR(100), c TEXT, d BLOB, e INT NOT NULL, UNIQUE prefix_b (b(5)), KEY prefix_c (c(20)),
      KEY prefix_d (d(8)), KEY down (a DESC, e), KEY twin_a (a), KEY twin_b (a), UNIQUE u_e (e), KEY like_unique (e),
      FULLTEXT words (b, c)${own})`,
    "CREATE TABLE a_b (id INT PRIMARY KEY, c INT, KEY c (c) COMMENT 'an index''s comment')",
    'CREATE TABLE a (id INT PRIMARY KEY, b_c INT, KEY b_c (b_c))',
    'CREATE TABLE no_key (a INT, b INT, KEY a (a))',
    'CREATE TABLE unique_key (a INT NOT NULL, b INT NOT NULL, c INT, UNIQUE two (a, b), UNIQUE three (c))',
    'CREATE TABLE place (id INT PRIMARY KEY, g POINT NOT NULL, SPATIAL KEY sp (g))',
  ];
}

function columns(kind: TestSource['kind']): string[] {
  const own = kind === 'mysql' ? ', CONSTRAINT loose CHECK (a < 10) NOT ENFORCED' : '';
  return [
    `CREATE TABLE defaults (id BIGINT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(40) DEFAULT 'it''s \\\\ \\n é 😀', b BIT(12) DEFAULT b'101', c BINARY(4)
      DEFAULT 'ab', d VARBINARY(9) DEFAULT x'00ff', e DECIMAL(7,2) DEFAULT -1.5, f DOUBLE DEFAULT 1.5e10, g DATE DEFAULT '2024-02-29',
      h TIMESTAMP NULL DEFAULT '2020-01-01 00:00:00', i TIME DEFAULT '-10:00:00', j YEAR DEFAULT '0000', k ENUM('x','it''s') DEFAULT 'it''s',
      l SET('p','q') DEFAULT 'p,q', m TINYINT(1) DEFAULT 1, n DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
      o TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, p VARCHAR(40) DEFAULT (uuid()), q DATE DEFAULT '0000-00-00',
      r VARCHAR(9) DEFAULT '', s BIT(1) DEFAULT b'1', t BIGINT UNSIGNED DEFAULT 18446744073709551615)`,
    `CREATE TABLE checked (id INT PRIMARY KEY, a INT CHECK (a > 0), b VARCHAR(20), g INT AS (a * 2) VIRTUAL, h VARCHAR(50) AS (concat(b, '''s')) STORED,
      CONSTRAINT pair CHECK (a < 100 AND b <> 'it''s')${own})`,
    'CREATE TABLE by_range (id INT, y INT, PRIMARY KEY (id, y)) PARTITION BY RANGE (y + 1) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)',
    'CREATE TABLE by_hash (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 4',
    "CREATE TABLE given (id INT PRIMARY KEY, at DATE NOT NULL DEFAULT '0000-00-00')",
  ];
}

function odd(): string[] {
  const wide = Array.from({ length: 1010 }, (_, i) => `c${i} INT${i % 100 === 0 ? ` COMMENT 'column ${i}'` : ''}`);
  return [
    `CREATE TABLE wide (${wide.join(', ')}, PRIMARY KEY (c0))`,
    `CREATE TABLE \`${LONG}a\` (id INT PRIMARY KEY, \`${LONG}a\` INT, \`${LONG}b\` INT, KEY \`${LONG}a\` (\`${LONG}a\`), KEY \`${LONG}b\` (\`${LONG}b\`))`,
    `CREATE TABLE \`${LONG}b\` (id INT PRIMARY KEY, xmin INT, ctid INT, tableoid INT)`,
    'CREATE TABLE merged_1 (id INT) ENGINE = MyISAM',
    'CREATE TABLE crashed (id INT, other INT) ENGINE = MERGE UNION = (merged_1)',
  ];
}

function programs(kind: TestSource['kind']): string[] {
  const definer = "DEFINER = 'nobody'@'nowhere'";
  return [
    'CREATE TABLE gone (id INT PRIMARY KEY)',
    'CREATE VIEW broken AS SELECT id FROM gone',
    'DROP TABLE gone',
    "CREATE VIEW plain AS SELECT id, code AS `zip code` FROM parent WHERE alt > 3 AND code <> 'it''s'",
    'CREATE VIEW above AS SELECT `zip code` FROM plain',
    'CREATE VIEW ends AS SELECT MIN(code) AS first, MAX(code) AS last, COUNT(*) AS n FROM parent',
    `CREATE ${definer} VIEW lost AS SELECT id FROM parent`,
    'CREATE TRIGGER tr BEFORE INSERT ON parent FOR EACH ROW SET NEW.alt = 1',
    `CREATE ${definer} PROCEDURE pr() SELECT 1`,
    'CREATE FUNCTION fu() RETURNS INT DETERMINISTIC RETURN 1',
    'CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    ...(kind === 'mysql' ? [] : ['CREATE TABLE doc (id INT PRIMARY KEY, j JSON DEFAULT \'{"a": 1}\')']),
  ];
}

function mariadbOnly(): string[] {
  return [
    'CREATE SEQUENCE counter START WITH 5 INCREMENT BY 3 CACHE 10',
    'SELECT nextval(counter)',
    'CREATE TABLE counted (id BIGINT DEFAULT nextval(counter) PRIMARY KEY)',
    'CREATE TABLE versioned (id INT PRIMARY KEY, a INT) WITH SYSTEM VERSIONING',
  ];
}

function numbered(i: number): string {
  return `CREATE TABLE many_${i} (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(${10 + (i % 300)}) NOT NULL DEFAULT 'n${i}', parent_id INT UNSIGNED,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, KEY name (name), UNIQUE both_of (parent_id, name),
    CONSTRAINT fk_many_${i} FOREIGN KEY (parent_id) REFERENCES parent (id)) COMMENT 'number ${i}'`;
}
