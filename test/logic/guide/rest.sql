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
  INSERT INTO ticket (what, n) SELECT name, id FROM staff WHERE id > 3 AND least = 0 ORDER BY id;
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
  INSERT INTO ticket (what, n) VALUES ('w', 8);
  SELECT (SELECT MAX(id) FROM ticket) - LAST_INSERT_ID() AS behind;
  INSERT IGNORE INTO ticket (what, n) VALUES ('v', 9), ('v', 9);
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
