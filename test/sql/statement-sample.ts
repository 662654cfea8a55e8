import { EVENTS, FUNCTIONS, PROCEDURES } from '../../src/shop/schema/program.ts';
import { TRIGGERS } from '../../src/shop/schema/trigger.ts';
import { VIEWS } from '../../src/shop/schema/view.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { lex } from '../../src/sql/lexer.ts';
import type { Token } from '../../src/sql/token.ts';

/** Statements over the whole grammar that both servers read alike. */
const BOTH = [
  "SELECT DISTINCT a, b AS x, c 'y', t.*, s.t.* FROM t AS q WHERE a = 1 AND NOT b OR c XOR d GROUP BY a, b HAVING COUNT(*) > 1 ORDER BY a ASC, 2 DESC LIMIT 3, 4",
  'SELECT SQL_CALC_FOUND_ROWS HIGH_PRIORITY STRAIGHT_JOIN a FROM a, b INNER JOIN c ON a.x = c.x CROSS JOIN d LEFT OUTER JOIN e USING (x, y) NATURAL JOIN f',
  'SELECT a FROM a JOIN b JOIN c ON x ON y, (d, e), (f JOIN g ON z) STRAIGHT_JOIN h ON 1 NATURAL LEFT JOIN i RIGHT JOIN j ON k',
  'SELECT * FROM (SELECT 1 AS a UNION ALL SELECT 2 UNION DISTINCT SELECT 3) AS t, t PARTITION (p0, p1) AS u USE INDEX (i, j) FORCE INDEX FOR ORDER BY (k) IGNORE KEY (l)',
  '(SELECT 1 LIMIT 1) UNION (SELECT 2 ORDER BY 1) ORDER BY 1 LIMIT 2 OFFSET 1',
  'SELECT ((SELECT 1) UNION (SELECT 2)), (SELECT 1) + 1, ((1)), (1, 2) = (SELECT 1, 2), ROW(1, 2) IN ((1, 2), (3, 4))',
  'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5), d AS (SELECT 2) SELECT * FROM c, d',
  'SELECT a IS NULL, b IS NOT TRUE, c IS UNKNOWN, d IS NOT FALSE, e <=> f, g != h, i <> j, k >= l, m = ANY (SELECT 1), n < ALL (SELECT 2), o = SOME (SELECT 3)',
  "SELECT a LIKE 'b' ESCAPE '!', c NOT LIKE 'd%', e REGEXP 'f', g NOT RLIKE 'h', i SOUNDS LIKE 'j', k BETWEEN 1 AND 2, l NOT BETWEEN 3 AND 4 + 5, m IN (1, 2), n NOT IN (SELECT 1)",
  'SELECT -a, +b, ~c, !d, NOT e, BINARY f, a + b - c * d / e DIV f MOD g % h, a | b & c << d >> e ^ f, a || b && c',
  "SELECT 'it''s' \"double\", N'x', _utf8mb4'y', _latin1 x'4142', 0x41, b'101', 0b11, 1.5, .5, 1e5, 1.5E-3, TRUE, FALSE, NULL, DATE '2020-01-01', TIME '10:00:00', TIMESTAMP '2020-01-01 00:00:00', {d '2020-01-01'}",
  'SELECT @a, @`b c`, @@sql_mode, @@session.sql_mode, @@global.max_connections, @c := 1 + 2, ?, a COLLATE utf8mb4_bin',
  "SELECT a + INTERVAL 1 DAY, b - INTERVAL '1:30' HOUR_MINUTE, INTERVAL 1 MONTH + c, INTERVAL(5, 1, 2, 3), DATE_ADD(d, INTERVAL e + 1 QUARTER), ADDDATE(f, 5), SUBDATE(g, INTERVAL 1 WEEK), TIMESTAMPDIFF(MONTH, h, i), TIMESTAMPADD(SQL_TSI_DAY, 1, j), EXTRACT(YEAR_MONTH FROM k)",
  "SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN b THEN c END, IF(a, b, c), IFNULL(a, b), COALESCE(a), LEFT(a, 1), RIGHT(b, 2), REPLACE(a, b, c), INSERT(a, 1, 2, b), REPEAT(a, 3), MOD(1, 2), CHAR(65, 66 USING utf8mb4), DATABASE(), SCHEMA()",
  "SELECT TRIM(a), TRIM('x' FROM b), TRIM(LEADING FROM c), TRIM(BOTH 'y' FROM d), SUBSTRING(a, 1), SUBSTR(b FROM 2), MID(c, 1, 2), SUBSTRING(d FROM 2 FOR 3), POSITION('x' IN e), CAST(a AS CHAR(10)), CAST(b AS SIGNED INTEGER), CAST(c AS DECIMAL(10, 2)), CONVERT(d, DATETIME(6)), CONVERT(e USING utf8mb4), CAST(f AS BINARY), CAST(g AS CHAR CHARACTER SET latin1)",
  "SELECT COUNT(*), COUNT(DISTINCT a, b), SUM(DISTINCT c), AVG(ALL d), GROUP_CONCAT(DISTINCT e, f ORDER BY g DESC SEPARATOR '; '), BIT_AND(h), STD(i), JSON_ARRAYAGG(j), JSON_OBJECTAGG(k, l)",
  'SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC), SUM(c) OVER w, LAG(d, 1) OVER (ORDER BY e), NTILE(4) OVER (w), FIRST_VALUE(f) OVER (ORDER BY g ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), COUNT(*) OVER (ROWS 2 PRECEDING) FROM t WINDOW w AS (PARTITION BY h)',
  'SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT * FROM t WHERE a), a.b.c, `d e`.`f``g`, NOW(), CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(6), CURDATE(), UTC_DATE, CURRENT_USER, LOCALTIME, f(1, g()), s.h(2)',
  "SELECT MATCH (a, b) AGAINST ('x'), MATCH (a) AGAINST ('y' IN BOOLEAN MODE), MATCH (c) AGAINST ('z' WITH QUERY EXPANSION), MATCH (d) AGAINST ('w' IN NATURAL LANGUAGE MODE)",
  "SELECT j.* FROM t, JSON_TABLE(t.doc, '$[*]' COLUMNS (i FOR ORDINALITY, a INT PATH '$.a' DEFAULT '1' ON EMPTY ERROR ON ERROR, b VARCHAR(20) PATH '$.b' NULL ON EMPTY, c INT EXISTS PATH '$.c', NESTED PATH '$.d[*]' COLUMNS (e CHAR(1) PATH '$'))) AS j",
  'SELECT a FROM t GROUP BY a, b WITH ROLLUP HAVING a ORDER BY a FOR UPDATE',
  'SELECT a FROM t LOCK IN SHARE MODE',
  'SELECT a, b INTO @x, @y FROM t WHERE c LIMIT 1',
  'SELECT a FROM t LIMIT 1 INTO @x',
  'SELECT /*! STRAIGHT_JOIN */ a /*!50001 , b */ -- to the end\n FROM t # too\n WHERE /* inside */ c /*!99999 nonsense ( */',
  'INSERT INTO t (a, b) VALUES (1, DEFAULT), (2, a + 1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = b + 1',
  'INSERT LOW_PRIORITY IGNORE INTO s.t PARTITION (p0) VALUES (), (1)',
  'INSERT t SET a = 1, b = DEFAULT(b)',
  'INSERT INTO t (a) SELECT a FROM u WHERE b ON DUPLICATE KEY UPDATE a = u.a',
  'INSERT INTO t () VALUES ()',
  'INSERT INTO t (SELECT 1)',
  'INSERT HIGH_PRIORITY t VALUE (1)',
  'REPLACE DELAYED INTO t (a) VALUES (1)',
  'REPLACE INTO t SET a = 1',
  'UPDATE LOW_PRIORITY IGNORE t AS x SET x.a = 1, b = DEFAULT WHERE c ORDER BY d DESC LIMIT 5',
  'UPDATE a JOIN b ON a.x = b.x, c LEFT JOIN d USING (y) SET a.z = b.z, c.z = 1 WHERE a.w',
  'DELETE LOW_PRIORITY QUICK IGNORE FROM t WHERE a ORDER BY b LIMIT 1',
  'DELETE FROM t PARTITION (p0, p1) WHERE a',
  'DELETE a, s.b.* FROM a JOIN s.b ON a.x = b.x WHERE a.y',
  'DELETE FROM a, b USING a JOIN b LEFT JOIN c ON 1 WHERE c.x IS NULL',
];

