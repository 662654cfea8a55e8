-- What a business of ten years has: loops in loops, handlers in handlers, texts put together, numbers that follow from numbers.
-- try () | ()
CREATE PROCEDURE old_two_loops(OUT told varchar(400), OUT many int)
BEGIN
  DECLARE item_code varchar(20);
  DECLARE this_id, this_qty int;
  DECLARE is_done, is_over int DEFAULT 0;
  DECLARE outer_c CURSOR FOR SELECT id, code FROM item ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  SET told = '', many = 0;
  OPEN outer_c;
  outer_loop: LOOP
    FETCH outer_c INTO this_id, item_code;
    IF is_done THEN LEAVE outer_loop; END IF;
    SET told = CONCAT(told, item_code, '(');
    inner_block: BEGIN
      DECLARE inner_c CURSOR FOR SELECT qty FROM sale WHERE item_id = this_id ORDER BY id;
      DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_over = 1;
      SET is_over = 0;
      OPEN inner_c;
      REPEAT
        FETCH inner_c INTO this_qty;
        IF is_over = 0 THEN
          IF this_qty > 5 THEN SET told = CONCAT(told, '!'); ITERATE outer_loop; END IF;
          SET told = CONCAT(told, this_qty, ','), many = many + this_qty;
        END IF;
      UNTIL is_over END REPEAT;
      CLOSE inner_c;
    END inner_block;
    SET told = CONCAT(TRIM(TRAILING ',' FROM told), ')');
  END LOOP;
  CLOSE outer_c;
END//
-- try (1, 5) | (9, 90) | (9, 20) | (NULL, 5)
CREATE PROCEDURE old_nested_handlers(IN x int, IN y int, OUT told varchar(100))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    DECLARE number int;
    DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = CONCAT(told, ' twice');
    GET DIAGNOSTICS CONDITION 1 number = MYSQL_ERRNO;
    SET told = CONCAT(IFNULL(told, '-'), ' outer ', number);
    INSERT INTO tally (name, n) VALUES ('orders', 1);
    SET told = 'never';
  END;
  SET told = 'begin';
  INSERT INTO journal (what) VALUES ('kept');
  BEGIN
    DECLARE CONTINUE HANDLER FOR 1062 SET told = CONCAT(told, ' duplicate');
    INSERT INTO pair (a, b) VALUES (x, y);
    SET told = CONCAT(told, ' inner done');
    INSERT INTO tally (name, n) VALUES (NULL, 1);
    SET told = 'never';
  END;
END//
-- try (NULL) | (9)
CREATE PROCEDURE old_diagnostics(IN x int, OUT told varchar(100))
BEGIN
  DECLARE number int;
  DECLARE state varchar(5) DEFAULT 'none';
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS CONDITION 1 number = MYSQL_ERRNO;
    SET told = CONCAT(IFNULL(told, ''), number, ' ');
    GET DIAGNOSTICS CONDITION 1 state = RETURNED_SQLSTATE;
  END;
  INSERT INTO pair (a, b) VALUES (x, 90);
  INSERT INTO pair (a, b) VALUES (1, 1);
  SET told = CONCAT(IFNULL(told, ''), IFNULL(state, 'no state'));
END//
-- try (10) | (0) | (NULL)
CREATE PROCEDURE old_temp_report(IN least decimal(10,2))
BEGIN
  DROP TEMPORARY TABLE IF EXISTS report_rows;
  CREATE TEMPORARY TABLE report_rows (line int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20), total decimal(12,2) DEFAULT 0, share decimal(6,2) NULL);
  INSERT INTO report_rows (code, total) SELECT i.code, SUM(s.qty * s.price) FROM item i JOIN sale s ON s.item_id = i.id GROUP BY i.code ORDER BY i.code;
  DELETE FROM report_rows WHERE total < least;
  SELECT SUM(total) INTO @whole FROM report_rows;
  UPDATE report_rows SET share = ROUND(100 * total / NULLIF(@whole, 0), 2);
  SELECT line, code, total, share FROM report_rows ORDER BY total DESC, code;
  SELECT COUNT(*) AS n, MAX(share) AS most FROM report_rows;
  DROP TEMPORARY TABLE report_rows;
