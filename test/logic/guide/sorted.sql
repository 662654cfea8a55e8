-- Texts in the order of their collation, signs among them.
-- run CALL sorted_all()
CREATE PROCEDURE sorted_all()
BEGIN
  SELECT id, d FROM filed ORDER BY d, id;
  SELECT id, g FROM filed ORDER BY g DESC;
  SELECT id, n AS word FROM filed ORDER BY word;
  SELECT id, b FROM filed ORDER BY 2 DESC;
  SELECT f.id FROM filed f JOIN filed o ON o.id = f.id WHERE f.d IS NOT NULL ORDER BY f.g LIMIT 7;
END//
-- run CALL sorted_between('a', 'ann_') | CALL sorted_between('_', 'B') | CALL sorted_between('', '~') | CALL sorted_between('[', NULL)
CREATE PROCEDURE sorted_between(IN low varchar(20), IN high varchar(20))
BEGIN
  SELECT id FROM filed WHERE d BETWEEN low AND high ORDER BY id;
  SELECT id FROM filed WHERE g > 'ANN ' AND g <= 'x_' ORDER BY id;
  SELECT id FROM filed WHERE n >= 'a[' ORDER BY id;
  SELECT id FROM filed WHERE b < '_' ORDER BY id;
  SELECT id FROM filed WHERE d > 'ann_' AND b > 'Z' ORDER BY id;
END//
-- try ('a_b', 'a-b') | ('a_b', 'Ab') | ('A_B', 'a_b') | ('a[', 'aB') | ('', ' ') | ('9', '10') | ('a', NULL) | ('~', 'z') | ('a:', 'a.')
CREATE FUNCTION sorted_less(a varchar(20), b varchar(20)) RETURNS int DETERMINISTIC
BEGIN
  IF a < b THEN RETURN 1; END IF;
  RETURN IF(a >= b, 2, 0) + 10 * STRCMP(a, b);
END//
-- run CALL sorted_ends()
CREATE PROCEDURE sorted_ends()
BEGIN
  SELECT MIN(d), MAX(d), MIN(g), MAX(g), MIN(n), MAX(n), MIN(b), MAX(b) FROM filed WHERE d <> '';
  SELECT GROUP_CONCAT(d ORDER BY d) AS d, GROUP_CONCAT(DISTINCT g ORDER BY g DESC) AS g, GROUP_CONCAT(n ORDER BY n SEPARATOR '/') AS n, GROUP_CONCAT(DISTINCT b ORDER BY b) AS b FROM filed;
  SELECT id, ROW_NUMBER() OVER (ORDER BY g, id) AS by_g, RANK() OVER (ORDER BY d DESC) AS by_d, DENSE_RANK() OVER (ORDER BY b) AS by_b FROM filed ORDER BY id;
END//
-- run CALL sorted_groups()
CREATE PROCEDURE sorted_groups()
BEGIN
  SELECT d, COUNT(*) AS many FROM filed GROUP BY d ORDER BY d;
  SELECT g AS word, MAX(id) AS top FROM filed GROUP BY g HAVING MAX(id) > 2 ORDER BY word DESC;
  SELECT b, COUNT(*) AS many FROM filed GROUP BY b ORDER BY b;
  SELECT d AS word FROM filed WHERE id < 20 UNION SELECT d FROM filed ORDER BY word;
  SELECT DISTINCT n FROM filed ORDER BY n;
END//
-- run CALL sorted_first(3)
CREATE PROCEDURE sorted_first(IN p_mark int)
BEGIN
  DECLARE done int DEFAULT 0;
  DECLARE v varchar(20);
  DECLARE listed varchar(400) DEFAULT '';
  DECLARE c CURSOR FOR SELECT g FROM filed WHERE mark IS NULL ORDER BY g;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  UPDATE filed SET mark = p_mark WHERE d IS NOT NULL ORDER BY d DESC LIMIT 5;
  OPEN c;
  each_row: LOOP
    FETCH c INTO v;
    IF done THEN LEAVE each_row; END IF;
    SET listed = CONCAT(listed, IFNULL(v, '-'), ',');
  END LOOP;
  CLOSE c;
  SELECT listed;
END//
