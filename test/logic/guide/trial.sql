-- Routines of a trial: handlers of blocks with variables of the same names, rows that handlers write, texts without case.
-- try (1) | (0)
CREATE PROCEDURE trial_shadow(IN n int, OUT told varchar(80))
BEGIN
  DECLARE x varchar(20) DEFAULT 'outer';
  DECLARE CONTINUE HANDLER FOR SQLSTATE '45000' SET x = CONCAT(x, '+');
  BEGIN
    DECLARE x int DEFAULT 5;
    IF n > 0 THEN SIGNAL SQLSTATE '45000'; END IF;
    SET x = x + 1;
    SET told = CONCAT('inner ', x);
  END;
  SET told = CONCAT(told, ' outer ', x);
END//
-- try (7) | (NULL)
CREATE PROCEDURE trial_shadow_parameter(INOUT n int)
BEGIN
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET n = 99;
  BEGIN
    DECLARE n varchar(30) DEFAULT 'none';
    SELECT name INTO n FROM staff WHERE id = -1;
    SET n = CONCAT(n, '!');
  END;
END//
-- try (NULL)
CREATE PROCEDURE trial_shadow_condition(OUT told varchar(40))
BEGIN
  DECLARE bad CONDITION FOR SQLSTATE '45001';
  DECLARE EXIT HANDLER FOR SQLSTATE '45001' SET told = 'of the outer block';
  BEGIN
    DECLARE EXIT HANDLER FOR SQLSTATE '45009' SIGNAL bad;
    BEGIN
      DECLARE bad CONDITION FOR SQLSTATE '45002';
      SIGNAL SQLSTATE '45009';
    END;
  END;
END//
-- try (NULL)
CREATE PROCEDURE trial_shadow_cursor(OUT told varchar(200))
BEGIN
  DECLARE done int DEFAULT 0;
  DECLARE who varchar(30);
  DECLARE people CURSOR FOR SELECT name FROM staff ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  SET told = '';
  OPEN people;
  again: LOOP
    FETCH people INTO who;
    IF done THEN LEAVE again; END IF;
    BEGIN
      DECLARE who int;
      DECLARE done int DEFAULT 0;
      DECLARE people CURSOR FOR SELECT qty FROM sale WHERE item_id = 99;
      OPEN people;
      FETCH people INTO who;
      SET told = CONCAT(told, '[', done, ']');
      CLOSE people;
    END;
    SET told = CONCAT(told, who, ';');
  END LOOP;
  CLOSE people;
END//
-- try (1)
CREATE PROCEDURE trial_audit_raise(IN n int)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    INSERT INTO tally VALUES ('failed', n);
    RESIGNAL;
  END;
  START TRANSACTION;
  UPDATE stock SET changes = changes + 1 WHERE id = n;
  INSERT INTO outbox (id, body) VALUES (n, 'twice');
  COMMIT;
END//
-- try (2)
CREATE PROCEDURE trial_audit_signal(IN n int)
BEGIN
  DECLARE told varchar(60) DEFAULT 'no';
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    START TRANSACTION;
    INSERT INTO tally VALUES ('signal', n);
    COMMIT;
    SET told = CONCAT('refused ', n);
    SIGNAL SQLSTATE '45010' SET MESSAGE_TEXT = told;
  END;
  START TRANSACTION;
  UPDATE stock SET changes = changes + 1 WHERE id = n;
  INSERT INTO outbox (id, body) VALUES (n, 'twice');
  COMMIT;
