-- Changes and queries as strangers write them. Both kinds of source have the language.
-- try (', ') | ('') | (NULL)
CREATE PROCEDURE sd_group_concat(IN sep varchar(5))
SELECT kind, GROUP_CONCAT(DISTINCT LOWER(name) ORDER BY name DESC SEPARATOR ' + ') AS names, GROUP_CONCAT(id) AS ids, GROUP_CONCAT(code, ':', qty ORDER BY qty, id SEPARATOR '; ') AS pairs, CONCAT(COUNT(name), sep) AS n FROM item GROUP BY kind//
-- try ('[{"id": 1, "n": 5}, {"id": 2}, {"id": "3", "n": null}]') | ('[]')
CREATE PROCEDURE sd_json_table(IN doc json)
SELECT j.at, j.id, j.n FROM JSON_TABLE(doc, '$[*]' COLUMNS (at FOR ORDINALITY, id int PATH '$.id', n int PATH '$.n' DEFAULT '-1' ON EMPTY)) AS j ORDER BY j.at//
-- try (1) | (3)
CREATE PROCEDURE sd_json_read(IN n int, OUT tag varchar(40), OUT w varchar(40), OUT cnt int, OUT missing varchar(40))
SELECT JSON_UNQUOTE(JSON_EXTRACT(doc, '$.tags[0]')), JSON_EXTRACT(doc, '$.size.w'), JSON_LENGTH(doc, '$.tags'), IFNULL(JSON_EXTRACT(doc, '$.nothing'), 'gone') INTO tag, w, cnt, missing FROM item WHERE id = n//
-- try ()
CREATE PROCEDURE sd_windows()
SELECT id, item_id, qty, ROW_NUMBER() OVER (PARTITION BY item_id ORDER BY qty DESC, id) AS rn, SUM(qty) OVER (PARTITION BY item_id ORDER BY id) AS running, COALESCE(LAG(qty, 1) OVER (ORDER BY id), 0) AS prev, RANK() OVER (ORDER BY price) AS rk, DENSE_RANK() OVER (ORDER BY price DESC) AS dr, NTILE(2) OVER (ORDER BY id) AS half, FIRST_VALUE(price) OVER w AS fv, ROUND(AVG(qty) OVER w, 2) AS av FROM sale WINDOW w AS (PARTITION BY item_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)//
-- try ('orders', 2) | ('New', 7) | ('NEW', NULL)
CREATE PROCEDURE sd_upsert_values(IN k varchar(30), IN v bigint)
INSERT INTO tally (name, n) VALUES (k, IFNULL(v, 1)), ('Bills', 5) ON DUPLICATE KEY UPDATE n = IF(VALUES(n) > n, VALUES(n), n + 1), name = VALUES(name)//
-- try (2) | (0)
CREATE PROCEDURE sd_upsert_select(IN least int)
INSERT INTO stock (id, name, amount) SELECT i.id, i.code, SUM(s.qty) FROM item i JOIN sale s ON s.item_id = i.id WHERE s.qty >= least GROUP BY i.id, i.code ON DUPLICATE KEY UPDATE amount = stock.amount + VALUES(amount), name = COALESCE(stock.name, VALUES(name))//
-- try (1) | (2)
CREATE PROCEDURE sd_two_keys_select(IN n int)
INSERT INTO pair (a, b, c) SELECT id + n, id * 10, id FROM staff WHERE id < 4 ORDER BY id ON DUPLICATE KEY UPDATE c = IFNULL(pair.c, 0) + VALUES(c) + 1000//
-- try (3) | (0)
CREATE PROCEDURE sd_ignore_many(IN n int, OUT made int)
BEGIN
  INSERT IGNORE INTO tally (name, n) VALUES ('orders', n), ('one', n), ('one', n), ('two', n);
  SET made = ROW_COUNT();
