-- Blocks, loops, handlers, errors, transactions, cursors.
-- try (3, 4) | (0, 4) | (NULL, 2)
CREATE PROCEDURE flow_inout(IN n int, INOUT total int) SET total = total + n//
-- try (1) | (2) | (9) | (NULL)
CREATE FUNCTION flow_case(n int) RETURNS varchar(10) DETERMINISTIC
BEGIN
  CASE n WHEN 1 THEN RETURN 'one'; WHEN 2 THEN RETURN 'two'; ELSE RETURN 'many'; END CASE;
END//
-- try (1) | (5)
CREATE FUNCTION flow_case_none(n int) RETURNS varchar(10) DETERMINISTIC
BEGIN
  DECLARE told varchar(10) DEFAULT 'none';
  CASE WHEN n < 3 THEN SET told = 'few'; END CASE;
  RETURN told;
END//
-- try (5) | (-1) | (NULL)
CREATE FUNCTION flow_if(n int) RETURNS varchar(10) DETERMINISTIC
BEGIN
  IF n > 3 THEN RETURN 'big'; ELSEIF n >= 0 THEN RETURN 'small'; ELSEIF n THEN RETURN 'minus'; ELSE RETURN 'nothing'; END IF;
END//
-- try (7) | (0)
CREATE FUNCTION flow_loop(n int) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE i int DEFAULT 0;
  DECLARE told varchar(60) DEFAULT '';
  again: LOOP
    SET i = i + 1;
    IF i > n THEN LEAVE again; END IF;
    IF i MOD 3 = 0 THEN ITERATE again; END IF;
    SET told = CONCAT(told, i);
  END LOOP again;
  RETURN told;
END//
-- try (1)
CREATE FUNCTION flow_scopes(n int) RETURNS varchar(40) DETERMINISTIC
BEGIN
  DECLARE x int DEFAULT n;
  DECLARE told varchar(40) DEFAULT '';
  BEGIN DECLARE x int DEFAULT 50; SET told = CONCAT(told, x); SET x = 60; END;
  SET told = CONCAT(told, '/', x);
  RETURN told;
END//
-- try (-1, NULL) | (5, NULL)
CREATE PROCEDURE flow_signal(IN n int, OUT told varchar(20))
BEGIN
  DECLARE bad CONDITION FOR SQLSTATE '45001';
  IF n < 0 THEN SIGNAL bad SET MESSAGE_TEXT = 'negative'; END IF;
  SET told = 'fine';
END//
-- try (1, NULL) | (77, NULL)
CREATE PROCEDURE flow_exit_duplicate(IN n int, OUT told varchar(20))
BEGIN
  DECLARE EXIT HANDLER FOR SQLSTATE '23000' SET told = 'twice';
  INSERT INTO outbox (id, body) VALUES (n, 'h');
  SET told = 'made';
END//
-- try (NULL)
CREATE PROCEDURE flow_continue(OUT failures int)
BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 SET failures = failures + 1;
  SET failures = 0;
  INSERT INTO tally VALUES ('orders', 1);
  INSERT INTO tally VALUES ('other', 1);
  INSERT INTO tally VALUES ('other', 2);
END//
-- try (1, NULL) | (42, NULL)
CREATE PROCEDURE flow_not_found(IN n int, OUT told varchar(40))
BEGIN
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET told = 'nobody';
  SELECT name INTO told FROM staff WHERE id = n;
  SET told = CONCAT(told, '!');
END//
-- try (NULL)
CREATE PROCEDURE flow_cursor(OUT told varchar(200))
BEGIN
  DECLARE is_done tinyint DEFAULT FALSE;
  DECLARE who varchar(30);
  DECLARE pay decimal(9,2);
  DECLARE people CURSOR FOR SELECT name, salary FROM staff ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = TRUE;
  SET told = '';
  OPEN people;
  next_one: LOOP
    FETCH people INTO who, pay;
    IF is_done THEN LEAVE next_one; END IF;
    SET told = CONCAT(told, who, '=', IFNULL(pay, '?'), ' ');
  END LOOP;
  CLOSE people;
END//
-- try (2, NULL) | (0, NULL)
CREATE PROCEDURE flow_cursor_twice(IN rounds int, OUT total decimal(12,2))
BEGIN
  DECLARE i int DEFAULT 0;
  DECLARE p decimal(10,2);
  DECLARE prices CURSOR FOR SELECT price FROM item WHERE id > i ORDER BY id;
  SET total = 0;
  WHILE i < rounds DO
    OPEN prices;
    FETCH prices INTO p;
    SET total = total + p;
    CLOSE prices;
    SET i = i + 1;
  END WHILE;
END//
-- try (1, 2, 5, NULL) | (1, 2, 5000, NULL) | (1, 99, 1, NULL)
CREATE PROCEDURE flow_move(IN from_id int, IN to_id int, IN n int, OUT told varchar(30))
BEGIN
  DECLARE have int;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SET told = 'undone'; END;
  START TRANSACTION;
  SELECT amount INTO have FROM stock WHERE id = from_id FOR UPDATE;
  IF have < n THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too few'; END IF;
  UPDATE stock SET amount = amount - n WHERE id = from_id;
  UPDATE stock SET amount = amount + n WHERE id = to_id;
  INSERT INTO outbox (id, body) VALUES (1000 + to_id, NULLIF(told, ''));
  COMMIT;
  SET told = 'moved';
