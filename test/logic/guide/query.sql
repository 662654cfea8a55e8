-- Queries into variables and to the client.
-- try (1) | (2) | (99) | (NULL)
CREATE FUNCTION sel_price(n int) RETURNS decimal(10,2) READS SQL DATA
BEGIN
  DECLARE found decimal(10,2) DEFAULT -1;
  SELECT price INTO found FROM item WHERE id = n;
  RETURN found;
END//
-- try ('book') | ('BOOK') | ('none')
CREATE FUNCTION sel_count(k varchar(10)) RETURNS int READS SQL DATA
BEGIN
  DECLARE n int DEFAULT 7;
  SELECT COUNT(*) INTO n FROM item WHERE kind = k;
  RETURN n;
END//
-- try (1) | (3) | (5)
CREATE PROCEDURE sel_three(IN n int, OUT lowest decimal(10,2), OUT highest decimal(10,2), OUT pieces bigint)
SELECT MIN(price), MAX(price), SUM(qty) INTO lowest, highest, pieces FROM sale WHERE item_id = n//
-- try (0) | (10) | (1000)
CREATE PROCEDURE sel_rows(IN least decimal(10,2)) SELECT id, code, name, price FROM item WHERE price >= least ORDER BY price DESC, id//
-- try ()
CREATE PROCEDURE sel_join() SELECT i.code, s.day, s.qty * s.price AS amount FROM item AS i JOIN sale AS s ON s.item_id = i.id WHERE i.is_active ORDER BY s.id//
-- try ()
CREATE PROCEDURE sel_left_join() SELECT i.code, COUNT(s.id) AS sales, IFNULL(SUM(s.qty), 0) AS pieces FROM item i LEFT JOIN sale s ON s.item_id = i.id AND s.day >= '2024-01-01' GROUP BY i.id, i.code ORDER BY i.id//
-- try (1) | (0)
CREATE PROCEDURE sel_having(IN least int) SELECT item_id, SUM(qty) AS pieces FROM sale GROUP BY item_id HAVING pieces > least ORDER BY pieces DESC//
-- try ()
CREATE PROCEDURE sel_group_concat(OUT told varchar(200)) SELECT GROUP_CONCAT(DISTINCT kind ORDER BY kind SEPARATOR '; ') INTO told FROM item//
-- try ()
CREATE PROCEDURE sel_rollup() SELECT kind, SUM(qty) AS pieces FROM item GROUP BY kind WITH ROLLUP//
-- try ()
CREATE PROCEDURE sel_union() SELECT code AS name, 1 AS place FROM item WHERE qty = 0 UNION ALL SELECT name, 2 FROM staff WHERE salary IS NULL UNION SELECT 'end', 3//
-- try (2, 1) | (10, 0) | (0, 0)
CREATE PROCEDURE sel_limit(IN n int, IN skip int) SELECT id, name FROM staff ORDER BY salary, id LIMIT skip, n//
-- try (4) | (1)
CREATE PROCEDURE sel_recursive(IN n int)
WITH RECURSIVE up (id, boss, depth) AS (SELECT id, boss, 0 FROM staff WHERE id = n UNION ALL SELECT s.id, s.boss, up.depth + 1 FROM staff s JOIN up ON s.id = up.boss) SELECT id, depth FROM up ORDER BY depth//
-- try ()
CREATE PROCEDURE sel_window() SELECT id, item_id, ROW_NUMBER() OVER (PARTITION BY item_id ORDER BY day) AS n, SUM(qty) OVER (PARTITION BY item_id ORDER BY day) AS running, LAG(qty) OVER (ORDER BY id) AS before_it FROM sale ORDER BY id//
-- try ()
CREATE PROCEDURE sel_exists() SELECT code FROM item i WHERE EXISTS (SELECT 1 FROM sale s WHERE s.item_id = i.id AND s.qty > 2) AND id NOT IN (SELECT item_id FROM sale WHERE price = 0) ORDER BY code//
-- try (3000) | (NULL)
CREATE PROCEDURE sel_scalar(IN least decimal(9,2)) SELECT name, (SELECT b.name FROM staff b WHERE b.id = s.boss) AS boss_name, salary > least AS is_rich FROM staff s ORDER BY id//
-- try ()
CREATE PROCEDURE sel_nulls_order() SELECT id, salary FROM staff ORDER BY salary, id//
-- try ()
CREATE PROCEDURE sel_order_desc() SELECT id, salary FROM staff ORDER BY salary DESC LIMIT 3//
-- try (0) | (1)
CREATE PROCEDURE sel_either(IN which int)
BEGIN
  IF which THEN SELECT id, name FROM staff WHERE boss IS NULL; ELSE SELECT COUNT(*) AS n FROM staff; END IF;
  SELECT 'done' AS told;
END//
-- try (2)
CREATE PROCEDURE sel_found_rows(IN n int, OUT shown int)
BEGIN
  SELECT id FROM staff ORDER BY id LIMIT n;
  SELECT FOUND_ROWS() INTO shown;
END//
-- try (1) | (2)
CREATE FUNCTION sel_one_of_many(n int) RETURNS varchar(30) READS SQL DATA
BEGIN
  DECLARE found varchar(30);
  SELECT name INTO found FROM staff WHERE boss = n;
  RETURN found;
END//
-- try ('anvil') | ('ANVIL') | ('x')
CREATE FUNCTION sel_case_text(s varchar(20)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM item WHERE name = s)//
-- try ()
CREATE PROCEDURE sel_distinct() SELECT DISTINCT item_id, price > 12 AS is_dear FROM sale ORDER BY item_id, is_dear//
-- try ()
CREATE PROCEDURE sel_stats() SELECT ROUND(STD(price), 4) AS deviation, ROUND(VARIANCE(price), 4) AS v, AVG(qty) AS mean, BIT_OR(qty) AS bits, COUNT(DISTINCT item_id, price) AS kinds FROM sale//
-- try ('2024-01-01', '2024-02-29') | (NULL, NULL)
CREATE PROCEDURE sel_between_days(IN a date, IN b date, OUT n int, OUT amount decimal(12,2))
SELECT COUNT(*), COALESCE(SUM(qty * price), 0) INTO n, amount FROM sale WHERE day BETWEEN a AND b//
-- try ()
CREATE PROCEDURE sel_pivot() SELECT YEAR(day) AS y, SUM(IF(MONTH(day) = 1, qty, 0)) AS january, SUM(CASE MONTH(day) WHEN 2 THEN qty ELSE 0 END) AS february FROM sale GROUP BY YEAR(day) ORDER BY y//
-- try (1) | (3)
CREATE FUNCTION sel_function_in_query(n int) RETURNS decimal(14,2) READS SQL DATA RETURN (SELECT SUM(num_gross(price, 20, qty)) FROM sale WHERE item_id = n)//
-- try (1) | (9)
CREATE PROCEDURE sel_lock(IN n int, OUT found int)
BEGIN
  DECLARE held int DEFAULT 0;
  SELECT amount INTO held FROM stock WHERE id = n FOR UPDATE;
  SET found = held;
END//
