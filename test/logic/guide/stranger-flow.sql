-- Routines as strangers write them: blocks, handlers, cursors, calls, errors. Both kinds of source have the language.
-- try (3) | (0) | (NULL)
CREATE PROCEDURE str_two_cursors(IN least int, OUT told varchar(300))
BEGIN
  DECLARE done, inner_done tinyint(1) DEFAULT 0;
  DECLARE i_id int; DECLARE i_code varchar(20); DECLARE s_qty int;
  DECLARE items CURSOR FOR SELECT id, code FROM item ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  SET told = '';
  OPEN items;
  outer_loop: REPEAT
    FETCH items INTO i_id, i_code;
    IF NOT done THEN
      BEGIN
        DECLARE sales CURSOR FOR SELECT qty FROM sale WHERE item_id = i_id AND qty >= least ORDER BY id;
        DECLARE CONTINUE HANDLER FOR NOT FOUND SET inner_done = 1;
        SET inner_done = 0;
        OPEN sales;
        inner_loop: LOOP
          FETCH sales INTO s_qty;
          IF inner_done THEN LEAVE inner_loop; END IF;
          SET told = CONCAT(told, i_code, 'x', s_qty, ';');
        END LOOP inner_loop;
        CLOSE sales;
      END;
    END IF;
  UNTIL done END REPEAT outer_loop;
  CLOSE items;
END//
-- try (1) | (2) | (4)
CREATE PROCEDURE str_handler_order(IN n int, OUT told varchar(100))
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(told, '[any]');
  DECLARE CONTINUE HANDLER FOR SQLSTATE '23000' SET told = CONCAT(told, '[23000]');
  DECLARE CONTINUE HANDLER FOR 1062 SET told = CONCAT(told, '[1062]');
  SET told = 'a';
  INSERT INTO tally VALUES ('orders', 1);
  SET told = CONCAT(told, 'b');
  IF n > 1 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'mine'; END IF;
  SET told = CONCAT(told, 'c');
  INSERT INTO sale (item_id, day, qty, price) VALUES (n * 100, '2024-01-01', 1, 1);
  SET told = CONCAT(told, 'd');
END//
-- try (5, NULL) | (1, NULL) | (0, NULL) | (-2, NULL)
CREATE PROCEDURE str_nested_signal(IN n int, OUT told varchar(120))
BEGIN
  DECLARE msg varchar(80) DEFAULT '';
  DECLARE EXIT HANDLER FOR SQLSTATE '45000'
  BEGIN
    GET DIAGNOSTICS CONDITION 1 msg = MESSAGE_TEXT;
    SET told = CONCAT('caught: ', msg);
  END;
  IF n < 0 THEN
    BEGIN
      DECLARE EXIT HANDLER FOR SQLSTATE '45001' BEGIN SET msg = CONCAT('n was ', n, ', wanted >= ', 0); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = msg; END;
      SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'inner';
    END;
  ELSEIF n = 0 THEN SIGNAL SQLSTATE '45002' SET MESSAGE_TEXT = 'not caught', MYSQL_ERRNO = 5002;
  ELSEIF n = 1 THEN SIGNAL SQLSTATE '45000';
  END IF;
  SET told = 'through';
END//
-- try (1) | (4) | (NULL)
CREATE PROCEDURE str_case_no_else(IN n int, OUT told varchar(40))
BEGIN
  DECLARE CONTINUE HANDLER FOR 1339 SET told = 'no case';
  CASE n WHEN 1 THEN SET told = 'one'; WHEN NULL THEN SET told = 'never'; END CASE;
  SET told = CONCAT(COALESCE(told, '-'), '.');
END//
-- try (3) | (50)
CREATE PROCEDURE str_tx_reraise(IN n int)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;
  START TRANSACTION;
  UPDATE stock SET amount = amount - n WHERE id = 1;
  INSERT INTO audit (act, row_id) VALUES ('take', n);
  IF (SELECT amount FROM stock WHERE id = 1) < 0 THEN
    SET @str_msg = CONCAT('short by ', n - 10);
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @str_msg;
  END IF;
  COMMIT;
