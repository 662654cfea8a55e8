-- What once answered otherwise without a word: doubles, blanks at the end of texts, numbers of rows.
-- try (1.005) | (2.345) | (-2.345) | (0.5) | (2.5) | (-2.5) | (50) | (150) | (1.115) | (123456.785) | (99.995) | (2.3) | (-0.001) | (NULL)
CREATE FUNCTION si_round(x double) RETURNS varchar(250) DETERMINISTIC
RETURN CONCAT_WS('|', ROUND(x, 2), ROUND(x, 1), ROUND(x), ROUND(x, -2), ROUND(x, -1), TRUNCATE(x, 2), TRUNCATE(x * 100, 0), TRUNCATE(x, -1), ROUND(x * 1.15, 2), ROUND(x / 3, 3))//
-- try (1.005) | (2.345) | (-2.345) | (0.5) | (2.5) | (50) | (1.115) | (1234567.885) | (99.995) | (NULL)
CREATE FUNCTION si_format(x double) RETURNS varchar(250) DETERMINISTIC RETURN CONCAT_WS('|', FORMAT(x, 2), FORMAT(x, 0), FORMAT(x * 1.15, 1))//
-- try (1.005, 2) | (2.5, 0) | (50, -2) | (-1234.565, 2) | (1.15, 1) | (7, NULL) | (1e12, 3) | (0.000125, 6)
CREATE FUNCTION si_digits(x double, d int) RETURNS double DETERMINISTIC RETURN ROUND(x, d)//
-- try (1.005, 2) | (2.999, 2) | (50, -2) | (-1234.565, 2) | (1.15, 1) | (7, NULL)
CREATE FUNCTION si_cut(x double, d int) RETURNS double DETERMINISTIC RETURN TRUNCATE(x, d)//
-- try (1.005) | (2.3) | (0.145) | (33.3) | (-4.35) | (1e7) | (50) | (NULL)
CREATE FUNCTION si_decimal(x double) RETURNS decimal(12,2) DETERMINISTIC RETURN x * 1.15//
-- try (1.005) | (2.675) | (0.145) | (-4.35) | (123456789.125) | (50) | (NULL)
CREATE PROCEDURE si_stored(IN x double, OUT a decimal(12,2), OUT b decimal(12,2), OUT c decimal(12,1), OUT told varchar(90))
BEGIN
  DECLARE d decimal(12,2) DEFAULT x;
  SET a = x, b = x * 1.15;
  SELECT x / 3, CONCAT_WS('|', d, CAST(x AS DECIMAL(14,2)), x DIV 0.1, CAST(x AS SIGNED)) INTO c, told;
  INSERT INTO ledger (account, amount) VALUES (1, x), (1, x * 1.15);
  INSERT INTO journal (what, number) SELECT name, x / 7 FROM staff;
  UPDATE account SET balance = x WHERE id = 1;
END//
-- try (1.005, 1.005) | (2.345, 2.345) | (-1.005, -1.005) | (0.125, 0.125) | (99.995, 99.995) | (7, 7) | (NULL, NULL)
CREATE FUNCTION si_shown(x double, y float(7,2)) RETURNS varchar(90) DETERMINISTIC
BEGIN
  DECLARE f float(7,2) DEFAULT x;
  DECLARE g double(9,2);
  SET g = x;
  RETURN CONCAT_WS('|', f, g, y);
END//
-- try ('a', 'a ') | ('A ', 'a') | ('', ' ') | ('b', 'a ') | (NULL, 'a') | ('a', 'a') | (' a', 'a') | ('5', '5 ')
CREATE FUNCTION si_blank(a varchar(20), b varchar(20)) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', a = b, a <> b, a <=> b, a IN ('x', b), a NOT IN ('x', 'a'), IFNULL(NULLIF(a, b), '-'), CASE a WHEN b THEN 1 ELSE 0 END, a = '', a = 'a', a = '5', a LIKE b, FIELD(a, 'q', b), (a, 1) = (b, 1))//
-- try ('apple') | ('apple ') | ('BANANA  ') | ('') | (NULL) | ('Cherry')
CREATE PROCEDURE si_blank_rows(IN t varchar(30), OUT told varchar(200))
BEGIN
  DECLARE short char(10) DEFAULT t;
  SELECT CONCAT_WS('|', COUNT(*), SUM(w = t), SUM(spelled = t), SUM(w = short), COUNT(DISTINCT CONCAT(w, REPEAT(' ', id % 2))), SUM(t IN (SELECT CONCAT(w, ' ') FROM word)), SUM(w <> t)) INTO told FROM word;
  SELECT COUNT(*) AS c FROM (SELECT CONCAT(w, REPEAT(' ', id % 2)) AS n FROM word) AS q GROUP BY n ORDER BY c;
  SELECT COUNT(*) AS c FROM word AS a JOIN word AS b ON a.w = CONCAT(b.w, ' ');
  SELECT COUNT(*) AS c FROM (SELECT CONCAT(w, REPEAT(' ', id % 2)) FROM word UNION SELECT w FROM word) AS u;
  SELECT COUNT(*) AS c FROM (SELECT DISTINCT CONCAT(w, REPEAT(' ', id % 2)) AS n FROM word) AS u;
  UPDATE tally SET n = n + 1 WHERE name = CONCAT(t, ' ') OR name = 'ORDERS ';
