-- Differences that were known and not told: remainders of doubles, the sign of 0, numbers of rows across calls, numbers just below 0.
-- try (5.3, 0.1) | (10, 3) | (-10, 3) | (10, -3) | (-4, 2) | (1e300, 3) | (1.5, 0) | (7, NULL) | (0.3, 0.1) | (1e-310, 3e-320) | (0, 5)
CREATE FUNCTION kn_fmod(x double, y double) RETURNS varchar(250) DETERMINISTIC
RETURN CONCAT_WS('|', x % y, MOD(x, 3), MOD(5.3, y), MOD('5.3', x), x % 1, FLOOR(MOD(x, 7)))//
-- try (5.3) | (-0.2) | (NULL)
CREATE PROCEDURE kn_fmod_rows(IN x double)
BEGIN
  SELECT id, MOD(x, id) AS m, id % x AS n, MOD(salary, 0.7) AS d FROM staff ORDER BY id;
  INSERT INTO journal (what, number) SELECT name, MOD(x * 1000, id) FROM staff WHERE id > 1;
END//
-- try (-0.001) | (-0.4) | (-0.5) | (-0.6) | (0) | (-0.0) | (-1234.5) | (1234.5) | (NULL)
CREATE FUNCTION kn_minus_zero(x double) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', FORMAT(x, 2), FORMAT(x, 0), FORMAT(x, 1), FORMAT(x * 0.1, 0), ROUND(x, 2), TRUNCATE(x, 1), CEIL(x), FORMAT(CAST(x AS DECIMAL(10,4)), 1))//
-- try (0, 1) | (69, 60) | (70, 1) | (99, 366) | (100, 1) | (2024, 366) | (2024, 0) | (9999, 365) | (9999, 366) | (-1, 1) | (10000, 1) | (2024, NULL) | (NULL, 3) | (2023, 800)
CREATE FUNCTION kn_makedate(y int, d int) RETURNS varchar(90) DETERMINISTIC
RETURN CONCAT_WS('|', MAKEDATE(y, d), MAKEDATE(69, d), MAKEDATE(70, d), MAKEDATE(2024, d), MAKEDATE(y, 31), MAKEDATE(24, 60))//
-- try (1) | (2) | (3) | (4) | (5)
CREATE PROCEDURE kn_append(IN i int, OUT a json, OUT b json, OUT c json, OUT d json)
BEGIN
  SELECT JSON_ARRAY_APPEND(doc, '$.tags', 'new'), JSON_ARRAY_APPEND(doc, '$.size', i, '$.tags', 1.5) INTO a, b FROM item WHERE id = i;
  SET c = JSON_ARRAY_APPEND('[1, [2]]', '$[1]', i, '$', NULL);
  UPDATE item SET doc = JSON_ARRAY_APPEND(doc, '$', 'x') WHERE id = i;
  SELECT doc INTO d FROM item WHERE id = i;
END//
-- try ('ff', 16, 36) | ('35', 10, 36) | ('zz', 36, 10) | ('-1', 10, 16) | ('-1', 10, -16) | ('12x', 10, 16) | ('x', 10, 16) | (' 12', 10, 2) | ('99999999999999999999', 10, 16) | ('8000000000000000', -16, 10) | ('-8000000000000000', -16, -10) | (NULL, 10, 2) | ('10', NULL, 2) | ('1.9', 10, 16) | ('18446744073709551615', 10, 36) | ('abc', 36, -16) | ('-0', 10, -2) | ('', 10, 16) | ('10', 1, 10) | ('10', 10, 37)
CREATE FUNCTION kn_conv(s varchar(40), f int, t int) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', CONV(s, f, t), CONV(s, 36, 10), CONV(f, 10, 36), CONV(f, 10, 2), CONV(s, 16, 10), CONV(12.7, 10, t))//
-- try (10) | (-10) | (15) | (1)
CREATE PROCEDURE kn_ignore(IN x int, OUT n int)
BEGIN
  UPDATE IGNORE pair SET b = b + x, c = 1;
  SET n = ROW_COUNT();
  UPDATE IGNORE pair SET b = b + x, c = IFNULL(c, 0) + 1 WHERE a > 1 ORDER BY a DESC;
  UPDATE IGNORE pair SET a = a + x WHERE b > 10;