END//
-- try (1) | (4) | (8)
CREATE PROCEDURE str_skip_labels(IN n int, OUT told varchar(100))
BEGIN
  DECLARE i, j int DEFAULT 0;
  SET told = '';
  rows_of: WHILE i < n DO
    SET i = i + 1, j = 0;
    cols_of: LOOP
      SET j = j + 1;
      IF j > i THEN ITERATE rows_of; END IF;
      IF (i * j) % 4 = 0 THEN ITERATE cols_of; END IF;
      IF i = 5 THEN LEAVE rows_of; END IF;
      SET told = CONCAT(told, i, j, ' ');
    END LOOP cols_of;
  END WHILE rows_of;
END//
-- try (3, 5) | (0, 5) | (12, NULL)
CREATE PROCEDURE str_out_chain(IN n int, INOUT acc int)
BEGIN
  DECLARE part int DEFAULT 100;
  CALL str_step(n, part);
  SET acc = acc + part;
  CALL str_step(part, acc);
END//
-- try (2, 3) | (NULL, 3)
CREATE PROCEDURE str_step(IN n int, INOUT acc int)
BEGIN
  IF n IS NULL THEN SET acc = -1;
  ELSE SET acc = acc * 2 + n, n = 0, acc = acc + n; END IF;
END//
-- try ('orders') | ('ORDERS') | ('none') | (NULL)
CREATE PROCEDURE str_into_keeps(IN who varchar(30), OUT n bigint, OUT told varchar(30))
BEGIN
  DECLARE v bigint DEFAULT -5;
  SELECT t.n, t.name INTO v, told FROM tally t WHERE t.name = who;
  SET n = v;
END//
-- try (1) | (2) | (9)
CREATE PROCEDURE str_found_flag(IN n int, OUT told varchar(60))
BEGIN
  DECLARE nothing boolean DEFAULT false;
  DECLARE who varchar(30) DEFAULT '?';
  DECLARE b int;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET nothing = true;
  SELECT boss INTO b FROM staff WHERE id = n;
  IF nothing THEN SET told = 'nobody';
  ELSE
    SELECT name INTO who FROM staff WHERE id = b;
    IF nothing THEN SET told = CONCAT('free, ', who); ELSE SET told = who; END IF;
  END IF;
END//
-- try (0) | (1) | (2)
CREATE PROCEDURE str_diagnostics_text(IN n int, OUT told varchar(120), OUT cnt int)
BEGIN
  DECLARE st char(5) DEFAULT '00000'; DECLARE num int DEFAULT 0;
  BEGIN
    DECLARE CONTINUE HANDLER FOR SQLEXCEPTION GET DIAGNOSTICS CONDITION 1 st = RETURNED_SQLSTATE, num = MYSQL_ERRNO;
    CASE n WHEN 0 THEN INSERT INTO tally VALUES ('orders', 0);
      WHEN 1 THEN INSERT INTO sale (item_id, day, qty, price) VALUES (999, '2024-01-01', 1, 1);
      ELSE INSERT INTO staff (id, name) VALUES (77, NULL); END CASE;
  END;
  GET DIAGNOSTICS cnt = ROW_COUNT;
  SET told = CONCAT(st, ':', num);
END//
-- try (4) | (0) | (NULL)
CREATE PROCEDURE str_temp_reused(IN n int)
BEGIN
  CREATE TEMPORARY TABLE IF NOT EXISTS str_work (id int PRIMARY KEY, v decimal(10,2));
  DELETE FROM str_work;
  INSERT INTO str_work SELECT id, price FROM item WHERE id <= n;
  UPDATE str_work SET v = v * 1.1;
  SELECT id, v FROM str_work ORDER BY v DESC;
  DROP TEMPORARY TABLE IF EXISTS str_work;
END//
-- try ()
CREATE PROCEDURE str_temp_join()
BEGIN
  DROP TEMPORARY TABLE IF EXISTS str_sum;
  CREATE TEMPORARY TABLE str_sum (item_id int NOT NULL, n bigint NULL, KEY (item_id));
  INSERT INTO str_sum (item_id, n) SELECT item_id, SUM(qty) FROM sale GROUP BY item_id;
  UPDATE item i INNER JOIN str_sum s ON s.item_id = i.id SET i.qty = s.n;
  SELECT i.id, i.qty, s.n FROM item i LEFT JOIN str_sum s ON s.item_id = i.id;
  DROP TEMPORARY TABLE str_sum;