END//
-- try ('orders') | ('none') | (NULL)
CREATE PROCEDURE si_next(IN who varchar(30), OUT number bigint)
BEGIN
  UPDATE tally SET n = LAST_INSERT_ID(n + 1) WHERE name = who;
  SELECT LAST_INSERT_ID() INTO number;
END//
-- try ('A-1', 5) | ('Z-9', 7.5)
CREATE PROCEDURE si_keep(IN c varchar(20), IN p decimal(10,2), OUT isnew int)
BEGIN
  DECLARE number int;
  INSERT INTO item (code, price) VALUES (c, p) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), price = p;
  SET number = LAST_INSERT_ID();
  SELECT number > 5 INTO isnew;
  INSERT INTO sale (item_id, day, qty, price) VALUES (number, '2024-05-05', 1, p);
  UPDATE sale SET qty = qty + 1 WHERE item_id = number;
END//
-- try (2) | (0)
CREATE PROCEDURE si_page(IN n int, OUT total int, OUT again int, OUT more int)
BEGIN
  SELECT SQL_CALC_FOUND_ROWS id, name FROM staff WHERE salary > 100 OR salary IS NULL ORDER BY id LIMIT n;
  SELECT FOUND_ROWS() INTO total;
  SELECT FOUND_ROWS() INTO again;
  SELECT id INTO more FROM staff WHERE id < n ORDER BY id LIMIT 1;
  SELECT FOUND_ROWS() INTO more;
END//
-- try ()
CREATE PROCEDURE si_using()
BEGIN
  SELECT COUNT(*) AS c FROM word JOIN (SELECT DISTINCT LOWER(w) AS w, 1 AS one FROM word) AS q USING (w);
  SELECT id, w, one FROM word LEFT JOIN (SELECT DISTINCT UPPER(w) AS w, 1 AS one FROM word WHERE n < 5) AS q USING (w) ORDER BY id;
END//
-- try ()
CREATE FUNCTION si_average() RETURNS varchar(90) READS SQL DATA
BEGIN
  SELECT AVG(qty), AVG(price) INTO @a, @b FROM item WHERE qty > 0;
  RETURN CONCAT_WS('|', @a, @b, ROUND(@a * 3, 6));
END//
-- try ()
CREATE PROCEDURE si_set_order()
BEGIN
  SELECT id, flags FROM gauge ORDER BY flags, id;
  SELECT id, flags AS f FROM gauge ORDER BY f DESC, id;
  SELECT GROUP_CONCAT(id ORDER BY flags DESC, id) AS ids FROM gauge;
END//
-- try ()
CREATE PROCEDURE si_unite()
BEGIN
  SELECT 1.5 AS n UNION SELECT 2 UNION ALL SELECT 10.25 ORDER BY n;
  SELECT price AS p, 'x' AS t FROM item UNION SELECT qty, 'y' FROM item ORDER BY p, t;
END//
-- try (12) | (15) | (NULL)
CREATE FUNCTION si_mod_unsigned(n int unsigned) RETURNS int DETERMINISTIC RETURN n % 7 - 5//
-- try (3) | (1) | (2)
CREATE PROCEDURE si_next_shade(IN i int) UPDATE gauge SET shade = shade + 1 WHERE id = i//
-- try (3, 1) | (9, 1) | (4, -1) | (4, 70000)
CREATE FUNCTION si_told(a int unsigned, b int) RETURNS varchar(20) DETERMINISTIC
BEGIN
  DECLARE small smallint unsigned;
  DECLARE EXIT HANDLER FOR 1690 RETURN 'below';
  DECLARE EXIT HANDLER FOR 1264 RETURN 'outside';
  SET small = b;
  RETURN a - 5 + small;
END//
-- try (3, 1) | (9, 1) | (4, -1) | (9, -1)
CREATE FUNCTION si_outside(a int unsigned, b int) RETURNS varchar(20) DETERMINISTIC
BEGIN
  DECLARE small smallint unsigned;
  DECLARE EXIT HANDLER FOR 1264 RETURN 'outside';
  SET small = b;
  RETURN a - 5 + small;
END//
-- try (3, 1) | (9, -1) | (9, 2)
CREATE FUNCTION si_below(a int unsigned, b int) RETURNS varchar(20) DETERMINISTIC
BEGIN
  DECLARE small smallint unsigned;
  DECLARE EXIT HANDLER FOR 1690 RETURN 'below';
  SET small = b;
  RETURN a - 5 + small;
END//
-- try ('red') | ('blue') | (NULL) | ('9')
CREATE FUNCTION si_no_exception(s varchar(20)) RETURNS varchar(20) DETERMINISTIC
BEGIN
  DECLARE e enum('red','green');
  DECLARE EXIT HANDLER FOR SQLEXCEPTION RETURN 'caught';
  SET e = s;
  RETURN e;
END//
-- try ('x,y') | ('q') | (NULL)
CREATE PROCEDURE si_truncated(IN s varchar(20), OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR 1265 SET told = 'truncated';
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'caught';
  SET told = 'through';
  UPDATE gauge SET flags = s WHERE id = 1;
END//
