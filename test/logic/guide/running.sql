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
