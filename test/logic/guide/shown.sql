-- What is shown of a value: the sign of a TIME, the order of an ENUM, the digits of a DECIMAL, truth in JSON, names of columns.
-- try ('08:30:00', '12:00:10') | ('12:00:10', '08:30:00') | ('-00:00:01', '100:00:00') | (NULL, '01:00:00')
CREATE FUNCTION sh_time(a time, b time) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', a, b, TIMEDIFF(a, b), TIME_TO_SEC(TIMEDIFF(a, b)), HOUR(TIMEDIFF(a, b)), HOUR(a), MINUTE(a), SECOND(b), TIME_FORMAT(TIMEDIFF(a, b), '%H:%i'), TIME_FORMAT(a, '%k.%i.%s'), TIME(b), a < b)//
-- try (-90) | (4000000) | (90) | (-3600) | (90061) | (0) | (NULL)
CREATE FUNCTION sh_seconds(n int) RETURNS varchar(120) DETERMINISTIC
RETURN CONCAT_WS('|', SEC_TO_TIME(n), TIME_FORMAT(SEC_TO_TIME(n), '%H:%i'), HOUR(SEC_TO_TIME(n)), CONCAT('[', SEC_TO_TIME(-90), ']'), ADDTIME('01:00:00', SEC_TO_TIME(n)))//
-- try ('2024-02-01 07:59:30', '2024-01-31 08:00:00') | ('2024-01-31 08:00:00', '2024-02-03 07:59:30') | ('2024-01-01 10:00:00', '2024-01-01 10:00:00') | ('2024-01-01 10:00:00', '2024-06-01 10:00:00')
CREATE FUNCTION sh_worked(a datetime, b datetime) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE t time DEFAULT TIMEDIFF(b, a);
  RETURN CONCAT(t, ' ', HOUR(t), ' ', TIME_TO_SEC(t), ' ', t < '00:00:00');
END//
-- try ('-03:30:10') | ('26:00:30') | ('08:15:00') | (NULL)
CREATE PROCEDURE sh_time_out(INOUT t time, OUT half time, OUT told varchar(20))
BEGIN
  SET half = SEC_TO_TIME(TIME_TO_SEC(t) DIV 2);
  SET told = t;
  SELECT t, half AS h, TIMEDIFF('00:00:00', t) AS back;
END//
-- try ()
CREATE PROCEDURE sh_enum_order()
BEGIN
  SELECT DISTINCT kind FROM item ORDER BY kind;
  SELECT DISTINCT kind AS k, is_active AS a FROM item ORDER BY k DESC, a;
  SELECT DISTINCT kind FROM item ORDER BY 1 DESC;
  SELECT GROUP_CONCAT(code ORDER BY CONCAT(kind), id) AS by_text, GROUP_CONCAT(code ORDER BY IF(qty > 2, kind, ''), id) AS by_if, GROUP_CONCAT(code ORDER BY CASE WHEN qty < 5 THEN kind END, id) AS by_case, GROUP_CONCAT(code ORDER BY CAST(kind AS CHAR), id) AS by_cast, GROUP_CONCAT(code ORDER BY kind, id) AS by_place FROM item;
END//
-- try (1) | (2) | (3) | (4) | (NULL)
CREATE FUNCTION sh_fee(n int) RETURNS decimal(8,2) DETERMINISTIC
BEGIN
  IF n = 1 THEN RETURN 5; END IF;
  IF n = 2 THEN RETURN -7; END IF;
  IF n = 3 THEN RETURN n > 1; END IF;
  RETURN n;
END//
-- try (1) | (2) | (3) | (9)
CREATE FUNCTION sh_fee_text(n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT('EUR ', sh_fee(n), ' ', sh_fee(n) * 2)//
-- try (1) | (0)
CREATE PROCEDURE sh_digits_out(IN n int, OUT a decimal(10,2), OUT b decimal(6,3), OUT told varchar(90))
BEGIN
  DECLARE c decimal(6,3) DEFAULT 2;
  SET a = 5, b = n;
  SET told = CONCAT_WS('|', a, b, c, IFNULL(a, n), LEAST(a, 9), GREATEST(c, 9), COALESCE(NULL, n, a));
END//
-- try (1) | (99)
CREATE PROCEDURE sh_digits(IN n int, OUT told varchar(250))
BEGIN
  SELECT CONCAT_WS('|', IFNULL(SUM(price), 0), SUM(IF(qty > 100, price, 0)), COALESCE(MAX(price), 0), COALESCE(MAX(price), 0) + 1, IFNULL(MAX(price), 1) * 2, LEAST(IFNULL(SUM(price), 0), 5), ROUND(IFNULL(SUM(price), 0)), IFNULL(ROUND(SUM(price), 1), 0), -IFNULL(SUM(price), 0), IFNULL(AVG(price), 0), SUM(CASE WHEN qty > 100 THEN price ELSE 0 END)) INTO told FROM sale WHERE item_id = n;
END//
-- try (1) | (99)
CREATE PROCEDURE sh_digits_rows(IN n int)
SELECT IFNULL(SUM(price), 0) AS a, IF(COUNT(*) > 1, SUM(price), 0) AS b, CASE WHEN COUNT(*) > 1 THEN SUM(price) ELSE 0 END AS c, LEAST(IFNULL(SUM(price), 0), 5) AS d, COALESCE(MAX(price), 0) AS e, SUM(IF(qty > 1, price, 0)) AS f FROM sale WHERE item_id = n//
-- try (1)
CREATE PROCEDURE sh_digits_stored(IN n int, OUT a varchar(20), OUT b varchar(20), OUT c varchar(20))
BEGIN
  DECLARE p decimal(8,2) DEFAULT (SELECT MAX(price) FROM sale WHERE item_id = n);
  SET a = IFNULL(p, 0), b = IF(p > 1, p, 0);
  SELECT COALESCE(SUM(price), 0) INTO c FROM sale WHERE item_id = n;
END//
-- try (1) | (2)
CREATE FUNCTION sh_if_text(n int) RETURNS varchar(90) DETERMINISTIC
RETURN CONCAT_WS('|', IF(n = 1, 0, 1.50), CASE n WHEN 1 THEN 2.5 ELSE 0 END, IF(n = 1, 0, 1.50) + 1, IFNULL(NULL, IF(n = 1, 3, 1.50)))//
-- try (1) | (0) | (NULL)
CREATE PROCEDURE sh_json(IN n int)
BEGIN
  SELECT JSON_OBJECT('eq', n = 1, 'not', NOT n, 'and', n = 1 AND n < 5, 'more', n > 0, 'in', n IN (1, 2), 'like', n LIKE '1%', 'exists', EXISTS (SELECT 1 FROM item), 'null', n IS NULL, 'between', n BETWEEN 1 AND 2, 'flag', is_active, 'if', IF(n = 1, 1, 0), 'true', TRUE) AS o, JSON_ARRAY(1 = 1, n <> 1, n XOR 1, qty) AS a, JSON_SET('{}', '$.a', n >= 1) AS s FROM item WHERE id = 1;
  SELECT JSON_ARRAYAGG(f = 1) AS agg FROM (SELECT f FROM flagged WHERE id = 1) AS one;
END//
-- try ('{"rich": "yes", "n": 5}', '2024-07-31') | ('{"rich": null}', NULL)
CREATE PROCEDURE sh_names(IN doc json, IN due date)
BEGIN
  DECLARE n int DEFAULT 3;
  SELECT n, due, qty, n + 1, JSON_UNQUOTE(JSON_EXTRACT(doc, '$.rich')) AS rich FROM item WHERE id = 1;
END//
