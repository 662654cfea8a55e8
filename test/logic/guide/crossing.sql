-- Values that go from one type into another: arguments of functions, texts into numbers, years, and what no strict mode refuses.
-- try ('x') | (NULL) | ('')
CREATE FUNCTION cr_text(t varchar(40)) RETURNS varchar(50) DETERMINISTIC RETURN CONCAT('<', t, '>')//
-- try (2) | (-1) | (NULL)
CREATE FUNCTION cr_whole(n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(n, IF(n = 1, ' night', ' nights'))//
-- try (2.345) | (NULL)
CREATE FUNCTION cr_decimal(n decimal(8,2)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(n, '!')//
-- try (0.1) | (NULL)
CREATE FUNCTION cr_double(n double) RETURNS double DETERMINISTIC RETURN n * 2//
-- try ('2024-02-29') | (NULL)
CREATE FUNCTION cr_day(d date) RETURNS varchar(20) DETERMINISTIC RETURN DATE_FORMAT(d, '%e.%c.%Y')//
-- try ('2024-02-29 10:30:00') | (NULL)
CREATE FUNCTION cr_moment(d datetime) RETURNS varchar(30) DETERMINISTIC RETURN DATE_FORMAT(d, '%e.%c.%Y %H:%i')//
-- try ('red') | (NULL)
CREATE FUNCTION cr_shade(s enum('red','green')) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('shade ', s)//
-- try (1, '7', '2024-02-29 23:30:00', NULL) | (3, ' 2.5 ', '2024-01-01 00:00:00', NULL) | (2, NULL, NULL, NULL) | (1, 'x', '2024-02-29 23:30:00', NULL)
CREATE PROCEDURE cr_arguments(IN i int, IN t varchar(20), IN m datetime, OUT told varchar(900))
BEGIN
  DECLARE p decimal(10,2);
  DECLARE c varchar(20);
  DECLARE f double DEFAULT i / 8;
  DECLARE d date DEFAULT m;
  SELECT price, kind INTO p, c FROM item WHERE id = i;
  SET told = CONCAT_WS('|', cr_text(i), cr_text(p), cr_text(d), cr_text(m), cr_text(f), cr_text(i > 1), cr_text(p / 3), cr_text(c), cr_text(NULL));
  SET told = CONCAT_WS('|', told, cr_whole(p), cr_whole(f), cr_whole(t), cr_whole(i = 1), cr_whole('3'), cr_whole(2.5), cr_whole(p * 2));
  SET told = CONCAT_WS('|', told, cr_decimal(f), cr_decimal(t), cr_decimal(i), cr_decimal(p / 3), cr_decimal(i > 2), cr_double(p), cr_double(t), cr_double(i));
  SET told = CONCAT_WS('|', told, cr_day(m), cr_day(d), cr_day('2024-12-31'), cr_moment(d), cr_moment(m), cr_moment('2023-05-06 07:08:09'), cr_shade(i), cr_shade('GREEN'));
END//
-- try (0) | (15)
CREATE PROCEDURE cr_arguments_of_rows(IN least int)
BEGIN
  SELECT id, cr_text(id) AS a, cr_text(price) AS b, cr_text(made) AS c, cr_text(seen) AS d, cr_text(is_active) AS e, cr_text(kind) AS f, cr_whole(price) AS g, cr_decimal(qty) AS h, cr_day(seen) AS i, cr_moment(made) AS j FROM item WHERE price >= least ORDER BY id;
  SELECT cr_text(SUM(price)) AS a, cr_text(COUNT(*)) AS b, cr_whole(AVG(price)) AS c, cr_text(MAX(made)) AS d FROM item WHERE CHAR_LENGTH(cr_whole(price)) < 9;
  UPDATE stock SET name = cr_text(amount), amount = cr_double(amount + 1) WHERE id = cr_double('1');
END//
-- try ('12a', NULL) | ('abc', NULL) | ('', NULL) | (' 5 ', NULL) | ('1.5', NULL) | ('5 x', NULL) | (NULL, NULL)
CREATE PROCEDURE cr_text_number(IN p varchar(20), OUT told varchar(30))
BEGIN
  DECLARE v int DEFAULT 3;
  SET v = p;
  SET told = v;
END//
-- try ('12a') | ('abc') | ('') | ('1.5')
CREATE PROCEDURE cr_text_stored(IN p varchar(20)) INSERT INTO stock (id, name, amount) VALUES (77, p, p)//
-- try ('12a') | ('abc') | ('7')
CREATE PROCEDURE cr_text_of_no_row(IN p varchar(20)) INSERT INTO stock (id, name, amount) SELECT id + 50, name, p FROM item WHERE code = p//
-- try (1)
CREATE PROCEDURE cr_text_literal(IN n int)
BEGIN
  IF n = 1 THEN INSERT INTO stock (id, amount) VALUES (77, '12a'); END IF;
END//
-- mode
-- try ('12a') | ('abc') | ('') | ('1.5') | (' 8') | ('-3.7x') | ('12.5a') | ('-2.5') | (NULL)
CREATE PROCEDURE cr_text_loose(IN p varchar(20))
BEGIN
  DECLARE v int DEFAULT p;
  INSERT INTO stock (id, name, amount, total) VALUES (77, v, IFNULL(p, 0), p);
  UPDATE stock SET amount = CONCAT(p, 'x'), total = '12.5a' WHERE id = 1 AND p IS NOT NULL;
END//
-- try (80.00, 3, NULL) | (10, 4, NULL) | (1, 7, NULL) | (NULL, 1, NULL) | (5, 0, NULL)
CREATE PROCEDURE cr_quotient(IN p decimal(10,2), IN n int, OUT told varchar(900))
BEGIN
  DECLARE a, b, c, d, e, f, g, h, i, k, l, m, o varchar(90);
  DECLARE x, y decimal(10,4);
  SET a = p / n, b = p / n * 2, c = p / n + 1, d = IFNULL(p / n, 0), e = IF(n > 1, p / n, 0), f = -(p / n), g = ROUND(p / n, 4), h = CASE WHEN n > 0 THEN p / n END, i = GREATEST(p / n, 1), k = COALESCE(p / n, p), l = n / 3;
  SELECT p / n, p / n * 2, IFNULL(p / n, 0), SUM(qty) / COUNT(*), AVG(price) INTO m, x, y, @s, @v FROM item;
  SELECT p / n, p / n INTO o, @o;
  SET @q = p / n, @r = p / n * 2, @i = IFNULL(p / n, 0);
  SET told = CONCAT_WS('|', a, b, c, d, e, f, g, h, i, k, l, m, o, x, y, @q, @r, @i, @s, @v, @o, @q * 3, p / n, p / n = @q, p / n BETWEEN 0.1428 AND 0.142857);
  INSERT INTO journal (what, number) VALUES (p / n, p / n);
  UPDATE stock SET name = p / n WHERE id = 1;
  SELECT id FROM item WHERE price / 3 BETWEEN 4.166666 AND 6.663333 ORDER BY id;
END//
-- try ('0000', NULL) | ('5', NULL) | ('70', NULL) | ('100', NULL) | ('2024', NULL) | ('', NULL) | ('x', NULL) | (' 7', NULL) | ('12x', NULL) | (NULL, NULL)
CREATE PROCEDURE cr_year_text(IN p varchar(20), OUT told varchar(60))
BEGIN
  DECLARE y year;
  SET y = p;
  SET told = y + 0;
END//
-- try ('0') | ('000') | ('0000') | ('5') | ('69') | ('99') | ('100') | ('2024') | ('x') | (' 7') | (NULL)
CREATE PROCEDURE cr_year_of_text(IN p varchar(20)) INSERT INTO vehicle (id, built) VALUES (9, p)//
-- try (0) | (5) | (70) | (100) | (2024) | (NULL) | (-1)
CREATE PROCEDURE cr_year_of_number(IN n int)
BEGIN
  INSERT INTO vehicle (id, built) VALUES (9, n), (10, '0'), (11, 0), (12, '5'), (13, 75), (14, '0000');
  UPDATE vehicle SET built = n + 1 WHERE id < 3;
  SELECT id FROM vehicle WHERE built = 20 OR built = '99' OR built < 71 ORDER BY id;
  SELECT id FROM vehicle WHERE built = '0' OR built IN (5, 2024) ORDER BY id;
END//
-- try (5, NULL) | (-1, NULL) | (1001, NULL)
CREATE PROCEDURE cr_own_check(IN n int, OUT told varchar(30))
BEGIN
  DECLARE EXIT HANDLER FOR 1264 SET told = 'range';
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET told = 'another';
  UPDATE vehicle SET load_kg = n WHERE id = 1;
  SET told = 'done';
END//
-- try ('x') | ('y') | (NULL)
CREATE PROCEDURE cr_first_member(IN w varchar(8))
BEGIN
  INSERT INTO job (what) VALUES (w), (CONCAT(w, '2'));
  INSERT INTO job (what) SELECT name FROM stock WHERE name IS NOT NULL ORDER BY id DESC LIMIT 1;
  INSERT INTO job SET what = 'x' ON DUPLICATE KEY UPDATE state = 'done';
  INSERT IGNORE INTO job (what) VALUES ('x'), ('z');
  REPLACE INTO job (what) VALUES ('z'), ('old');
  INSERT INTO job (what, state) VALUES ('q', 'done');
  INSERT INTO job () VALUES ();
  INSERT INTO job (what) SELECT 'a' UNION SELECT 'b';
  SELECT what, state FROM job ORDER BY id;
END//
-- mode
-- try ('a very long name indeed') | ('x') | ('12345678') | (NULL)
CREATE PROCEDURE cr_cut(IN t varchar(60))
BEGIN
  UPDATE vehicle SET note = t, built = 85 WHERE id = 1;
  UPDATE vehicle SET note = 'longer than it may be' WHERE id = 2;
  INSERT INTO vehicle (id, note, load_kg) VALUES (20, CONCAT(t, '-', 123.5), 5);
  INSERT INTO vehicle (id, note) SELECT id + 30, CONCAT(t, name) FROM stock;
END//