END//
-- try (3, NULL)
CREATE PROCEDURE trial_audit_quiet(IN n int, OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    INSERT INTO tally VALUES ('quiet', n);
    SET told = 'written';
  END;
  START TRANSACTION;
  UPDATE stock SET changes = changes + 1 WHERE id = n;
  INSERT INTO outbox (id, body) VALUES (n, 'twice');
  COMMIT;
END//
-- try (NULL)
CREATE PROCEDURE trial_group(OUT told varchar(400))
BEGIN
  SELECT GROUP_CONCAT(CONCAT(g.w, '=', g.many, '/', g.total) ORDER BY g.low SEPARATOR ' ') INTO told
  FROM (SELECT w, MIN(id) AS low, COUNT(*) AS many, SUM(n) AS total FROM word GROUP BY w) g;
END//
-- try ()
CREATE PROCEDURE trial_group_more()
BEGIN
  SELECT LEFT(w, 1) AS first, COUNT(*) AS many, MAX(n) AS most FROM word GROUP BY LEFT(w, 1) HAVING first <> 'z' ORDER BY first;
  SELECT w, COUNT(*) AS many FROM word GROUP BY w WITH ROLLUP;
  SELECT w.w, COUNT(*) FROM word w JOIN staff s ON s.id <= w.id GROUP BY w.w HAVING w.w <> 'ZEBRA';
  SELECT spelled, COUNT(*) FROM word GROUP BY spelled;
  SELECT id, w, COUNT(*) FROM word GROUP BY id, w;
END//
-- try ()
CREATE PROCEDURE trial_distinct()
BEGIN
  SELECT DISTINCT w FROM word;
  SELECT DISTINCT w AS word_of FROM word ORDER BY word_of DESC;
  SELECT DISTINCT spelled, w FROM word ORDER BY spelled;
  SELECT DISTINCT v.* FROM (SELECT w FROM word) v;
  SELECT COUNT(DISTINCT w), COUNT(DISTINCT spelled), COUNT(DISTINCT w, n) FROM word;
  SELECT w FROM word UNION SELECT name FROM staff;
  SELECT w, n FROM word WHERE id < 3 UNION SELECT UPPER(w), n FROM word UNION ALL SELECT 'x', 1 ORDER BY w, n LIMIT 20;
END//
-- try (NULL, NULL, NULL, NULL)
CREATE PROCEDURE trial_lists(OUT o1 varchar(200), OUT o2 varchar(200), OUT o3 varchar(200), OUT o4 varchar(200))
BEGIN
  SELECT GROUP_CONCAT(DISTINCT w), GROUP_CONCAT(DISTINCT w ORDER BY w DESC SEPARATOR '|'), GROUP_CONCAT(DISTINCT spelled ORDER BY spelled), GROUP_CONCAT(w ORDER BY w, id DESC) INTO o1, o2, o3, o4 FROM word;
END//
-- try (NULL, NULL)
CREATE PROCEDURE trial_least(OUT least varchar(30), OUT most varchar(30))
  SELECT MIN(w), MAX(w) INTO least, most FROM word WHERE id > 2//
-- try ('ANN', NULL) | ('nobody', NULL) | (NULL, NULL)
CREATE PROCEDURE trial_in_query(IN who varchar(30), OUT told varchar(100))
BEGIN
  SET told = IF(who IN (SELECT name FROM staff), 'in', 'out');
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM word WHERE w IN (SELECT UPPER(w) FROM word WHERE id < 3)));
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM word WHERE (w, n) IN (SELECT LOWER(w), n FROM word)));
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM word WHERE w = ANY (SELECT UPPER(w) FROM word)));
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM word WHERE spelled NOT IN (SELECT LOWER(spelled) FROM word)));
END//
-- try ('APPLE') | ('Banana') | ('x') | (NULL)
CREATE FUNCTION trial_case(t varchar(30)) RETURNS varchar(30) DETERMINISTIC
BEGIN
  DECLARE told varchar(30) DEFAULT '';
  CASE t WHEN 'apple' THEN SET told = 'fruit'; WHEN 'BANANA' THEN SET told = 'yellow'; ELSE SET told = 'none'; END CASE;
  RETURN CONCAT(told, '/', CASE t WHEN 'apple' THEN 1 WHEN 'BANANA' THEN 2 ELSE 3 END);
