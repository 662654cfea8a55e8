-- Routines as a freight company, a library, a school and a bank have them.
-- try (1) | (2) | (9)
CREATE PROCEDURE bz_lamp(IN n int)
BEGIN
  UPDATE lamp SET level = level + 1, lit = '2024-03-01 12:30:00.250' WHERE id = n;
  SELECT id, is_on, level, lit FROM lamp ORDER BY id;
END//
-- try (0) | (1000)
CREATE PROCEDURE bz_no_rows(IN n int) SELECT kind, COUNT(*) AS many, SUM(price) AS worth FROM item WHERE qty > n GROUP BY kind WITH ROLLUP//
-- try (0) | (1000)
CREATE PROCEDURE bz_no_rows_having(IN n int) SELECT kind, COUNT(*) AS many FROM item WHERE qty > n GROUP BY kind WITH ROLLUP HAVING many <> 1 OR kind IS NULL//
-- run UPDATE crate SET note = 'x' WHERE id = 1
CREATE TRIGGER bz_crate_changed AFTER UPDATE ON crate FOR EACH ROW INSERT INTO journal (what, line) VALUES (CONCAT('crate ', NEW.note), NEW.id)//
-- try (1, 2) | (2, 1)
CREATE PROCEDURE bz_two_changed(IN a int, IN b int) UPDATE crate AS k, crate AS d SET k.note = CONCAT(IFNULL(k.note, ''), d.id), d.note = 'empty' WHERE k.id = a AND d.id = b//
-- run DELETE FROM crate WHERE id = 2
CREATE TRIGGER bz_crate_gone AFTER DELETE ON crate FOR EACH ROW INSERT INTO journal (what, line) VALUES ('crate gone', OLD.id)//
-- run DELETE FROM lamp WHERE id = 2
CREATE TRIGGER bz_lamp_gone AFTER DELETE ON lamp FOR EACH ROW INSERT INTO journal (what, line) VALUES ('lamp gone', OLD.id)//
-- try (2) | (1)
CREATE PROCEDURE bz_two_gone(IN n int) DELETE c, l FROM lamp AS l JOIN crate AS c ON c.id = l.id WHERE l.id = n//
-- try ('2024-01-04 23:59:59') | ('2024-02-29 09:00:00') | ('2024-02-29 09:00:01')
CREATE FUNCTION bz_hour(d datetime) RETURNS int DETERMINISTIC RETURN d BETWEEN '2024-1-5' AND '2024-02-29 09'//
-- try (0) | (5)
CREATE PROCEDURE bz_no_order(IN n int) SELECT kind, COUNT(*) AS many FROM item WHERE qty >= n GROUP BY kind HAVING many > 0 ORDER BY NULL//
-- try (0) | (1) | (9)
CREATE PROCEDURE bz_having(IN n int)
BEGIN
  SELECT code, (SELECT COUNT(*) FROM sale AS s WHERE s.item_id = item.id) AS sales FROM item WHERE qty > 0 OR is_active HAVING sales > n ORDER BY sales DESC, id;
  SELECT id, price * qty AS worth FROM item HAVING worth > n * 10 OR id = 2 ORDER BY id LIMIT 3;
END//
-- try (3) | (8) | (NULL)
CREATE FUNCTION bz_later(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE r int DEFAULT n;
  BEGIN
    DECLARE n int DEFAULT r + 1;
    DECLARE r int DEFAULT n * 2;
    SET n = n + 1;
    IF r > 10 THEN RETURN n + r; END IF;
  END;
  RETURN n + r;
END//
-- try (3) | (NULL)
CREATE PROCEDURE bz_shown(IN n int)
BEGIN
  SET @bz_one = n, @`bz two` = CONCAT(n, '!');
  SELECT n, @bz_one, @`bz two`, @bz_one + 1, @bz_one AS one;
END//
-- try (90) | (-90) | (3000)
CREATE PROCEDURE bz_time(IN n int) SELECT id, lasts + INTERVAL 90 MINUTE AS more, lasts - INTERVAL 1 HOUR AS less, DATE_ADD(lasts, INTERVAL n MINUTE) AS given FROM lamp ORDER BY id//
-- run DELETE FROM crate WHERE id = 1 | UPDATE crate SET id = 9 WHERE id = 2
CREATE TRIGGER bz_part_gone AFTER DELETE ON `CratePart` FOR EACH ROW INSERT INTO journal (what, line) VALUES (CONCAT('gone ', OLD.`Name`), OLD.`Id`)//
-- run DELETE FROM crate WHERE id = 1 | UPDATE crate SET id = 9 WHERE id = 2 | UPDATE crate SET note = 'x'
CREATE TRIGGER bz_part_changed BEFORE UPDATE ON `CratePart` FOR EACH ROW
BEGIN
  INSERT INTO journal (what, line) VALUES (CONCAT('was ', OLD.`Name`), NEW.`CrateId`);
  SET NEW.`Name` = UPPER(NEW.`Name`);
END//
-- try (1) | (2) | (NULL)
CREATE PROCEDURE bz_parts(IN n int)
BEGIN
  UPDATE `CratePart` SET `Name` = CONCAT(`Name`, '!') WHERE `CrateId` <=> n;
  DELETE FROM `CratePart` WHERE `CrateId` = n AND `Id` < 2;
  DELETE FROM crate WHERE id = n;
  SELECT COUNT(*) AS parts FROM `CratePart`;
END//
-- try ('1,3') | ('2') | ('0, 5 ,4')
CREATE PROCEDURE bz_list(IN ids varchar(60))
BEGIN
  SET @bz_sql = CONCAT('UPDATE item SET qty = qty + 1 WHERE id IN (', ids, ')');
  PREPARE bz_change FROM @bz_sql;
  EXECUTE bz_change;
  DEALLOCATE PREPARE bz_change;
  SET @bz_query = CONCAT('SELECT id, code FROM item WHERE id NOT IN (', ids, ') ORDER BY id');
  PREPARE bz_rest FROM @bz_query;
  EXECUTE bz_rest;
  DEALLOCATE PREPARE bz_rest;
END//
-- try (2024) | (2000) | (1999) | (NULL) | (3000)
CREATE FUNCTION bz_year(y year) RETURNS int DETERMINISTIC RETURN y - 2000 + (y > 2010)//
