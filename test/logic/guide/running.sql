-- Rows that user variables number and sum, and unions that are ordered by what is computed. Both kinds of source have the language.
-- try ()
CREATE PROCEDURE run_update()
BEGIN
  SET @n := 0;
  UPDATE sale SET qty = (@n := @n + 1) WHERE item_id <> 4 ORDER BY price DESC, id;
END//
-- try (5) | (0) | (NULL)
CREATE PROCEDURE run_update_sum(IN most int)
BEGIN
  SET @s = 0, @n = 10;
  UPDATE staff p SET p.boss = @n := @n + 1, p.salary = (@s := @s + IFNULL(p.salary, 0.5)) WHERE p.id <= most ORDER BY p.name DESC, p.id LIMIT 2;
END//
-- try ()
CREATE PROCEDURE run_update_start() UPDATE sale, (SELECT @n := 100) AS start SET sale.qty = (@n := @n + 1) WHERE sale.price > 0//
-- try ()
CREATE PROCEDURE run_sum()
BEGIN
  SET @s := 0;
  SET @n = 0;
  SELECT id, price, (@s := @s + price) AS running, @n := @n + 1 AS at, @q := @q + qty AS pieces FROM sale, (SELECT @q := 0) AS start ORDER BY day DESC;
END//
-- try ()
CREATE PROCEDURE run_sum_null() BEGIN SET @s = 0; SELECT id, @s := @s + salary AS total FROM staff ORDER BY id; END//
-- try ()
CREATE PROCEDURE run_within()
SELECT id, item_id, @rn := IF(@before = item_id, @rn + 1, 1) AS rn, @before := item_id AS part FROM sale, (SELECT @rn := 0, @before := NULL) AS start ORDER BY item_id, price DESC//
-- try ()
CREATE PROCEDURE run_first()
SELECT x.id, x.boss FROM (SELECT id, boss, @rn := CASE WHEN @before = boss THEN @rn + 1 ELSE 1 END AS rn, @before := boss AS b FROM staff CROSS JOIN (SELECT @rn := 0, @before := '') AS start ORDER BY boss, id) AS x WHERE x.rn = 1 ORDER BY x.id//
-- try ()
CREATE PROCEDURE run_groups()
BEGIN
  SET @n = 0;
  SELECT @n := @n + 1 AS rank_no, t.* FROM (SELECT item_id, SUM(qty) AS pieces FROM sale GROUP BY item_id) AS t ORDER BY pieces DESC, item_id;