END//
-- try ()
CREATE PROCEDURE trial_order()
BEGIN
  DECLARE told varchar(200) DEFAULT '';
  DECLARE done int DEFAULT 0;
  DECLARE t varchar(30);
  DECLARE c CURSOR FOR SELECT w FROM word ORDER BY w, n DESC;
  DECLARE v CURSOR FOR SELECT w AS y FROM word UNION ALL SELECT name FROM staff ORDER BY y LIMIT 8;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  REPEAT FETCH c INTO t; SET told = CONCAT(told, IFNULL(t, '-'), IF(done, '.', ',')); UNTIL done END REPEAT;
  CLOSE c;
  SET done = 0;
  OPEN v;
  REPEAT FETCH v INTO t; SET told = CONCAT(told, LOWER(IFNULL(t, '-')), IF(done, '.', ',')); UNTIL done END REPEAT;
  CLOSE v;
  SELECT told;
  SELECT w, ROW_NUMBER() OVER (PARTITION BY w ORDER BY id) AS place FROM word;
  SELECT * FROM (SELECT w FROM word ORDER BY 1 DESC, n LIMIT 3) q;
END//
-- try ('12abc') | ('') | ('7') | (NULL)
CREATE PROCEDURE trial_failed_set(IN t varchar(20), OUT told varchar(60))
BEGIN
  DECLARE n, m int DEFAULT 5;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(IFNULL(told, ''), 'E', IFNULL(n, '-'), IFNULL(m, '-'));
  SET n = CAST(t AS SIGNED), m = 7;
  SET told = CONCAT(IFNULL(told, ''), IFNULL(n, '-'), IFNULL(m, '-'));
  SET m = IFNULL(m, 1) * 99999999999;
  SET told = CONCAT(told, IFNULL(m, '-'));
END//
-- try ('12abc') | ('7')
CREATE PROCEDURE trial_failed_exit(IN t varchar(20), OUT told varchar(50))
BEGIN
  DECLARE n int DEFAULT 5;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = CONCAT('E', IFNULL(n, '-'));
  SET n = CAST(t AS SIGNED);
  SET told = n;
END//
-- try ('12abc', 0) | ('7', 0) | ('7', 1) | ('7', 2) | ('7', 3)
CREATE PROCEDURE trial_number_of_text(IN t varchar(20), IN what_to_do int)
BEGIN
  INSERT INTO journal (what, line) VALUES ('cast', CAST(t AS SIGNED)), ('plus', t + 0);
  IF what_to_do = 1 THEN UPDATE journal SET line = line + CAST(CONCAT(t, 'x') AS SIGNED) WHERE id = 1; END IF;
  IF what_to_do = 2 THEN UPDATE journal SET line = 5 WHERE what = 5; END IF;
  IF what_to_do = 3 THEN INSERT IGNORE INTO journal (what, line) VALUES ('ignored', CAST('12abc' AS SIGNED)); END IF;
END//
-- try ('12abc') | (' 7')
CREATE PROCEDURE trial_number_into(IN t varchar(20), OUT n int)
  SELECT CAST(t AS SIGNED) INTO n//
-- try (0) | (1) | (2)
CREATE FUNCTION trial_partial_date(n int) RETURNS varchar(40) DETERMINISTIC
BEGIN
  DECLARE told varchar(40);
  SET told = CONCAT_WS('/', MONTH('2024-00-10'), DAY('2024-05-00'), YEAR('2024-00-00'));
  IF MONTH('2024-00-10') = n THEN SET told = CONCAT(told, '!'); END IF;
  RETURN told;
END//
-- try ()
CREATE PROCEDURE trial_hexadecimal(OUT o1 varchar(20), OUT o2 int, OUT o3 varchar(20), OUT o4 varchar(20), OUT o5 bigint)
BEGIN
  SET o1 = 0x4142, o2 = 0x4142 + 0, o3 = x'C3A9', o4 = CONCAT('<', 0x4142, '>'), o5 = 0xFF;
  IF 0x41 = 65 THEN INSERT INTO journal (what, line) VALUES (0x4142, 0x10); END IF;