END//
-- try ('A-1', 5.00) | ('z-9', 1.00)
CREATE PROCEDURE sd_replace_item(IN c varchar(20), IN p decimal(10,2))
REPLACE INTO item (code, price, kind) VALUES (c, p, 'food')//
-- try (1) | (2) | (NULL)
CREATE PROCEDURE sd_update_case(IN n int)
UPDATE item SET qty = CASE WHEN qty > 5 THEN qty - n WHEN qty = 0 THEN n ELSE qty END, price = ROUND(price * (1 + n / 100), 2), seen = IF(is_active, '2024-05-01 10:00:00', seen)//
-- try ()
CREATE PROCEDURE sd_swap() UPDATE stock SET amount = changes, changes = amount + 1, total = IFNULL(total, 0) + changes//
-- try (2) | (0)
CREATE PROCEDURE sd_delete_top(IN n int) DELETE FROM sale ORDER BY price DESC, id LIMIT 2//
-- try ('sent')
CREATE PROCEDURE sd_delete_exists(IN s varchar(10)) DELETE FROM stock WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.id = stock.id AND o.state = s) OR id IN (SELECT boss FROM staff WHERE boss IS NOT NULL AND salary < 3000)//
-- try ('2024-01-01', '2024-03-31') | ('2025-01-01', '2025-02-01')
CREATE PROCEDURE sd_month_report(IN f date, IN t date)
SELECT DATE_FORMAT(day, '%Y-%m') AS month, COUNT(*) AS sales, SUM(qty) AS pieces, ROUND(SUM(qty * price) / SUM(qty), 2) AS mean, MAX(day) AS last_day FROM sale WHERE day BETWEEN f AND t GROUP BY DATE_FORMAT(day, '%Y-%m') ORDER BY month//
-- try (1) | (0)
CREATE PROCEDURE sd_rollup(IN n int) SELECT item_id, day, SUM(qty) AS q, COUNT(*) AS c FROM sale WHERE qty >= n GROUP BY item_id, day WITH ROLLUP//
-- try ()
CREATE PROCEDURE sd_union() (SELECT id, name FROM staff WHERE id < 3) UNION ALL (SELECT id, name FROM stock) UNION SELECT 99, NULL ORDER BY 1, 2 LIMIT 5//
-- try ('AN') | ('%') | ('_n%') | ('')
CREATE PROCEDURE sd_search(IN s varchar(10)) SELECT id, name FROM item WHERE name LIKE CONCAT('%', s, '%') OR code LIKE s OR name = s ORDER BY id//
-- try (2, 0) | (1, 3) | (0, 0) | (2, -1) | (-1, 1) | (NULL, 0) | (2, NULL)
CREATE PROCEDURE sd_page(IN size int, IN off int) SELECT id, code FROM item ORDER BY price DESC, id LIMIT off, size//
-- try ()
CREATE PROCEDURE sd_null_order() SELECT id, salary, boss FROM staff ORDER BY salary, boss DESC LIMIT 3//
-- try ('book') | ('BOOK') | ('none')
CREATE PROCEDURE sd_enum(IN k varchar(10)) SELECT id, kind, kind + 0 AS at FROM item WHERE kind = k OR kind > 2 ORDER BY kind DESC, id//
-- try (1) | (9)
CREATE PROCEDURE sd_exists_if(IN n int, OUT told varchar(30))
BEGIN
  IF EXISTS (SELECT * FROM sale WHERE item_id = n) AND NOT EXISTS (SELECT 1 FROM sale WHERE item_id = n AND qty > 5) THEN SET told = 'small sales';
  ELSEIF (SELECT COUNT(*) FROM sale WHERE item_id = n) = 0 THEN SET told = 'none';
  ELSE SET told = (SELECT CONCAT('max ', MAX(qty)) FROM sale WHERE item_id = n); END IF;
