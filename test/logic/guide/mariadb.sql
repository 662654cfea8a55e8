-- What MariaDB alone has.
-- try (1) | (4)
CREATE FUNCTION ma_cursor(n int) RETURNS decimal(12,2) READS SQL DATA
BEGIN
  DECLARE total decimal(12,2) DEFAULT 0;
  DECLARE p decimal(10,2);
  DECLARE is_done int DEFAULT 0;
  DECLARE sales CURSOR (of_item int, least int) FOR SELECT price FROM sale WHERE item_id = of_item AND qty >= least ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  OPEN sales(n, 2);
  adding: LOOP
    FETCH sales INTO p;
    IF is_done THEN LEAVE adding; END IF;
    SET total = total + p;
  END LOOP;
  CLOSE sales;
  RETURN total;
END//
-- try (4) | (0) | (NULL)
CREATE FUNCTION ma_for(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE total int DEFAULT 0;
  FOR i IN 1..n DO SET total = total + i; END FOR;
  FOR i IN REVERSE 1..n DO SET total = total * 2 + i; END FOR;
  RETURN total;
END//
-- try ()
CREATE FUNCTION ma_for_query() RETURNS varchar(100) READS SQL DATA
BEGIN
  DECLARE told varchar(100) DEFAULT '';
  FOR r IN (SELECT id, name FROM staff ORDER BY id) DO SET told = CONCAT(told, r.id, r.name); END FOR;
  RETURN told;
END//
-- try (2)
CREATE FUNCTION ma_for_cursor(n int) RETURNS decimal(12,2) READS SQL DATA
BEGIN
  DECLARE total decimal(12,2) DEFAULT 0;
  DECLARE dear CURSOR (least int) FOR SELECT price, qty FROM sale WHERE qty >= least;
  FOR r IN dear(n) DO SET total = total + r.price * r.qty; END FOR;
  RETURN total;
END//
-- try (1) | (9)
CREATE FUNCTION ma_row_type(n int) RETURNS varchar(60) READS SQL DATA
BEGIN
  DECLARE one ROW TYPE OF staff;
  DECLARE pay TYPE OF staff.salary DEFAULT 5;
  SELECT * INTO one FROM staff WHERE id = n;
  SET pay = pay + one.salary;
  RETURN CONCAT(one.name, ' ', pay);
END//
-- try (3)
CREATE PROCEDURE ma_immediate(IN n int) EXECUTE IMMEDIATE 'UPDATE stock SET changes = ? WHERE id = 1' USING n//
-- try ('x')
CREATE PROCEDURE ma_returning(IN w varchar(20)) INSERT INTO journal (what, line) VALUES (w, 1), (w, 2) RETURNING id, what//
-- try (1)
CREATE PROCEDURE ma_delete_returning(IN n int) DELETE FROM slot WHERE a = n RETURNING a, b, v//
-- try (60, 61)
CREATE PROCEDURE ma_replace_returning(IN x int, IN y int) REPLACE INTO pair (a, b) VALUES (x, y) RETURNING a, b, c//
-- try (2)
CREATE FUNCTION ma_default(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE a int DEFAULT 3;
  DECLARE b int DEFAULT a * n;
  RETURN b;
END//
-- try (1)
CREATE PROCEDURE ma_row(IN n int, OUT told varchar(40))
BEGIN
  DECLARE r ROW (a int, b varchar(10));
  SET r.a = n, r.b = 'x';
  SET told = CONCAT(r.a, r.b);
END//
-- try ('a,b') | ('')
CREATE FUNCTION ma_chr(s varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT(CHR(65), NVL(NULLIF(s, ''), 'none'), NVL2(s, 'y', 'n'))//
-- try (5) | (0)
CREATE PROCEDURE ma_while(IN n int, OUT total int)
BEGIN
  SET total = 0;
  WHILE n > 0 DO SET total = total + n; SET n = n - 1; END WHILE;
END//
-- try ('secret') | ('') | (NULL)
CREATE FUNCTION str_md5(s varchar(20)) RETURNS varchar(80) DETERMINISTIC RETURN MD5(s)//
-- try ('secret') | ('') | (NULL)
CREATE FUNCTION str_sha1(s varchar(20)) RETURNS varchar(80) DETERMINISTIC RETURN SHA1(s)//
-- try (5) | (NULL)
CREATE FUNCTION ma_warned_before(n int) RETURNS varchar(30) DETERMINISTIC BEGIN IF n / 0 IS NULL THEN RETURN FORMAT(n, 2); END IF; RETURN 'no'; END//
-- try (1, NULL) | (NULL, 3) | (1, 2) | (NULL, NULL)
CREATE FUNCTION ma_for_null(a int, b int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE total int DEFAULT 0;
  DECLARE EXIT HANDLER FOR SQLSTATE '23000' RETURN -1;
  FOR i IN a..b DO SET total = total + i; END FOR;
  RETURN total;
END//
-- try (10, 3) | (1, 3) | (2, 7) | (0, 5) | (NULL, 1) | (5, NULL) | (-1, 3)
CREATE FUNCTION ma_quotient(a int, b int) RETURNS varchar(200) DETERMINISTIC
  RETURN CONCAT_WS('|', a / b * b, a / b * 100, 100 * (a / b), a / b + a / b + a / b, 1 - a / b, a / b / b * 7, a / b, a / b = 0.3333, a / b < 0.33334, IF(a / b * 3 = a, 'whole', 'cut'))//
-- try (1.50, 0.70) | (2.00, 3.00) | (99.99, 7.77)
CREATE FUNCTION ma_quotient_digits(a decimal(8,2), b decimal(8,3)) RETURNS varchar(200) DETERMINISTIC
  RETURN CONCAT_WS('|', a / b * 10, b / a * a, a / 3 * 3, ROUND(a / b * 100, 1), (a + b) / 7 * 7)//
-- try (3, NULL) | (7, NULL)
CREATE PROCEDURE ma_quotient_stored(IN n int, OUT told decimal(10,3))
BEGIN
  DECLARE share decimal(9,4);
  SET share = 100 / n * 3;
  SELECT SUM(qty / n * 3) INTO told FROM sale;
  SELECT share, SUM(qty) / COUNT(*) * 100 AS a, SUM(qty / n * 3) AS b, MAX(price / n * n) AS c FROM sale;
  SELECT id FROM sale WHERE price / n * n = price ORDER BY id;
  UPDATE item SET price = price / n * n;
END//
-- try (80.00, 3) | (10, 4) | (1, 7) | (NULL, 1)
CREATE FUNCTION ma_quotient_given(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN p / n//