END//
-- try (NULL)
CREATE PROCEDURE trial_star(OUT told varchar(200))
BEGIN
  DECLARE a int; DECLARE b varchar(10); DECLARE f tinyint;
  DECLARE c CURSOR FOR SELECT * FROM flagged ORDER BY id;
  SELECT * INTO a, b, f FROM flagged WHERE id = 1;
  SET told = CONCAT(a, b, f);
  OPEN c; FETCH c INTO a, b, f; SET told = CONCAT(told, a, b, f + 1); CLOSE c;
  SELECT * FROM flagged;
  SELECT q.*, s.name FROM (SELECT * FROM flagged) q JOIN staff s ON s.id = q.id WHERE q.f;
  UPDATE flagged SET tags = CONCAT('c,', tags) WHERE id = 1;
  INSERT INTO flagged SELECT id + 10, tags, f FROM flagged;
  SELECT IF(f, tags, 'none') FROM flagged;
END//
-- try (0) | (2) | (NULL)
CREATE PROCEDURE trial_divided(IN n int, OUT told decimal(10,2))
  SELECT id / n INTO told FROM staff WHERE id = 4//
-- try (0) | (2) | (NULL)
CREATE PROCEDURE trial_divided_sums(IN n int, OUT inside decimal(10,2), OUT outside decimal(10,2))
BEGIN
  SELECT SUM(id / n) INTO inside FROM staff WHERE id < 3;
  SELECT SUM(id) / n INTO outside FROM staff;
END//
-- try (1) | (5)
CREATE PROCEDURE trial_back_if(IN n int, OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK;
  START TRANSACTION;
  UPDATE tally SET n = 99 WHERE name = 'orders';
  IF n > 3 THEN ROLLBACK; SET told = 'refused'; ELSE COMMIT; SET told = 'ok'; END IF;
END//
-- try (5) | (-1) | (50)
CREATE PROCEDURE trial_back_leave(IN wanted int, OUT told varchar(40))
main: BEGIN
  DECLARE have int;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
  START TRANSACTION;
  UPDATE stock SET amount = amount + wanted WHERE id = 1;
  SELECT amount INTO have FROM stock WHERE id = 2;
  IF have < wanted THEN
    ROLLBACK;
    SET told = CONCAT('short of ', wanted);
    LEAVE main;
  END IF;
  IF wanted < 0 THEN
    ROLLBACK;
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'negative';
  END IF;
  COMMIT;
  SET told = 'ok';
END//
-- try (0) | (1) | (5)
CREATE PROCEDURE trial_back_code(IN n int, OUT told varchar(60))
BEGIN
  DECLARE exit_code int DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET told = CONCAT(IFNULL(told, '-'), ' error'); END;
  START TRANSACTION;
  UPDATE stock SET amount = amount + 1 + n WHERE id = 2;
  IF n > 0 THEN SET exit_code = n; END IF;
  IF exit_code = 0 THEN COMMIT; SET told = 'kept'; ELSE ROLLBACK; SET told = 'undone'; END IF;
  SET told = CONCAT(told, ' ', exit_code, ' ', (SELECT COUNT(*) FROM stock));
  IF exit_code = 5 THEN SIGNAL SQLSTATE '45000'; END IF;
END//
-- try (1) | (2) | (99)
CREATE PROCEDURE trial_back_no_row(IN n int, OUT told varchar(60))
BEGIN
  DECLARE found_name varchar(30);
  DECLARE EXIT HANDLER FOR SQLEXCEPTION, NOT FOUND BEGIN ROLLBACK; SET told = CONCAT('none of ', n); END;
  START TRANSACTION;
  UPDATE stock SET amount = amount + 100 WHERE id = 3;
  SELECT name INTO found_name FROM stock WHERE id = n;
  IF n = 2 THEN INSERT INTO outbox (id, body) VALUES (1, 'twice'); END IF;
  COMMIT;
  SET told = found_name;
END//
-- try (0) | (3) | (2)
CREATE PROCEDURE trial_back_loop(IN stop_at int, OUT told varchar(60))
BEGIN
  DECLARE v_id, done int DEFAULT 0;
  DECLARE rows_of CURSOR FOR SELECT id FROM stock ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET told = 'error'; END;
  SET told = '';
  START TRANSACTION;
  OPEN rows_of;
  each_row: LOOP
    FETCH rows_of INTO v_id;
    IF done THEN COMMIT; LEAVE each_row; END IF;
    UPDATE stock SET amount = amount + 7 WHERE id = v_id;
    CASE WHEN v_id = stop_at THEN
      ROLLBACK;
      SET told = CONCAT('stopped at ', v_id);
      LEAVE each_row;
    ELSE SET told = CONCAT(told, v_id, ' ');
    END CASE;
  END LOOP;
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM stock), ' ', done);
  INSERT INTO journal (what, line) VALUES ('loop', IF(stop_at = 3, 99999999999, stop_at));