END//
-- try (7) | (NULL)
CREATE PROCEDURE str_last_id_expr(IN n int, OUT a bigint, OUT b bigint)
BEGIN
  INSERT INTO tally (name, n) VALUES ('seq', 0) ON DUPLICATE KEY UPDATE n = n;
  UPDATE tally SET n = LAST_INSERT_ID(n + 1) WHERE name = 'seq';
  SET a = LAST_INSERT_ID();
  INSERT INTO journal (what) VALUES ('x');
  SET b = LAST_INSERT_ID() - a;
END//
-- try (1) | (99)
CREATE PROCEDURE str_row_counts(IN n int, OUT told varchar(60))
BEGIN
  INSERT INTO journal (what) VALUES ('1'), ('2');
  SET told = CONCAT('i', ROW_COUNT());
  UPDATE journal SET line = 4 WHERE what IN ('1', '2');
  SET told = CONCAT(told, ' u', ROW_COUNT());
  DELETE FROM journal WHERE what = '2';
  SET told = CONCAT(told, ' d', ROW_COUNT());
  INSERT IGNORE INTO tally VALUES ('orders', 3);
  SET told = CONCAT(told, ' g', ROW_COUNT());
END//
-- try (3) | (1)
CREATE PROCEDURE str_continue_then_more(IN n int, OUT bad int)
BEGIN
  DECLARE i int DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET bad = bad + 1;
  SET bad = 0;
  WHILE i < n DO
    SET i = i + 1;
    INSERT INTO outbox (id, body) VALUES (i, CONCAT('try ', i));
    INSERT INTO outbox (id, body) VALUES (i + 100, CONCAT('try ', i));
    UPDATE outbox SET state = 'gone' WHERE id = i;
  END WHILE;
END//
-- try (6) | (0) | (-1)
CREATE PROCEDURE str_fact(IN n int, OUT f bigint)
BEGIN
  SET f = 1;
  IF n < 0 THEN SET f = NULL; ELSE
    REPEAT
      IF n > 0 THEN SET f = f * n; SET n = n - 1; END IF;
    UNTIL n <= 0 OR n IS NULL END REPEAT;
  END IF;
END//
-- try ('a,bb,,ccc', ',') | ('', ',') | ('x', ';') | (NULL, ',')
CREATE PROCEDURE str_split(IN list text, IN sep char(1))
BEGIN
  DECLARE pos int DEFAULT 1; DECLARE part varchar(50); DECLARE rest text;
  SET rest = list;
  WHILE pos > 0 AND rest IS NOT NULL AND sep <> '' DO
    SET pos = LOCATE(sep, rest);
    IF pos = 0 THEN SET part = rest; ELSE SET part = SUBSTRING(rest, 1, pos - 1), rest = SUBSTRING(rest, pos + 1); END IF;
    INSERT INTO journal (what, line) VALUES (TRIM(part), CHAR_LENGTH(part));
  END WHILE;
