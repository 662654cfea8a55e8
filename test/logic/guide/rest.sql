-- What a second stranger's programs still had: states of cursors, orders of rows, texts that are no number, states of errors.
-- try (4, NULL) | (-3, NULL) | (3, NULL) | (1, NULL)
CREATE PROCEDURE re_cursor_state(IN p int, OUT told varchar(60))
BEGIN
  DECLARE a int;
  DECLARE n int DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM staff WHERE id <= p ORDER BY id;
  DECLARE EXIT HANDLER FOR SQLSTATE '24000' SET told = CONCAT('cursor ', n);
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET n = n + 100;
  SET p = p + 2;
  IF p > 2 THEN OPEN c; END IF;
  WHILE n < 100 DO FETCH c INTO a; SET n = n + 1; END WHILE;
  CLOSE c;
  IF p = 6 THEN CLOSE c; END IF;
  OPEN c;
  FETCH c INTO a;
  IF p = 5 THEN OPEN c; END IF;
  CLOSE c;
  SET told = CONCAT(a, ' ', n);
END//
-- try (0, NULL) | (1, NULL) | (2, NULL) | (3, NULL)
CREATE PROCEDURE re_cursor_goes_on(IN n int, OUT told varchar(100))
BEGIN
  DECLARE a int DEFAULT -1;
  DECLARE c CURSOR FOR SELECT id FROM staff ORDER BY id;
  DECLARE CONTINUE HANDLER FOR 1325 SET told = CONCAT(told, '[open]');
  DECLARE CONTINUE HANDLER FOR 1326 SET told = CONCAT(told, '[closed]');
  SET told = '';
  IF n > 0 THEN OPEN c; END IF;
  IF n > 1 THEN OPEN c; END IF;
  FETCH c INTO a;
  CLOSE c;
  IF n > 2 THEN CLOSE c; FETCH c INTO a; OPEN c; FETCH c INTO a; END IF;
  SET told = CONCAT(told, a);
END//
-- try (1) | (2)
CREATE PROCEDURE re_cursor_raises(IN n int)
BEGIN
  DECLARE a int;
  DECLARE c CURSOR FOR SELECT id FROM staff;
  OPEN c;
  CLOSE c;
  IF n = 1 THEN CLOSE c; END IF;
  FETCH c INTO a;
END//
-- try (5) | (2) | (NULL)
CREATE FUNCTION re_no_return(n int) RETURNS int DETERMINISTIC
BEGIN
  IF n > 3 THEN RETURN n; END IF;
END//
-- try (5, NULL) | (2, NULL)
CREATE PROCEDURE re_no_return_seen(IN n int, OUT told varchar(30))
BEGIN
  DECLARE EXIT HANDLER FOR 1321 SET told = 'no return';
  SET told = re_no_return(n);
END//
-- try ()
CREATE PROCEDURE re_side_by_side() SELECT 'a' 'b', CONCAT('c' 'd', 1), 'e'
  'f' AS named, 'g'//