END//
-- try ()
CREATE PROCEDURE run_join() BEGIN SET @n = 0; SELECT @n := @n + 1 AS at, s.id, i.code FROM sale s JOIN item i ON i.id = s.item_id ORDER BY i.code DESC, s.id; END//
-- try ()
CREATE PROCEDURE run_offset() BEGIN SET @n = 0; SELECT @n := @n + 1 AS at, id FROM sale ORDER BY id LIMIT 2, 2; END//
-- try ('price') | ('day') | (NULL)
CREATE PROCEDURE run_union(IN by_what varchar(10))
SELECT 'sale' AS what, id, price FROM sale UNION ALL SELECT 'item', id, -price FROM item ORDER BY CASE WHEN by_what = 'price' THEN price ELSE id END, what, price//
-- try (1) | (NULL)
CREATE PROCEDURE run_union_variable(IN n int) SELECT id, name FROM staff UNION SELECT id, name FROM stock ORDER BY n, 1, CHAR_LENGTH(name) DESC//
-- try ()
CREATE PROCEDURE run_union_call() (SELECT id, name FROM staff) UNION ALL (SELECT id, code FROM item WHERE price > 0) ORDER BY FIELD(name, 'ann', 'EVE') DESC, UPPER(name), id//
-- try ('a') | ('B') | ('') | (NULL)
CREATE PROCEDURE run_set(IN x varchar(3)) SELECT id, FIND_IN_SET(x, tags) AS at FROM flagged ORDER BY id//
-- try (1) | (3) | (9)
CREATE PROCEDURE run_json(IN n int)
SELECT id, JSON_EXTRACT(doc, '$.size.w') + 1 AS a, -JSON_EXTRACT(doc, '$.size.h') AS b, JSON_EXTRACT(doc, '$.size.w') DIV 3 AS c, JSON_EXTRACT(doc, '$.tags[0]') + 0 AS d, JSON_EXTRACT(doc, '$.size.w') > n AS e, JSON_EXTRACT(doc, '$.size') >= n AS f, ROUND(JSON_EXTRACT(doc, '$.size.h'), 1) AS g, CAST(JSON_EXTRACT(doc, '$.size.h') AS SIGNED) AS h FROM item ORDER BY id//
-- try ('[1.5, "12", "x", true, null, [1], {}]')
CREATE PROCEDURE run_json_cells(IN doc json)
SELECT JSON_EXTRACT(doc, '$[0]') * 2 AS a, JSON_EXTRACT(doc, '$[1]') + 1 AS b, JSON_EXTRACT(doc, '$[2]') + 1 AS c, JSON_EXTRACT(doc, '$[3]') + 1 AS d, JSON_EXTRACT(doc, '$[4]') + 1 AS e, JSON_EXTRACT(doc, '$[5]') + 1 AS f, JSON_EXTRACT(doc, '$[9]') + 1 AS g//
-- try ('2024-02-01') | ('2025-01-01') | (NULL)
CREATE PROCEDURE run_date_text(IN d date)
SELECT id, DATEDIFF(IFNULL(made, '2024-12-31'), d) AS a, COALESCE(made, '2024-06-30') + INTERVAL 1 MONTH AS b, TIMESTAMPDIFF(MONTH, d, IF(id < 3, made, '2024-03-31')) AS c, YEAR(CASE id WHEN 1 THEN d ELSE '2020-01-01' END) AS y, IFNULL(seen, '2024-01-01') > '2024-01-15' AS z FROM item ORDER BY id//
-- run CALL run_month('2024-02-29') | CALL run_month('2024-02-01')
CREATE PROCEDURE run_month(IN d date)
INSERT INTO tally (name, n) VALUES (DATE_FORMAT(d, '%Y-%m'), 1), (DATE_FORMAT(d, '%x/%v'), 2) ON DUPLICATE KEY UPDATE n = n + VALUES(n)//
-- run CALL run_months()
CREATE PROCEDURE run_months() REPLACE INTO tally (name, n) SELECT DATE_FORMAT(day, '%Y-%m'), SUM(qty) FROM sale GROUP BY DATE_FORMAT(day, '%Y-%m')//
-- try (NULL) | ('toy') | ('none')
CREATE PROCEDURE run_chosen(IN k varchar(10))
BEGIN
  SET @q = CONCAT('SELECT id, code FROM item', IF(k IS NULL, '', ' WHERE kind = ?'), ' ORDER BY id');
  PREPARE s FROM @q;
  IF k IS NULL THEN EXECUTE s; ELSE SET @k = k; EXECUTE s USING @k; END IF;
  DEALLOCATE PREPARE s;
END//
-- try ('price', 1) | ('code', 0) | (NULL, NULL)
CREATE PROCEDURE run_case(IN by_what varchar(10), IN is_down tinyint)
BEGIN
  SET @q = CONCAT('SELECT id, code FROM item ORDER BY ', CASE by_what WHEN 'price' THEN 'price DESC' WHEN 'code' THEN IF(is_down, 'code DESC', 'code') ELSE 'id' END, ', id LIMIT ', CASE WHEN is_down THEN '3' ELSE '2' END);
  PREPARE s FROM @q;
  EXECUTE s;
  DEALLOCATE PREPARE s;
END//
-- run CALL run_apart(2)
CREATE PROCEDURE run_apart(IN least int)
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLWARNING BEGIN END;
  INSERT INTO slot (a, b, v) SELECT s.id, least, s.salary / 1000 FROM staff s WHERE s.id >= least ON DUPLICATE KEY UPDATE v = slot.v + VALUES(v);
  INSERT INTO slot (a, b, v) SELECT item_id, 1, SUM(qty) FROM sale GROUP BY item_id ON DUPLICATE KEY UPDATE v = VALUES(v);
END//
-- run CALL run_matches(3)
CREATE PROCEDURE run_matches(IN n int)
BEGIN
  UPDATE item i JOIN sale s ON s.item_id = i.id SET i.qty = i.qty + n WHERE s.qty > 0;
  UPDATE staff p, (SELECT id, boss FROM staff) b SET p.salary = IFNULL(p.salary, 0) + n WHERE b.boss = p.id;
END//
-- try ('R2024-00001 x', '[0-9]{4}') | ('none', '[0-9]+') | ('', 'a') | (NULL, 'a')
CREATE FUNCTION run_substr(s varchar(30), p varchar(20)) RETURNS varchar(40) DETERMINISTIC
RETURN CONCAT(IFNULL(REGEXP_SUBSTR(s, 'R[0-9]+'), 'no'), '|', IFNULL(REGEXP_SUBSTR(s, p), 'no'), '|', IFNULL(REGEXP_INSTR(s, p), -1), '|', IFNULL(REGEXP_REPLACE(s, p, '-'), 'no'))//