END//
-- try ('2024-02-29 23:59:59') | ('2023-12-31 00:00:00') | (NULL)
CREATE FUNCTION sd_dates(d datetime) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', DATE_FORMAT(d, '%W, %e. %M %Y %l:%i %p'), WEEK(d, 3), YEARWEEK(d), DAYNAME(d), QUARTER(d), d + INTERVAL 90 MINUTE, DATE(d) + INTERVAL 1 DAY, TIME(d), EXTRACT(HOUR_MINUTE FROM d), LAST_DAY(d), TO_DAYS(d), UNIX_TIMESTAMP(d) - UNIX_TIMESTAMP(DATE(d)))//
-- try (1234567.891) | (-0.5) | (0) | (NULL)
CREATE FUNCTION sd_format(n decimal(14,4)) RETURNS varchar(120) DETERMINISTIC
RETURN CONCAT_WS('|', FORMAT(n, 2), ROUND(n), ROUND(n, -2), TRUNCATE(n, 1), CEIL(n), FLOOR(n), ABS(n), SIGN(n), LPAD(FLOOR(n), 10, '0'), n DIV 7, CAST(n AS SIGNED), CAST(n AS CHAR), n * 1.10)//
-- try ('Hello World') | ('') | (' pad ') | ('ÄÖ ü€')
CREATE FUNCTION sd_strings(s varchar(40)) RETURNS varchar(250) DETERMINISTIC
RETURN CONCAT_WS('|', REVERSE(s), LEFT(s, 3), RIGHT(s, 3), SUBSTRING(s, -4, 2), SUBSTRING_INDEX(s, ' ', 1), SUBSTRING_INDEX(s, ' ', -1), LENGTH(s), CHAR_LENGTH(s), REPLACE(s, 'l', 'L'), INSERT(s, 2, 3, '##'), REPEAT('ab', 2), TRIM(s), LTRIM(s), HEX(s), LOCATE('o', s, 6), CONCAT('[', RPAD(s, 14, '*'), ']'))//
-- try ('Hello World') | ('') | ('hello') | (NULL)
CREATE FUNCTION sd_cases(s varchar(40)) RETURNS varchar(250) DETERMINISTIC
RETURN CONCAT_WS('|', UPPER(s), LOWER(s), STRCMP(s, 'hello'), s = 'HELLO', s LIKE 'h%')//
-- try (NULL, 'b') | ('a', 'b') | ('', NULL)
CREATE FUNCTION sd_nulls(a varchar(5), b varchar(5)) RETURNS varchar(60) DETERMINISTIC
RETURN CONCAT_WS('-', COALESCE(a, b, 'c'), IFNULL(a, 'x'), NULLIF(a, 'A'), CONCAT(a, b), GREATEST(a, b), LEAST(1, 2, NULL), a <=> b, ISNULL(a), IF(a = b, 1, 0))//
-- try (1) | (2)
CREATE PROCEDURE sd_odd_names(IN `from` int, OUT `order` varchar(40))
BEGIN
  DECLARE `größe`, `select` decimal(8,2) DEFAULT 1.5;
  SELECT `länge` * `größe` INTO `select` FROM `maß` WHERE `id` = `from`;
  INSERT INTO `Odd Table` (`key`, `group by`) VALUES (`from` + 10, CONCAT('n', `select`));
  SELECT o.`group by` INTO `order` FROM `Odd Table` AS o WHERE o.`key` = `from` + 10;