END//
-- try ('2024-01-31', 1) | ('2024-02-29', 12) | ('2023-12-30', 2) | (NULL, 1) | ('2024-03-29', 0)
CREATE FUNCTION old_due(d date, months int) RETURNS varchar(80) DETERMINISTIC
BEGIN
  DECLARE due date DEFAULT DATE_ADD(d, INTERVAL months MONTH);
  DECLARE steps int DEFAULT 0;
  WHILE WEEKDAY(due) > 4 DO SET due = due + INTERVAL 1 DAY, steps = steps + 1; END WHILE;
  IF MONTH(due) <> MONTH(LAST_DAY(due - INTERVAL steps DAY)) THEN SET due = due - INTERVAL (steps + DAYOFWEEK(due)) DAY; END IF;
  RETURN CONCAT_WS('/', due, DATE_FORMAT(due, '%a %e %b %y'), DATEDIFF(due, d), QUARTER(due), TIMESTAMPDIFF(WEEK, d, due));
END//
-- try (1, 2) | (NULL, 2) | (1, NULL) | (NULL, NULL) | (0, 0)
CREATE FUNCTION old_nulls(a int, b int) RETURNS varchar(120) DETERMINISTIC
BEGIN
  DECLARE told varchar(120) DEFAULT '';
  IF a = b THEN SET told = 'equal'; ELSEIF a <> b THEN SET told = 'unequal'; ELSE SET told = 'unknown'; END IF;
  IF NOT (a > b) THEN SET told = CONCAT(told, ' not more'); END IF;
  CASE a WHEN NULL THEN SET told = CONCAT(told, ' never'); WHEN 0 THEN SET told = CONCAT(told, ' zero'); ELSE SET told = CONCAT(told, ' else'); END CASE;
  SET told = CONCAT(told, ' ', IFNULL(a / NULLIF(b, 0), 'no quotient'), ' ', IF(a, 'yes', 'no'), ' ', a <=> b, ' ', COALESCE(a, b, -1));
  IF a IN (1, NULL) THEN SET told = CONCAT(told, ' in'); ELSEIF a NOT IN (5, NULL) THEN SET told = CONCAT(told, ' never'); END IF;
  RETURN told;
END//
-- try (2) | (0)
CREATE PROCEDURE old_chain(IN children int, OUT parent int, OUT told varchar(100))
BEGIN
  DECLARE at int DEFAULT 0;
  INSERT INTO journal (what, line) VALUES ('parent', 0);
  SET parent = LAST_INSERT_ID(), told = '';
  WHILE at < children DO
    SET at = at + 1;
    INSERT INTO audit (act, row_id) VALUES ('child', parent);
    INSERT INTO journal (what, line) VALUES (CONCAT('of ', LAST_INSERT_ID() > 0), at);
    SET told = CONCAT(told, LAST_INSERT_ID() - parent, ',');
  END WHILE;
  UPDATE journal SET number = (SELECT COUNT(*) FROM audit WHERE row_id = parent) WHERE id = parent;
END//
-- try (5, NULL) | (1, NULL) | (0, NULL)
CREATE PROCEDURE old_recursive(IN n int, INOUT product bigint)
BEGIN
  DECLARE below bigint DEFAULT 1;
  SET max_sp_recursion_depth = 20;
  IF n <= 1 THEN SET product = 1;
  ELSE
    CALL old_recursive(n - 1, below);
    SET product = n * below;
  END IF;