END//
-- try (10, 3) | (7, 0) | (-7, 2) | (NULL, 1)
CREATE FUNCTION str_div(a int, b int) RETURNS varchar(80) DETERMINISTIC
/* a comment */ RETURN CONCAT_WS('|', a / b, a DIV b, a % b, a MOD b, ROUND(a / b, 1), -a / 3 /* tail */)//
-- try ('2024-01-31', 1) | ('2024-03-31', -1) | ('2023-02-28', 12) | (NULL, 1)
CREATE FUNCTION str_month_end(d date, n int) RETURNS varchar(60) DETERMINISTIC
RETURN CONCAT(DATE_ADD(d, INTERVAL n MONTH), ' ', DATE_SUB(LAST_DAY(d), INTERVAL 1 DAY), ' ', DATE_ADD(d, INTERVAL n YEAR), ' ', DATEDIFF(DATE_ADD(d, INTERVAL n MONTH), d))//
-- try ('2024-02-29 12:00:00', '2025-02-28 11:59:59') | ('2024-01-31 00:00:00', '2024-02-29 00:00:00') | ('2024-03-01 00:00:00', '2024-01-31 10:00:00')
CREATE FUNCTION str_span(a datetime, b datetime) RETURNS varchar(120) DETERMINISTIC
RETURN CONCAT_WS(' ', TIMESTAMPDIFF(YEAR, a, b), TIMESTAMPDIFF(QUARTER, a, b), TIMESTAMPDIFF(MONTH, a, b), TIMESTAMPDIFF(WEEK, a, b), TIMESTAMPDIFF(DAY, a, b), TIMESTAMPDIFF(HOUR, a, b), TIMESTAMPDIFF(MINUTE, a, b), TIMESTAMPDIFF(SECOND, a, b))//
-- try ('31/12/2023 23:59') | ('1/2/2024 0:5') | (NULL)
CREATE FUNCTION str_to_dt(s varchar(40)) RETURNS datetime DETERMINISTIC RETURN STR_TO_DATE(s, '%d/%m/%Y %H:%i')//
-- try (5, 3) | (0, 0) | (255, 8) | (1, 255) | (1, 64) | (3, -1) | (1, NULL)
CREATE FUNCTION str_bits(a int, b int) RETURNS varchar(100) DETERMINISTIC
RETURN CONCAT_WS(',', a & b, a | b, a ^ b, a << b, a >> 1, BIT_COUNT(a), (a & 1) = 1, ~a & 255)//
-- try ('red') | ('BLUE') | ('pink') | (NULL)
CREATE FUNCTION str_lists(s varchar(10)) RETURNS varchar(60) DETERMINISTIC
RETURN CONCAT_WS('/', FIELD(s, 'green', 'Red', 'blue'), ELT(FIELD(s, 'green', 'red', 'blue') + 1, 'none', 'g', 'r', 'b'), FIND_IN_SET(s, 'red,blue'), IF(s IN ('red', 'pink'), 'warm', 'cold'))//
-- try ('Tel. 030/12 34-56') | ('') | (NULL)
CREATE FUNCTION str_regexp(s varchar(40)) RETURNS varchar(80) DETERMINISTIC
RETURN CONCAT_WS('|', REGEXP_REPLACE(s, '[^0-9]+', ''), s REGEXP '^tel', s NOT REGEXP '[0-9]{3}', REGEXP_REPLACE(s, '([0-9]+)/', '<#>'), REGEXP_INSTR(s, '[0-9]'))//
-- try (3) | (0)
CREATE FUNCTION str_user_running(n int) RETURNS varchar(60) DETERMINISTIC
BEGIN
  SET @str_total := 0, @str_text = '';
  WHILE n > 0 DO
    SET @str_total := @str_total + n, @str_text = CONCAT(@str_text, @str_total, ' ');
    SET n = n - 1;
  END WHILE;
  RETURN CONCAT(@str_text, '= ', @str_total);
END//
-- try (1) | (3)
CREATE PROCEDURE str_fetch_after_end(IN n int, OUT told varchar(100))
BEGIN
  DECLARE v int DEFAULT 7; DECLARE k int DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM staff WHERE id <= n ORDER BY id DESC;
  DECLARE CONTINUE HANDLER FOR SQLSTATE '02000' SET k = k + 1;
  SET told = '';
  OPEN c;
  FETCH c INTO v; SET told = CONCAT(told, v, ',');
  FETCH c INTO v; SET told = CONCAT(told, v, ',');
  FETCH NEXT FROM c INTO v; SET told = CONCAT(told, v, ';', k);
  CLOSE c;
END//
-- try (1) | (2)
CREATE PROCEDURE str_handler_warning(IN n int, OUT told varchar(40))
BEGIN
  DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLEXCEPTION SET told = CONCAT(IFNULL(told, ''), '!');
  SELECT name INTO told FROM staff WHERE id = n * 50;
  SELECT name INTO told FROM staff WHERE id >= n;
  SELECT name INTO told FROM staff WHERE id = n;
END//
-- try (2) | (NULL)
CREATE PROCEDURE str_reports(IN n int)
BEGIN
  SELECT 'head' AS part, n AS given;
  IF n IS NOT NULL THEN SELECT id, name FROM staff WHERE boss = n; END IF;
  SELECT kind, COUNT(*) AS how_many, SUM(is_active) AS active FROM item GROUP BY kind HAVING how_many > 1 ORDER BY kind;
END//
-- try (5) | (2)
CREATE PROCEDURE str_recursive_cte(IN who int)
WITH RECURSIVE up (id, boss, name, depth, path) AS (
  SELECT id, boss, name, 0, CAST(name AS CHAR(200)) FROM staff WHERE id = who
  UNION ALL
  SELECT s.id, s.boss, s.name, u.depth + 1, CONCAT(u.path, '<', s.name) FROM up u JOIN staff s ON s.id = u.boss
) SELECT * FROM up ORDER BY depth DESC//
-- try (1, 'x') | (2, 'it''s') | (3, NULL)
CREATE DEFINER=CURRENT_USER PROCEDURE str_definer(IN n int, IN s varchar(20))
    MODIFIES SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'it''s a "comment"; -- not an end'