const MYSQL = [
  'TABLE t ORDER BY a LIMIT 1',
  'VALUES ROW(1, 2), ROW(3, 4) ORDER BY 1',
  "SELECT doc->'$.a', t.doc->>'$.b[0]', 1 MEMBER OF ('[1]'), CAST('[1]' AS UNSIGNED ARRAY), CAST(a AT TIME ZONE '+00:00' AS DATETIME)",
  "SELECT JSON_VALUE(a, '$.b' RETURNING DECIMAL(4, 2) DEFAULT 1 ON EMPTY ERROR ON ERROR), LEAD(a) RESPECT NULLS OVER (), NTH_VALUE(b, 2) FROM FIRST OVER ()",
  'SELECT * FROM t, LATERAL (SELECT t.a) AS l (x), (VALUES ROW(1)) AS v',
  'SELECT a FROM t FOR UPDATE OF t SKIP LOCKED FOR SHARE OF u NOWAIT',
  'SELECT 1 INTERSECT SELECT 2 EXCEPT ALL SELECT 3 UNION SELECT 4',
  'INSERT INTO t (a, b) VALUES (1, 2) AS new (x, y) ON DUPLICATE KEY UPDATE a = new.x',
  'WITH c AS (SELECT 1) UPDATE t, c SET t.a = c.a',
  'WITH c AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM c)',
  'DELETE FROM t AS x WHERE x.a',
  'INSERT INTO t WITH c AS (SELECT 1) SELECT * FROM c',
  'SELECT a FROM t GROUP BY ROLLUP (a, b)',
];

