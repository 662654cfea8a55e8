-- Digits of decimals: through user variables, and where they become a text.
-- try ()
CREATE PROCEDURE dg_average(OUT told varchar(300))
BEGIN
  DECLARE t varchar(60);
  SET @a = (SELECT AVG(qty) FROM item WHERE qty > 0), @b = (SELECT AVG(price) FROM item);
  SET t = (SELECT AVG(qty) FROM item WHERE qty > 0);
  SELECT @a, @b, @a * 3 AS c, @b * 2 AS d, @a / 3 AS e, -@a AS f, @a + 1 AS g;
  SET told = CONCAT_WS('|', t, @a, @a * 3, @b * 2, ROUND(@a * 3, 2), @a > 3, ABS(@b), @a DIV 1, FLOOR(@b));
END//
-- try (1.5) | (0.25) | (7) | (NULL) | (-2.125)
CREATE PROCEDURE dg_variable(IN x decimal(10,4), OUT told varchar(500))
BEGIN
  DECLARE d decimal(10,2);
  DECLARE s varchar(90);
  SET @k = x;
  SET d = @k * 3, s = @k * 3;
  SELECT @k AS a, @k * 3 AS b, @k + 1 AS c, ROUND(@k, 1) AS d, @k % 2 AS f, @k + d AS g, @k * 1.5e0 AS h;
  SET told = CONCAT_WS('|', d, s, @k * 3, @k, ROUND(@k * 3, 2), @k > 1, IFNULL(@k, d), COALESCE(@k, 0), GREATEST(@k, 1), CAST(@k AS DECIMAL(10,1)), NULLIF(@k, 0), FORMAT(@k, 2), @k DIV 1);
  INSERT INTO journal (what, number) VALUES (@k + 1, @k * 3);
  SELECT SUM(price) + @k AS total, MAX(price * @k) AS most, SUM(qty * @k) AS all_of FROM item;
END//
-- try (3) | (1)
CREATE PROCEDURE dg_total(IN n int, OUT told varchar(300))
BEGIN
  DECLARE i int DEFAULT 0;
  SET @t = 0, @c = NULL;
  WHILE i < n DO
    SET @t = @t + 1.25, i = i + 1;
    SET @c = IFNULL(@c, 0) + 1.10;
  END WHILE;
  SET @h = @t / 3, @e = ROUND(@t, 1), @m = @t * 2;
  SELECT @t, @c, @h, @e, @m;
  SET told = CONCAT_WS('|', @t, @c, @h, @e, @m, @t * 2);
END//
-- try (4) | (NULL)
CREATE PROCEDURE dg_whole(IN n int)
BEGIN
  SET @n = 0, @m = NULL;
  BEGIN
    DECLARE k int DEFAULT n;
    SET @n = @n + k, @m = k;
  END;
  SELECT @n, @n * 2 AS b, @m AS c, @n / 3 AS d, @m + 1 AS e;
  SELECT SUM(qty), COUNT(*) INTO @s, @c FROM item;
  SELECT @s, @c, @s / @c AS average;
END//
-- try ()
CREATE PROCEDURE dg_choice(OUT told varchar(300))
BEGIN
  SET @k = 1.5;
  SELECT IF(1, @k, 0) AS a, CASE WHEN 1 THEN @k ELSE 2 END AS b, NULLIF(@k, 0) AS c, IFNULL(@k, 0) AS d;
  SET @j = IF(1, @k, 0), @l = IFNULL(@k, 0), @o = @k / 3;
  SET told = CONCAT_WS('|', IF(1, @k, 0), CASE WHEN 0 THEN 1 ELSE @k END, @j, @l, @o);
END//
-- try (1.25, 1) | (1.25, 3) | (12.3, 2) | (-1.5, -1) | (7, 0) | (99.99, NULL)
CREATE FUNCTION dg_shown(v decimal(10,2), n int) RETURNS varchar(500) DETERMINISTIC
RETURN CONCAT_WS('|', ROUND(v, n), TRUNCATE(v, n), IFNULL(v, 0), IFNULL(ROUND(v, n), 0), IFNULL(v, n), GREATEST(v, n), COALESCE(v, n, 0), IF(v > n, v, n), CASE WHEN v > n THEN v ELSE n END, NULLIF(v, n), ROUND(12345.678, n), ROUND(v, 1), ROUND(v, 0), LEAST(v, n), ROUND(n, 1))//
-- try (1.25, 1) | (1.25, 3) | (NULL, 3) | (-1.5, 1) | (7, 2) | (2.5, NULL)
CREATE FUNCTION dg_kept(v decimal(10,2), n int) RETURNS varchar(500) DETERMINISTIC
BEGIN
  DECLARE a, b, c, d, e, f, g, h, k, o varchar(60);
  SET a = ROUND(v, n), b = IFNULL(v, 0), c = IFNULL(NULL, n), d = COALESCE(NULL, v, n), e = COALESCE(n, v), f = GREATEST(v, n);
  SET g = IF(n > v, n, v), h = CASE WHEN n > v THEN n ELSE v END, k = LEAST(v, n), o = IFNULL(ROUND(v, n), 0);
  SET @r = ROUND(v, n), @i = IFNULL(v, 0);
  RETURN CONCAT_WS('|', a, b, c, d, e, f, g, h, k, o, @r, @i);
END//
-- try (1.5) | (NULL)
CREATE FUNCTION dg_returned(v decimal(10,2)) RETURNS varchar(100) DETERMINISTIC RETURN IFNULL(v, 0)//
-- try (1) | (99)
CREATE FUNCTION dg_returned_row(i int) RETURNS varchar(100) READS SQL DATA RETURN IFNULL((SELECT price FROM item WHERE id = i), 0)//
-- try ()
CREATE FUNCTION dg_returned_average() RETURNS varchar(100) READS SQL DATA RETURN (SELECT AVG(qty) FROM item WHERE qty > 0)//
-- try (1) | (2)
CREATE PROCEDURE dg_stored(IN i int)
BEGIN
  INSERT INTO journal (what) VALUES (IFNULL(NULL, 1.5)), (COALESCE(2, 1.50)), (IF(i > 1, 1.50, 2)), (GREATEST(i, 1.50));
  UPDATE staff SET name = IFNULL(salary, 0) WHERE id > i;
END//