END//
-- try ('x') | (NULL)
-- mode ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES
CREATE FUNCTION sd_ansi("s" varchar(10)) RETURNS varchar(40) DETERMINISTIC
RETURN "s" || '-' || 'it''s' || COALESCE("s", 'none')//
-- try ('a') | ('c')
-- mode NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES
CREATE FUNCTION sd_backslash(s varchar(10)) RETURNS varchar(40) DETERMINISTIC
RETURN CONCAT(s, '\n', CHAR_LENGTH('\\'), REPLACE('a\b', '\', '/'))//
-- try (5, 2) | (5, 0)
-- mode
CREATE FUNCTION sd_lax(a int, b int) RETURNS varchar(40) DETERMINISTIC
RETURN CONCAT(IFNULL(a / b, 'null'), ' ', IFNULL(a % b, 'null'), ' ', "double ""quoted""")//
-- try (2) | (5)
CREATE PROCEDURE sd_found(IN n int, OUT total int, OUT shown int)
BEGIN
  DECLARE x int;
  SELECT COUNT(*) INTO total FROM staff WHERE id >= n;
  SELECT SUM(id) INTO shown FROM (SELECT id FROM staff WHERE id >= n ORDER BY id LIMIT 2) AS few;
  SELECT id FROM staff WHERE id >= n ORDER BY id LIMIT 2;
END//
-- run INSERT INTO ledger (account, amount) VALUES (1, 5.00), (2, 7.50), (1, -2.25) | UPDATE ledger SET amount = amount * 2 | DELETE FROM ledger WHERE account = 1 | INSERT INTO ledger (account, amount) VALUES (1, -500)
CREATE TRIGGER ledger_in AFTER INSERT ON ledger FOR EACH ROW
BEGIN
  UPDATE account SET balance = balance + NEW.amount, moves = moves + 1 WHERE id = NEW.account;
  IF ROW_COUNT() = 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no such account'; END IF;
END//
-- run INSERT INTO ledger (account, amount) VALUES (9, 1)
CREATE TRIGGER ledger_up AFTER UPDATE ON ledger FOR EACH ROW UPDATE account SET balance = balance - OLD.amount + NEW.amount WHERE id = NEW.account//
-- run DELETE FROM ledger
CREATE TRIGGER ledger_out AFTER DELETE ON ledger FOR EACH ROW UPDATE account SET balance = balance - OLD.amount WHERE id = OLD.account//
-- run UPDATE account SET balance = -1000 WHERE id = 1 | UPDATE account SET owner = ' zed ' | INSERT INTO account (id, owner) VALUES (7, 'New') | INSERT INTO account (id, owner) VALUES (8, 'ada')
CREATE TRIGGER account_check BEFORE UPDATE ON account FOR EACH ROW
BEGIN
  DECLARE msg varchar(100);
  SET NEW.owner = TRIM(NEW.owner);
  IF NEW.balance < -100 AND NEW.balance < OLD.balance THEN
    SET msg = CONCAT('account ', OLD.id, ' would be at ', NEW.balance);
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = msg;
  END IF;
END//
-- run UPDATE account SET balance = balance + 1 WHERE id <= 2 | UPDATE account SET moves = 0
CREATE TRIGGER account_log AFTER UPDATE ON account FOR EACH ROW
BEGIN
  IF NOT (OLD.balance <=> NEW.balance) THEN INSERT INTO audit (act, row_id, old_value, new_value) VALUES ('balance', NEW.id, OLD.balance, NEW.balance); END IF;
END//
CREATE EVENT sd_purge ON SCHEDULE EVERY 1 HOUR ON COMPLETION PRESERVE DISABLE COMMENT 'cleans' DO
BEGIN
  DECLARE n int;
  SELECT COUNT(*) INTO n FROM journal WHERE line IS NULL;
  IF n > 0 THEN DELETE FROM journal WHERE line IS NULL; INSERT INTO audit (act, row_id) VALUES ('purge', n); END IF;
END//
-- try (1, 10, 'told') | (9, 10, 'told') | (9, 90, 'told')
CREATE PROCEDURE sd_two_keys_count(IN x int, IN y int, OUT told varchar(30))
BEGIN
  INSERT INTO pair (a, b, c) VALUES (x, y, 7) ON DUPLICATE KEY UPDATE c = IFNULL(pair.c, 0) + 1;
  SET told = ROW_COUNT();
END//
-- try (-1) | (NULL) | (1)
CREATE PROCEDURE sd_delete_some(IN n int) DELETE FROM journal ORDER BY id LIMIT n//
-- try (1, 'silver') | (99, 'no such') | (NULL, 'no such')
CREATE PROCEDURE sd_no_row(IN i int, IN k varchar(10)) UPDATE item SET kind = k WHERE id = i AND k <> 'silver'//
