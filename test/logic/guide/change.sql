-- Changes of rows.
-- try ('new', 1.25, NULL) | (NULL, NULL, NULL)
CREATE PROCEDURE chg_insert(IN w varchar(60), IN n decimal(14,4), OUT number_of int)
BEGIN
  INSERT INTO journal (what, number) VALUES (w, n);
  SET number_of = LAST_INSERT_ID();
END//
-- try (5)
CREATE PROCEDURE chg_insert_rows(IN n int) INSERT INTO journal (what, line) VALUES ('r', n), (CONCAT('r', n), n + 1), (DEFAULT, DEFAULT)//
-- try ()
CREATE PROCEDURE chg_insert_set() INSERT INTO journal SET what = 'set', line = 3 * 4//
-- try (2)
CREATE PROCEDURE chg_insert_select(IN least int) INSERT INTO journal (what, number, line) SELECT CONCAT('sale of ', item_id), price, qty FROM sale WHERE qty >= least ORDER BY id//
-- try ('orders', 3) | ('fresh', 1) | ('fresh', 2)
CREATE PROCEDURE chg_upsert(IN k varchar(30), IN by_n int) INSERT INTO tally (name, n) VALUES (k, by_n) ON DUPLICATE KEY UPDATE n = n + VALUES(n)//
-- try ('orders', 3)
CREATE PROCEDURE chg_upsert_alias(IN k varchar(30), IN by_n int) INSERT INTO tally (name, n) VALUES (k, by_n) AS fresh ON DUPLICATE KEY UPDATE n = tally.n * 2 + fresh.n//
-- try (1, 99, 5) | (77, 20, 5) | (78, 79, 5) | (1, 20, 6)
CREATE PROCEDURE chg_upsert_two_keys(IN x int, IN y int, IN z int) INSERT INTO pair (a, b, c) VALUES (x, y, z) ON DUPLICATE KEY UPDATE c = VALUES(c) + 1000//
-- try (1) | (50)
CREATE PROCEDURE chg_ignore(IN x int) INSERT IGNORE INTO pair (a, b) VALUES (x, x * 7)//
-- try (1, 20) | (60, 61) | (2, 2)
CREATE PROCEDURE chg_replace(IN x int, IN y int) REPLACE INTO pair (a, b, c) VALUES (x, y, 5)//
-- try ()
CREATE PROCEDURE chg_replace_select() REPLACE INTO pair (a, b, c) SELECT id, amount, changes FROM stock WHERE id < 3//
-- try (2) | (0) | (NULL)
CREATE PROCEDURE chg_update(IN n int) UPDATE stock SET amount = amount + n, changes = changes + 1 WHERE name IS NOT NULL//
-- try ()
CREATE PROCEDURE chg_left_to_right() UPDATE pair SET c = b, b = a * 1000, c = c + b//
-- try (2)
CREATE PROCEDURE chg_update_limit(IN n int) UPDATE outbox SET state = 'sent' WHERE state = 'new' ORDER BY id DESC LIMIT 1//
-- try ()
CREATE PROCEDURE chg_update_join() UPDATE stock s JOIN item i ON i.id = s.id SET s.total = i.price * s.amount, s.name = UPPER(i.code) WHERE i.is_active = 1//
-- try ()
CREATE PROCEDURE chg_update_two() UPDATE stock s JOIN outbox o ON o.id = s.id SET s.amount = s.amount + 1, o.body = CONCAT('s', s.id) WHERE s.id < 3//
-- try ()
CREATE PROCEDURE chg_update_subquery() UPDATE stock SET total = (SELECT SUM(qty * price) FROM sale WHERE item_id = stock.id)//
-- try ()
CREATE PROCEDURE chg_update_left() UPDATE stock s LEFT JOIN sale x ON x.item_id = s.id SET s.changes = -1 WHERE x.id IS NULL//
-- try ('dead') | ('none')
CREATE PROCEDURE chg_delete(IN s varchar(10), OUT gone int)
BEGIN
  DELETE FROM outbox WHERE state = s;
  SET gone = ROW_COUNT();
END//
-- try ()
CREATE PROCEDURE chg_delete_limit() DELETE FROM journal ORDER BY id DESC LIMIT 2//
-- try ()
CREATE PROCEDURE chg_delete_join() DELETE s FROM slot s JOIN pair p ON p.a = s.a WHERE s.v > 6//
-- try ()
CREATE PROCEDURE chg_delete_two() DELETE s, o FROM slot s JOIN outbox o ON o.id = s.b WHERE s.a = 1 AND s.b = 2//
-- try (-1) | (5)
CREATE PROCEDURE chg_row_count(IN n int, OUT told varchar(20))
BEGIN
  UPDATE stock SET amount = amount - n WHERE id = 1 AND amount >= n;
  IF ROW_COUNT() = 1 THEN SET told = 'taken'; ELSE SET told = 'short'; END IF;
END//
-- try (3)
CREATE PROCEDURE chg_temporary(IN n int, OUT total decimal(12,2))
BEGIN
  DROP TEMPORARY TABLE IF EXISTS work_rows;
  CREATE TEMPORARY TABLE work_rows ENGINE=MEMORY AS SELECT item_id, SUM(qty * price) AS amount FROM sale GROUP BY item_id;
  DELETE FROM work_rows WHERE item_id > n;
  SELECT SUM(amount) INTO total FROM work_rows;
  SELECT * FROM work_rows ORDER BY item_id;
  DROP TEMPORARY TABLE work_rows;
END//
-- try (10)
CREATE PROCEDURE chg_temporary_filled(IN n int, OUT total int)
BEGIN
  DECLARE i int DEFAULT 0;
  CREATE TEMPORARY TABLE IF NOT EXISTS numbers_made (n int NOT NULL AUTO_INCREMENT PRIMARY KEY, sq int NOT NULL);
  TRUNCATE TABLE numbers_made;
  WHILE i < n DO INSERT INTO numbers_made (sq) VALUES (i * i); SET i = i + 1; END WHILE;
  SELECT SUM(sq) + MAX(numbers_made.n) INTO total FROM numbers_made;
  DROP TEMPORARY TABLE numbers_made;
END//
-- try (99)
CREATE PROCEDURE chg_foreign(IN n int) INSERT INTO sale (item_id, day, qty, price) VALUES (n, '2024-01-01', 1, 1)//
-- try ('lost') | ('sent')
CREATE PROCEDURE chg_check(IN s varchar(10)) INSERT INTO outbox (id, body, state) VALUES (40, 'x', s)//
-- try (1)
CREATE PROCEDURE chg_duplicate(IN n int) INSERT INTO outbox (id) VALUES (n)//
-- try ()
CREATE PROCEDURE chg_slots()
BEGIN
  INSERT INTO slot (a, b, v) SELECT s.a, s.b + 10, s.v FROM slot AS s WHERE s.a = 1 ON DUPLICATE KEY UPDATE v = slot.v + 1;
  UPDATE slot SET v = v + 1 WHERE (a, b) IN ((1, 11), (2, 1));
END//