END//
-- try ('a,b;c', ',') | ('b c', '') | ('', ',') | (',,', ',') | ('one', ';') | (NULL, ',')
CREATE PROCEDURE old_split(IN list varchar(200), IN mark char(1), OUT n int)
BEGIN
  DECLARE part varchar(200);
  SET n = 0;
  split: LOOP
    SET part = SUBSTRING_INDEX(list, mark, 1);
    IF list IS NULL OR CHAR_LENGTH(list) = 0 THEN LEAVE split; END IF;
    SET n = n + 1;
    INSERT INTO journal (what, line) VALUES (NULLIF(TRIM(part), ''), n);
    IF LOCATE(mark, list) = 0 THEN LEAVE split; END IF;
    SET list = INSERT(list, 1, CHAR_LENGTH(part) + 1, '');
  END LOOP split;
END//
-- try ('  Grand  Total: 5%') | ('Ümlaut & Co') | ('') | (NULL)
CREATE FUNCTION old_slug(s varchar(60)) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE at int DEFAULT 1;
  DECLARE one char(1);
  DECLARE slug varchar(60) DEFAULT '';
  WHILE at <= CHAR_LENGTH(s) DO
    SET one = LOWER(SUBSTRING(s, at, 1));
    IF one REGEXP '[a-z0-9]' THEN SET slug = CONCAT(slug, one);
    ELSEIF RIGHT(slug, 1) <> '-' THEN SET slug = CONCAT(slug, '-');
    END IF;
    SET at = at + 1;
  END WHILE;
  RETURN TRIM(BOTH '-' FROM slug);
END//
-- try (1) | (0) | (NULL)
CREATE PROCEDURE old_savepoint(IN is_bad int, OUT n int)
BEGIN
  INSERT INTO journal (what) VALUES ('before');
  SAVEPOINT half;
  INSERT INTO journal (what) VALUES ('half');
  IF is_bad THEN
    ROLLBACK TO SAVEPOINT half;
  END IF;
  RELEASE SAVEPOINT half;
  SELECT COUNT(*) INTO n FROM journal;
END//
-- try (3, 1) | (7, 99) | (NULL, 1)
CREATE PROCEDURE old_prepared(IN n int, IN of_id int, OUT told int)
BEGIN
  SET @old_n = n, @old_id = of_id;
  SET @old_text = 'UPDATE stock SET amount = amount + ? WHERE id = ?';
  PREPARE change_it FROM @old_text;
  EXECUTE change_it USING @old_n, @old_id;
  DEALLOCATE PREPARE change_it;
  SELECT SUM(amount) INTO told FROM stock;
END//
-- try (1, 'fresh') | (5, 'orders')
CREATE PROCEDURE old_own_rows(IN x int, IN w varchar(30), OUT n int)
BEGIN
  INSERT INTO tally (name, n) VALUES (w, x), (w, x + 1), ('other', 1) ON DUPLICATE KEY UPDATE tally.n = tally.n + VALUES(n);
  INSERT INTO tally (name, n) SELECT CONCAT('k', kind + 0), qty FROM item ORDER BY id ON DUPLICATE KEY UPDATE tally.n = tally.n * 10 + VALUES(n);
  SELECT SUM(t.n) INTO n FROM tally t;