END//
-- try (0, NULL) | (1, NULL)
CREATE PROCEDURE flow_savepoint(IN is_bad int, OUT n int)
BEGIN
  INSERT INTO audit (act, row_id) VALUES ('first', 1);
  SAVEPOINT half;
  INSERT INTO audit (act, row_id) VALUES ('second', 2);
  IF is_bad THEN ROLLBACK TO SAVEPOINT half; END IF;
  INSERT INTO audit (act, row_id) VALUES ('third', 3);
  SELECT COUNT(*) INTO n FROM audit;
END//
-- try (3)
CREATE PROCEDURE flow_resignal(IN n int)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SET MESSAGE_TEXT = 'wrapped';
  IF n > 1 THEN SIGNAL SQLSTATE '45009' SET MESSAGE_TEXT = 'inner'; END IF;
END//
-- try (NULL)
CREATE PROCEDURE flow_diagnostics(OUT told varchar(60))
BEGIN
  DECLARE state_of char(5);
  DECLARE number_of int;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS CONDITION 1 state_of = RETURNED_SQLSTATE, number_of = MYSQL_ERRNO;
    SET told = CONCAT(state_of, '/', number_of);
  END;
  INSERT INTO tally VALUES ('orders', 1);
END//
-- try (4) | (1) | (0)
CREATE FUNCTION flow_calls(n int) RETURNS int DETERMINISTIC RETURN num_digits(n * 1000 + 23) + num_gcd(n, 2)//
-- try (2, 10) | (3, NULL)
CREATE PROCEDURE flow_call_out(IN n int, INOUT total int)
BEGIN
  DECLARE lowest, highest decimal(10,2);
  DECLARE pieces bigint;
  CALL flow_inout(n, total);
  CALL sel_three(3, lowest, highest, pieces);
  SET total = total + pieces;
END//
-- try (1)
CREATE PROCEDURE flow_call_rows(IN n int)
BEGIN
  CALL sel_rows(50);
  SELECT n AS own;
END//
-- try (NULL) | (3)
CREATE PROCEDURE flow_leave_body(IN n int)
body_of_it: BEGIN
  IF n IS NULL THEN LEAVE body_of_it; END IF;
  UPDATE stock SET changes = n WHERE id = 1;
END//
-- try (5)
CREATE FUNCTION flow_user_variable(n int) RETURNS int DETERMINISTIC
BEGIN
  SET @guide_n = n + 1;
  SET @guide_n = @guide_n * 2;
  RETURN @guide_n;
END//
-- try (NULL)
CREATE PROCEDURE flow_nested_handler(OUT told varchar(60))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = CONCAT(told, ' outer');
  SET told = 'begin';
  BEGIN
    DECLARE EXIT HANDLER FOR 1062 SET told = CONCAT(told, ' inner');
    INSERT INTO tally VALUES ('orders', 1);
  END;
  SET told = CONCAT(told, ' between');
  INSERT INTO outbox (id, state) VALUES (5, 'lost');
END//
-- try ('job') | ('job')
CREATE PROCEDURE flow_lock(IN name_of varchar(20), OUT told varchar(20))
BEGIN
  IF GET_LOCK(name_of, 0) = 1 THEN SET told = 'held'; ELSE SET told = 'busy'; END IF;
  SET told = CONCAT(told, RELEASE_LOCK(name_of));
END//
-- try (7) | (NULL)
CREATE PROCEDURE flow_dynamic(IN n int, OUT told int)
BEGIN
  SET @guide_sql = 'SELECT COUNT(*) + ? INTO @guide_found FROM staff WHERE salary > ?';
  SET @guide_a = n, @guide_b = 3000;
  PREPARE statement_of FROM @guide_sql;
  EXECUTE statement_of USING @guide_a, @guide_b;
  DEALLOCATE PREPARE statement_of;
  SET told = @guide_found;
END//
-- try (4)
CREATE PROCEDURE flow_dynamic_fixed(IN n int)
BEGIN
  SET @guide_x = n;
  PREPARE change_it FROM 'UPDATE stock SET changes = changes + ? WHERE id = 2';
  EXECUTE change_it USING @guide_x;
  EXECUTE change_it USING @guide_x;
  DEALLOCATE PREPARE change_it;
END//
-- try ('stock') | ('pair')
CREATE PROCEDURE flow_dynamic_table(IN t varchar(20), OUT n int)
BEGIN
  SET @guide_text = CONCAT('SELECT COUNT(*) INTO @guide_rows FROM ', t);
  PREPARE counted FROM @guide_text;
  EXECUTE counted;
  DEALLOCATE PREPARE counted;
  SET n = @guide_rows;
END//
-- try (NULL)
CREATE PROCEDURE flow_too_long(OUT told varchar(10))
BEGIN
  DECLARE short varchar(3);
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = 'long';
  SET told = 'fits';
  SET short = 'abcd';
END//