END//
-- try (1, 1) | (2, 2) | (1, 2)
CREATE PROCEDURE trial_back_twice(IN a int, IN b int, OUT told varchar(60))
BEGIN
  DECLARE EXIT HANDLER FOR 1062 BEGIN ROLLBACK; SET told = CONCAT(IFNULL(told, ''), ' twice'); END;
  SET told = 'begin';
  START TRANSACTION;
  UPDATE tally SET n = n + 1000 WHERE name = 'Bills';
  BEGIN
    DECLARE inner_a int DEFAULT a;
    IF inner_a = 1 THEN
      ROLLBACK;
      SET told = CONCAT(told, ' first');
    END IF;
  END;
  IF b = 2 THEN ROLLBACK; SET told = CONCAT(told, ' second'); END IF;
  SET told = CONCAT(told, ' ', (SELECT n FROM tally WHERE name = 'Bills'));
  COMMIT;
  IF b = 1 THEN INSERT INTO tally VALUES ('orders', 1); END IF;
END//
-- try (9, 1) | (1, 1) | (9, 2)
CREATE PROCEDURE trial_back_inside(IN a int, IN b int, OUT told varchar(60))
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(told, ' outer');
  SET told = '';
  INSERT INTO outbox (id, body) VALUES (a, 'before');
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET told = CONCAT(told, ' inner'); END;
    START TRANSACTION;
    UPDATE stock SET amount = amount + 3 WHERE id = 2;
    IF b = 1 THEN INSERT INTO outbox (id, body) VALUES (1, 'twice'); END IF;
    IF b = 2 THEN ROLLBACK; ELSE COMMIT; END IF;
    SET told = CONCAT(told, ' done');
  END;
  DELETE FROM outbox WHERE body = 'before';
END//
-- try (0) | (3) | (2)
CREATE PROCEDURE trial_back_cursor(IN stop_at int, OUT told varchar(60))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET told = 'error'; END;
  SET told = '';
  START TRANSACTION;
  BEGIN
    DECLARE v_id, done int DEFAULT 0;
    DECLARE rows_of CURSOR FOR SELECT id FROM stock ORDER BY id;
    DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
    OPEN rows_of;
    each_row: WHILE done = 0 DO
      FETCH rows_of INTO v_id;
      IF done = 0 THEN
        UPDATE stock SET amount = amount + 5 WHERE id = v_id;
        IF v_id = stop_at THEN ROLLBACK; SET told = 'stopped'; LEAVE each_row; END IF;
      END IF;
    END WHILE;
  END;
  SET told = CONCAT(told, ' ', (SELECT COUNT(*) FROM stock));
  COMMIT;