END//
-- try (1) | (2)
CREATE PROCEDURE old_many_keys(IN x int) INSERT INTO pair (a, b, c) SELECT s.id, s.id * 10 + x - 1, s.amount FROM stock s ORDER BY s.id ON DUPLICATE KEY UPDATE c = IFNULL(c, 0) + VALUES(c)//
-- try (5) | (0) | (NULL)
CREATE FUNCTION old_words(`foreach` int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE `query` int DEFAULT 0;
  strict: LOOP
    SET `query` = `query` + 1;
    IF `query` < `foreach` THEN ITERATE strict; END IF;
    LEAVE strict;
  END LOOP;
  RETURN `query`;
END//
-- try (5) | (1) | (99) | (NULL)
CREATE FUNCTION old_line(n int) RETURNS varchar(100) READS SQL DATA
BEGIN
  DECLARE line_up varchar(100) DEFAULT '';
  DECLARE one varchar(30);
  DECLARE next_boss int DEFAULT n;
  DECLARE depth int DEFAULT 0;
  DECLARE EXIT HANDLER FOR NOT FOUND RETURN CONCAT(line_up, '#', depth);
  WHILE depth < 10 DO
    SELECT name, boss INTO one, next_boss FROM staff WHERE id = next_boss;
    SET line_up = IF(line_up = '', one, CONCAT(line_up, '>', one)), depth = depth + 1;
  END WHILE;
  RETURN 'too deep';
END//
-- try ('2024-02-29', '2025-02-28') | ('2000-01-31', '2024-12-01') | ('2024-05-05', '2024-05-05') | ('2024-05-05', NULL)
CREATE FUNCTION old_age(a date, b date) RETURNS varchar(100) DETERMINISTIC
BEGIN
  DECLARE years int DEFAULT TIMESTAMPDIFF(YEAR, a, b);
  DECLARE months int DEFAULT TIMESTAMPDIFF(MONTH, a, b) - 12 * years;
  RETURN CONCAT(years, 'y', months, 'm', DATEDIFF(b, a), 'd ', PERIOD_DIFF(DATE_FORMAT(b, '%Y%m'), DATE_FORMAT(a, '%Y%m')), ' ', LAST_DAY(a) = a, ' ', WEEKOFYEAR(b), ' ', TO_DAYS(b) - TO_DAYS(a));
END//
-- try (2) | (0) | (100)
CREATE PROCEDURE old_stock_take(IN most int, OUT told varchar(60))
BEGIN
  DECLARE a, b int;
  UPDATE stock SET changes = changes + 1 WHERE amount < 15 ORDER BY id DESC LIMIT 1;
  SET a = ROW_COUNT();
  DELETE FROM outbox WHERE state = 'dead' AND id > most;
  SET b = ROW_COUNT();
  INSERT INTO slot (a, b, v) SELECT 8, id, amount FROM stock WHERE id <= most;
  SET told = CONCAT(a, ',', b, ',', ROW_COUNT());
END//
-- try (1) | (99)
CREATE PROCEDURE old_row_counts(IN n int, OUT told varchar(60))
BEGIN
  DECLARE a, b, c, d int;
  DECLARE x varchar(30);
  DELETE FROM outbox WHERE id >= 2;
  SELECT name INTO x FROM stock WHERE id = n;
  SET a = ROW_COUNT();
  SELECT COUNT(*) INTO b FROM stock WHERE id = n;
  SET b = b * 10 + ROW_COUNT();
  SELECT id FROM stock;
  SET c = ROW_COUNT();
  INSERT INTO slot (a, b) VALUES (30, 1), (30, 2), (30, 3);
  SET d = ROW_COUNT();
  SET told = CONCAT_WS(',', a, b, c, d, x);
END//
-- try (1, 'a') | (1, 'x') | (77, 'new') | (78, NULL)
CREATE PROCEDURE old_outbox(IN n int, IN w varchar(100), OUT told varchar(60))
main: BEGIN
  DECLARE was varchar(10);
  DECLARE is_missing int DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR SQLSTATE '02000' SET is_missing = 1;
  DECLARE EXIT HANDLER FOR SQLSTATE '45001' SET told = CONCAT_WS(' ', told, 'refused');
  SELECT state INTO was FROM outbox WHERE id = n AND body <=> w;
  IF is_missing THEN
    INSERT IGNORE INTO outbox (id, body) VALUES (n, w);
    SET told = CONCAT('made ', ROW_COUNT());
    IF w IS NULL THEN SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'empty'; END IF;
    LEAVE main;
  END IF;
  UPDATE outbox SET state = CASE was WHEN 'new' THEN 'sent' ELSE 'dead' END WHERE id = n;
  SET told = was;
END//