const MARIADB = [
  'SELECT a FROM t GROUP BY a DESC, b ASC',
  'VALUES (1, 2), (3, 4) ORDER BY 1',
  'INSERT INTO t (a) VALUES (1) RETURNING a, b AS c',
  'DELETE FROM t WHERE a RETURNING *',
  'SELECT NEXT VALUE FOR s, PREVIOUS VALUE FOR s.t, VALUE(a)',
  "SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01' AS x",
  'SELECT 1 INTERSECT ALL SELECT 2 EXCEPT ALL SELECT 3',
  'SELECT a /*M!100100 , b */ /*!50706 nonsense ( */ FROM t FOR UPDATE WAIT 5',
];

/** Statements that a text of DDL holds: from their first word to `;`. */
export function statementsIn(text: string): readonly string[] {
  const { tokens } = lex(text, dialect('mysql', 90_704));
  const found: string[] = [];
  let start = -1;
  for (const token of tokens) {
    const isEnd = token.value === ';' || token.kind === 'end';
    if (start < 0 && isFirst(tokens, token)) start = token.start;
    if (start >= 0 && isEnd) {
      found.push(text.slice(start, token.start).trim());
      start = -1;
    }
  }
  return found;
}

const BEFORE = new Set(['THEN', 'ELSE', 'BEGIN', 'AS', 'FOR', 'DO', 'ROW', 'DATA', 'FOUND', 'LOOP', '']);

/** A word of DDL (`AFTER INSERT ON`, `FOR UPDATE`) is no first one. */
function isFirst(tokens: readonly Token[], token: Token): boolean {
  if (!['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(token.upper)) return false;
  const before = tokens[tokens.indexOf(token) - 1];
  return before === undefined || (BEFORE.has(before.upper) && (before.upper !== '' || before.value === ';'));
}

/** The statements inside the shop's views and programs. */
const SHOP = [...VIEWS, ...FUNCTIONS, ...PROCEDURES, ...TRIGGERS, ...EVENTS].flatMap((text) => statementsIn(text));

/** Statements of a server's language, all of which it reads. */
export function sampleOf(flavor: 'mysql' | 'mariadb'): readonly string[] {
  return [...BOTH, ...(flavor === 'mysql' ? MYSQL : MARIADB), ...SHOP];
}