BEGIN # a hash comment; END
  -- ; a line
  INSERT /* in the middle */ INTO journal (what, /* two */ line) VALUES (s, n); -- behind
  UPDATE journal SET what = CONCAT(what, ';--', '#', '/*') WHERE line = n;
END//
-- try (NULL) | (0) | (5)
CREATE FUNCTION str_null_logic(n int) RETURNS varchar(60) DETERMINISTIC
RETURN CONCAT_WS(',', n = NULL IS NULL, n <=> NULL, NOT n, n AND 0, n OR 1, n XOR 1, !n, n IS TRUE, n IS NOT FALSE, IF(n, 'y', 'n'), n BETWEEN 0 AND NULL, n NOT IN (1, NULL))//
-- try ('12abc') | ('abc') | ('') | (' 7 ') | ('1e2') | (NULL)
CREATE FUNCTION str_numbers(s varchar(10)) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE r varchar(60) DEFAULT '';
  IF s > 5 THEN SET r = 'big'; END IF;
  RETURN CONCAT(r, ':', IFNULL(s + 0, 'null'), ':', IFNULL(s * 2, 'null'), ':', IF(s, 1, 0), ':', s = 0);
END//
-- try (2147483647) | (-5) | (0)
CREATE FUNCTION str_overflow(n int) RETURNS bigint DETERMINISTIC
BEGIN
  DECLARE total bigint DEFAULT n;
  SET total = n + n + 1;
  RETURN total * 2;
END//
-- try (40000) | (5)
CREATE PROCEDURE str_small(IN n int, OUT told varchar(20))
BEGIN
  DECLARE s smallint;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'out of range';
  SET s = n;
  SET told = CONCAT('kept ', s);
END//
-- try (9223372036854775807) | (1)
CREATE PROCEDURE str_big_overflow(IN n bigint, OUT r bigint)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET r = -1;
  SET r = n + 1;
  IF n + 1 > 5 THEN SET r = 0; END IF;
END//
-- try (1) | (3) | (99)
CREATE PROCEDURE str_many_rows(IN least int, OUT first varchar(30), OUT told varchar(60))
BEGIN
  DECLARE CONTINUE HANDLER FOR 1172 SET told = CONCAT('many, kept ', IFNULL(first, 'none'));
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET told = 'none';
  SET first = 'before', told = 'one';
  SELECT name INTO first FROM staff WHERE id > least ORDER BY id;
END//
-- try (1) | (4) | (5)
CREATE PROCEDURE str_many_rows_exit(IN least int, OUT a int, OUT b varchar(30), OUT told varchar(60))
BEGIN
  SET a = -1;
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = CONCAT('kept ', a, @str_many);
    SET @str_many = 'before';
    SELECT id, name INTO a, @str_many FROM staff WHERE id > least ORDER BY id;
  END;
  SET b = @str_many;
END//
-- try ('14:07') | ('4:7') | ('00:00') | (NULL) | ('')
CREATE FUNCTION str_to_clock(s varchar(40)) RETURNS time DETERMINISTIC RETURN STR_TO_DATE(s, '%H:%i')//
-- try (3, 'x', 2, 7) | (0, NULL, NULL, 1)
CREATE PROCEDURE str_builtin_names(IN `list` int, IN `str` varchar(20), IN `id` int, INOUT `found` int, OUT `len` varchar(60))
BEGIN
  DECLARE `iter`, `next`, `row_count` int DEFAULT 0;
  DECLARE `int`, `none`, `matches` varchar(40) DEFAULT 'none';
  DECLARE `isinstance` CURSOR FOR SELECT s.id FROM staff AS s WHERE s.id > `list` ORDER BY s.id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET `next` = 1;
  OPEN `isinstance`;
  each_one: LOOP
    FETCH `isinstance` INTO `iter`;
    IF `next` = 1 THEN LEAVE each_one; END IF;
    SET `found` = `found` + ABS(`iter`), `row_count` = `row_count` + 1, `int` = CONCAT(`found`, '-', `none`);
  END LOOP;
  CLOSE `isinstance`;
  SET `len` = CONCAT_WS('|', `list`, `str`, `id`, `found`, `iter`, `row_count`, `int`, `matches`);
END//