END//
-- try (10)
CREATE PROCEDURE trial_signed(IN v int unsigned)
BEGIN
  DECLARE w int unsigned DEFAULT 3; DECLARE big bigint unsigned DEFAULT 7; DECLARE told varchar(200);
  SET told = CONCAT_WS('|', CAST(v AS SIGNED) - 100, CONVERT(w, SIGNED) - CAST(v AS SIGNED), CAST(big AS SIGNED) - 9, -CAST(v AS SIGNED), CAST(v AS SIGNED INTEGER) * -1, CAST(CAST(v AS SIGNED) - 11 AS SIGNED) - 1);
  IF CAST(v AS SIGNED) - 11 < 0 THEN SET told = CONCAT(told, '!'); END IF;
  SELECT told;
  SELECT id, CAST(held AS SIGNED) - 100 AS a, CONVERT(held, SIGNED) - id AS b, CAST(level AS SIGNED) - 5 AS c, CAST(SUM(held) AS SIGNED) - 3 AS d, CAST(held DIV 2 AS SIGNED) - 9 AS e FROM gauge GROUP BY id, held, level;
  UPDATE gauge SET tag = CAST(level AS SIGNED) - 9 WHERE CAST(held AS SIGNED) - 5 < 0;
END//
-- try ()
CREATE PROCEDURE trial_sums_divided()
BEGIN
  SELECT SUM(qty) / COUNT(*) AS a, SUM(qty) / 3 AS b, SUM(qty) / SUM(id) AS c, ROUND(100 * SUM(qty > 1) / COUNT(*), 1) AS d, SUM(IF(qty > 2, 1, 0)) / COUNT(*) AS e, SUM(CASE WHEN qty > 2 THEN 1 END) / COUNT(*) AS f, SUM(qty = 1) / COUNT(*) AS g, (SUM(qty) + 1) / 3 AS h, -SUM(qty) / 3 AS i, IFNULL(SUM(qty), 0) / 3 AS j, SUM(LENGTH(day)) / 7 AS k, SUM(DISTINCT qty) / 4 AS l, SUM(DATEDIFF(day, '2024-01-01')) / 7 AS m, MAX(qty) / 3 AS n, SUM(ROUND(qty)) / 3 AS o FROM sale;
  SELECT item_id, SUM(qty > 1) / COUNT(*) AS r FROM sale GROUP BY item_id HAVING SUM(qty > 1) / COUNT(*) > 0.4 AND r < 0.9 ORDER BY SUM(qty > 1) / COUNT(*);
  SELECT id, SUM(qty) OVER (PARTITION BY item_id) / 4 AS w, SUM(qty) OVER (ORDER BY id) / COUNT(*) OVER (ORDER BY id) AS x FROM sale ORDER BY id;
  SELECT t.item_id, t.p / t.n AS r, t.p * 100 / t.n AS pct, t.q / 3 AS s FROM (SELECT item_id, SUM(qty > 1) AS p, COUNT(*) AS n, SUM(qty) AS q FROM sale GROUP BY item_id) t ORDER BY t.item_id;
  WITH c AS (SELECT SUM(is_active) AS p FROM item UNION ALL SELECT COUNT(*) FROM sale) SELECT p / 4 AS r FROM c;
  UPDATE item i JOIN (SELECT item_id, SUM(qty > 1) / COUNT(*) AS r, SUM(qty) AS q FROM sale GROUP BY item_id) s ON s.item_id = i.id SET i.price = s.r * 100 + s.q / 4;
  INSERT INTO journal (what, number) SELECT 'rate', SUM(qty > 1) / COUNT(*) FROM sale;
END//
-- try (1) | (3) | (99)
CREATE FUNCTION trial_rate(i int) RETURNS decimal(7,3) READS SQL DATA
  RETURN (SELECT 100 * SUM(qty > 1) / COUNT(*) FROM sale WHERE item_id = i)//
-- try (5) | (0) | (NULL)
CREATE FUNCTION trial_flags(n int) RETURNS varchar(30) DETERMINISTIC RETURN MAKE_SET(n & 7, 'a', NULL, 'c')//
-- try ('02000') | ('22023') | ('45001')
CREATE PROCEDURE trial_states(IN s varchar(5))
BEGIN
  IF s = '02000' THEN SIGNAL SQLSTATE '02000' SET MESSAGE_TEXT = 'none of it'; END IF;
  IF s = '22023' THEN SIGNAL SQLSTATE '22023' SET MESSAGE_TEXT = 'bad period'; END IF;
  SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'of ours';
END//