-- run INSERT INTO ticket (what, n) VALUES ('x', 3), ('y', 4)
CREATE TRIGGER re_ticket_made AFTER INSERT ON ticket FOR EACH ROW INSERT INTO ticket_log (what, ticket) VALUES (NEW.what, NEW.id), ('again', NEW.id)//
-- try (0) | (1)
CREATE PROCEDURE re_first_number(IN least int)
BEGIN
  INSERT INTO ticket (what, n) VALUES ('x', 5), ('y', 6), ('z', 7);
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
  INSERT INTO ticket (what, n) VALUES ('w', 8);
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
  INSERT IGNORE INTO ticket (what, n) VALUES ('v', 9), ('v', 9);
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
  INSERT INTO ticket (what, n) SELECT name, id FROM staff WHERE id > 3 AND least = 0 ORDER BY id;
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
END//
-- try ()
CREATE PROCEDURE re_counted_number()
BEGIN
  INSERT INTO ticket (what, n) VALUES ('x', 5), ('y', 6);
  SELECT ROW_COUNT() AS many, (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
END//
-- run DELETE FROM ticket WHERE n = 1
CREATE TRIGGER re_ticket_gone AFTER DELETE ON ticket FOR EACH ROW INSERT INTO ticket_log (what, ticket) VALUES (CONCAT('gone ', OLD.n), OLD.id)//
-- run UPDATE ticket SET n = n + 1 WHERE id = 2
CREATE TRIGGER re_ticket_changed BEFORE UPDATE ON ticket FOR EACH ROW INSERT INTO ticket_log (what, ticket) VALUES (CONCAT('now ', NEW.n), OLD.id)//
-- try (2) | (0) | (9)
CREATE PROCEDURE re_in_order(IN many int)
BEGIN
  DELETE FROM ticket WHERE what IS NOT NULL ORDER BY n DESC, id DESC LIMIT 2;
  SELECT ROW_COUNT() AS gone;
  UPDATE ticket SET n = n + 10, what = 'changed' ORDER BY n, id LIMIT many;
  SELECT ROW_COUNT() AS changed;
  UPDATE ticket t SET t.n = t.n + 1 ORDER BY t.n DESC;
END//
-- try ('12a', NULL) | ('abc', NULL) | ('', NULL) | ('7', NULL) | (' 8 ', NULL) | ('99999999999', NULL) | (NULL, NULL) | ('.5', NULL) | ('1e1', NULL)
CREATE PROCEDURE re_text_number(IN p varchar(20), OUT told varchar(50))
BEGIN
  DECLARE v int DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLSTATE '22007' SET told = 'not a number';
  DECLARE EXIT HANDLER FOR 1366, 1264 SET told = 'bad number';
  SET v = p;
  SET told = v;
END//
-- try ('5x', NULL) | ('x', NULL) | ('5', NULL)
CREATE PROCEDURE re_text_state(IN p varchar(20), OUT told varchar(50))
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLSTATE 'HY000', SQLSTATE '22007' SET told = CONCAT(told, '[value]');
  SET told = '';
  INSERT INTO stock (id, name, amount) VALUES (20, 'h', p);
  SET told = CONCAT(told, (SELECT COUNT(*) FROM stock));
END//
-- try ('5x', NULL) | ('x', NULL) | ('5', NULL)
CREATE PROCEDURE re_text_any(IN p varchar(20), OUT told varchar(50))
BEGIN
  DECLARE v smallint DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'caught';
  SET v = p;
  SET told = v;
END//
-- try ('bad', 7, NULL) | ('sent', -1, NULL) | ('sent', 1, NULL)
CREATE PROCEDURE re_checked(IN s varchar(10), IN h int, OUT told varchar(90))
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLSTATE '23000' SET told = CONCAT(told, '[23000]');
  DECLARE CONTINUE HANDLER FOR SQLSTATE 'HY000' SET told = CONCAT(told, '[HY000]');
  DECLARE CONTINUE HANDLER FOR SQLSTATE '22003' SET told = CONCAT(told, '[22003]');
  SET told = '';
  UPDATE outbox SET state = s WHERE id = 1;
  SET told = CONCAT(told, ';');
  UPDATE gauge SET level = h WHERE id = 1;
  SET told = CONCAT(told, ';');
  UPDATE gauge SET held = h WHERE id = 2;
  SET told = CONCAT(told, ';');
  INSERT INTO outbox (id, body) VALUES (1, 'twice');
END//
-- try (7, NULL) | (-1, NULL) | (2, NULL)
CREATE PROCEDURE re_checked_last(IN h int, OUT told varchar(90))
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'any';
  DECLARE EXIT HANDLER FOR SQLSTATE '23000', SQLSTATE '45000' SET told = 'key';
  UPDATE gauge SET level = h WHERE id = 1;
  IF h = 2 THEN SIGNAL SQLSTATE '45000'; END IF;
  SET told = 'done';
END//
-- try (1, NULL) | (2, NULL) | (3, NULL)
CREATE PROCEDURE re_state_told(IN n int, OUT told varchar(30))
BEGIN
  DECLARE v int;
  DECLARE st varchar(5);
  DECLARE num int;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS CONDITION 1 st = RETURNED_SQLSTATE, num = MYSQL_ERRNO;
    SET told = CONCAT(st, ' ', num);
  END;
  IF n = 1 THEN UPDATE outbox SET state = 'bad' WHERE id = 1; END IF;
  IF n = 2 THEN SET v = CONCAT('a', n); END IF;
  IF n = 3 THEN INSERT INTO outbox (id, body) VALUES (1, 'twice'); END IF;
END//
-- try (1) | (69) | (70) | (99) | (100) | (1900) | (1901) | (2155) | (2156) | (0) | (NULL) | (2010) | (1999) | (-1)
CREATE FUNCTION re_year(y year) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('year ', y + 0)//
-- try (1999) | (2024) | (5) | (NULL)
CREATE FUNCTION re_year_less(y year) RETURNS int DETERMINISTIC RETURN y - 2000 + (y > 2010)//
-- try (3, NULL) | (75, NULL) | (150, NULL) | (2024, NULL) | (0, NULL) | (NULL, NULL)
CREATE PROCEDURE re_year_set(IN n int, OUT told varchar(60))
BEGIN
  DECLARE y year DEFAULT 7;
  DECLARE z year DEFAULT 2001;
  DECLARE EXIT HANDLER FOR 1264 SET told = CONCAT('outside ', n);
  SET y = n;
  SET told = CONCAT_WS(' ', y + 0, z);
END//
-- mode
-- try (3, NULL) | (150, NULL) | (2200, NULL)
CREATE PROCEDURE re_year_cut(IN n int, OUT told varchar(60))
BEGIN
  DECLARE y year;
  SET y = n;
  SET told = y + 0;
END//