END//
-- try ()
CREATE PROCEDURE kn_insert_row() INSERT INTO ledger (account, amount) VALUES (1, 5)//
-- try ()
CREATE PROCEDURE kn_insert_rows() INSERT INTO journal (what, number) VALUES ('a', 1), ('b', 2), ('c', 3)//
-- try ()
CREATE PROCEDURE kn_look_up() SELECT id - (SELECT MAX(id) FROM ledger) AS behind FROM ledger WHERE id = LAST_INSERT_ID()//
-- try (1) | (0)
CREATE PROCEDURE kn_numbered(IN again int)
BEGIN
  DECLARE first bigint DEFAULT LAST_INSERT_ID();
  SELECT first AS f;
  CALL kn_insert_row();
  SELECT LAST_INSERT_ID() - (SELECT MAX(id) FROM ledger) AS a;
  CALL kn_insert_rows();
  SELECT LAST_INSERT_ID() - (SELECT MAX(id) FROM journal) AS b;
  IF again THEN
    INSERT INTO ledger (account, amount) VALUES (2, 6);
    CALL kn_look_up();
    SELECT LAST_INSERT_ID() - (SELECT MAX(id) FROM ledger) AS c;
  END IF;
END//
-- try ('a') | ('A') | (NULL)
CREATE PROCEDURE kn_same_for_all(IN v varchar(20))
BEGIN
  SET @v = v;
  SELECT GROUP_CONCAT(DISTINCT @v) AS a, GROUP_CONCAT(DISTINCT v, '-', 1 ORDER BY n) AS b, GROUP_CONCAT(DISTINCT UPPER(@v)) AS c FROM word;
  SELECT n, GROUP_CONCAT(DISTINCT @v) AS a FROM word GROUP BY n ORDER BY n;
  SELECT GROUP_CONCAT(DISTINCT v) AS a FROM word WHERE id > 100;
END//
-- try (-0.04) | (-0.05) | (0.04) | (-1) | (0) | (1.25) | (NULL)
CREATE PROCEDURE kn_below(IN x decimal(10,4), OUT told varchar(90))
BEGIN
  DECLARE du decimal(6,1) unsigned;
  DECLARE iu int unsigned;
  DECLARE CONTINUE HANDLER FOR 1264 SET told = CONCAT(IFNULL(told, ''), '!');
  SET told = '';
  SET du = x;
  SET told = CONCAT(told, IFNULL(du, '-'));
  SET iu = x;
  SET told = CONCAT(told, '|', IFNULL(iu, '-'));
  SET iu = x / 3;
  SET told = CONCAT(told, '|', IFNULL(iu, '-'));
  UPDATE gauge SET held = x WHERE id = 1;
  UPDATE gauge SET held = x * 0.5 WHERE id = 2;
  INSERT INTO gauge (id, held, level) VALUES (9, x, 1);
END//
-- try (-0.04) | (-0.4) | (-0.6) | (0.6)
CREATE PROCEDURE kn_below_double(IN x double, OUT told varchar(90))
BEGIN
  DECLARE du decimal(6,1) unsigned;
  DECLARE iu int unsigned;
  DECLARE CONTINUE HANDLER FOR 1264 SET told = CONCAT(IFNULL(told, ''), '!');
  SET told = '';
  SET du = x;
  SET told = CONCAT(told, IFNULL(du, '-'));
  SET iu = x;
  SET told = CONCAT(told, '|', IFNULL(iu, '-'));
  UPDATE gauge SET held = x WHERE id = 1;
END//
-- try (-0.04, 1) | (0.04, -0.001) | (0.4, 2.345)
CREATE FUNCTION kn_below_parameter(x decimal(6,1) unsigned, n decimal(5,2) unsigned) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(x, '|', n)//
-- try (-0.04) | (-0.4) | (0.4)
CREATE FUNCTION kn_below_result(x decimal(6,4)) RETURNS int unsigned DETERMINISTIC RETURN x//
-- try ('red') | ('blue') | ('')
CREATE PROCEDURE kn_member(IN s varchar(20), OUT told varchar(60))
BEGIN
  DECLARE CONTINUE HANDLER FOR 1265 SET told = CONCAT(told, 'truncated ');
  DECLARE CONTINUE HANDLER FOR 1264 SET told = CONCAT(told, 'outside ');
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(told, 'caught ');
  SET told = '';
  UPDATE gauge SET shade = s WHERE id = 1;
  UPDATE gauge SET level = 70000 WHERE id = 2;
  UPDATE gauge SET level = 7 WHERE id = 3;
  UPDATE gauge SET held = -5 WHERE id = 4;
END//
