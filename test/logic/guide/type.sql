-- What a type makes of a value: digits, ranges, lengths, members, blanks. Both kinds of source have the language.
-- try ()
CREATE PROCEDURE ty_out_digits(OUT t decimal(10,2), OUT w decimal(4,0), OUT told varchar(60))
BEGIN
  SET t = 7.499, w = 7.5;
  SET told = CONCAT(t, '|', w);
  SET t = t * 1.005;
END//
-- try (123.456) | (99.995) | (-12.345)
CREATE PROCEDURE ty_out_outside(IN d decimal(8,4), OUT t decimal(4,2)) SET t = d//
-- try (1.27) | (-1.25) | (NULL) | (99999.4) | (1.2e0)
CREATE FUNCTION ty_in_digits(p decimal(5,1)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT('[', p, ']', p * 3)//
-- try (12345.678, 1) | (12345.678, 2) | (-1, 3)
CREATE PROCEDURE ty_inout(INOUT a decimal(8,2), IN n int, OUT told varchar(60))
BEGIN
  DECLARE part decimal(8,3) DEFAULT 1.23456;
  SET told = CONCAT(a, '|', part);
  IF n = 1 THEN SET a = a / 3; END IF;
  IF n = 2 THEN SELECT SUM(price) / 7 INTO a FROM item; END IF;
  IF n = 3 THEN SET a = a * 1000000; END IF;
END//
-- try ()
CREATE PROCEDURE ty_calls(OUT a decimal(6,1), OUT told varchar(60))
BEGIN
  DECLARE x decimal(8,2) DEFAULT 10;
  CALL ty_inout(x, 1, told);
  SET a = x;
  SET told = CONCAT(told, '|', x, '|', a);
END//
-- try (7) | (1000)
CREATE FUNCTION ty_returns(n int) RETURNS decimal(5,2) DETERMINISTIC RETURN n / 3 * 10//
-- try ('abc') | ('abcd') | ('ab  ') | ('abc  ')
CREATE FUNCTION ty_text(s varchar(3)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('[', s, ']', CHAR_LENGTH(s))//
-- try ('abc') | ('abcd') | ('ab ')
CREATE PROCEDURE ty_text_out(IN s varchar(10), OUT o varchar(3), OUT c char(3), OUT told varchar(60))
BEGIN
  SET c = s;
  SET told = CONCAT('[', c, ']', LENGTH(c));
  SET o = s;
END//
-- try (1) | (300) | (-129)
CREATE FUNCTION ty_tiny(n tinyint) RETURNS int DETERMINISTIC RETURN n * 2//
-- try (1) | (-1) | (256)
CREATE PROCEDURE ty_unsigned(IN n tinyint unsigned, OUT m smallint unsigned, OUT b bigint unsigned)
BEGIN
  SET m = n * 250, b = n - 1;
  SET m = m + 40000;
END//
-- try (-0.5) | (0.4) | (12345)
CREATE FUNCTION ty_unsigned_decimal(p decimal(5,1) unsigned) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('[', p, ']')//
-- try (0) | (18446744073709551615) | (-1)
CREATE FUNCTION ty_big(n bigint unsigned) RETURNS bigint unsigned DETERMINISTIC RETURN n//
-- try (0.1) | (16777217) | (1e15) | (-2.5) | (NULL)
CREATE FUNCTION ty_float(f float) RETURNS varchar(200) DETERMINISTIC
BEGIN
  DECLARE g float DEFAULT f;
  DECLARE d double DEFAULT f;
  RETURN CONCAT_WS('|', f, g, d, f = 0.1, g + 0, g * 3, d = g);
END//
-- try (0.1) | (123.456)
CREATE FUNCTION ty_float_returns(d double) RETURNS float DETERMINISTIC RETURN d//
-- try (0.1) | (1234567.891)
CREATE PROCEDURE ty_float_out(IN d double, OUT f float, OUT told varchar(40))
BEGIN
  SET f = d;
  SET told = CONCAT('[', f, ']');
END//
-- try (0.126) | (1234.5678) | (123456)
CREATE FUNCTION ty_float_places(f float(7,2)) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE d double(8,3) DEFAULT f;
  RETURN CONCAT_WS('|', f, d);
END//
-- try (1e15) | (1e14) | (0.1e0) | (1e-5) | (1e-15) | (1e-16) | (123456789.125) | (-1e100) | (0) | (3)
CREATE FUNCTION ty_double_text(d double) RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', d, CAST(d AS CHAR), d * 2, d + 1, CONCAT('[', d, ']'))//
-- try ()
CREATE FUNCTION ty_double_literals() RETURNS varchar(200) DETERMINISTIC
RETURN CONCAT_WS('|', 1e15, 0.1e0, 1e-5, 1e0 / 3, ROUND(1e0 / 3, 2), ROUND(2e0, 3), FLOOR(2.5e0), SQRT(2), POW(10, 15), 1.5e0 + 1, 0.1e0 + 0.2)//
-- try (1) | (2)
CREATE FUNCTION ty_pi(n int) RETURNS varchar(90) DETERMINISTIC RETURN CONCAT_WS('|', PI(), PI() * n, PI() + n, PI() / 2, PI() * PI(), PI() * 1e0)//
-- try (1e15) | (1e-5) | (0.1)
CREATE PROCEDURE ty_double_stored(IN d double, OUT s varchar(40))
BEGIN
  DECLARE t varchar(40);
  SET t = d;
  SET s = CONCAT('[', t, ']');
END//
-- try (0.1) | (2.5)
CREATE FUNCTION ty_float_stored(f float) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE s, r varchar(40);
  SET s = f, r = ROUND(f, 3);
  RETURN CONCAT('[', s, '|', r, '|', f, '|', ROUND(f, 3), ']');
END//
-- try (2.5e0) | (1e-5)
CREATE FUNCTION ty_double_returned(d double) RETURNS varchar(60) DETERMINISTIC RETURN d//
-- try ('gold') | ('GOLD') | ('Gold ') | ('2') | ('tin') | (NULL) | ('')
CREATE FUNCTION ty_enum_returns(s varchar(10)) RETURNS enum('gold','silver') DETERMINISTIC RETURN s//
-- try (1) | (2) | (3) | (0)
CREATE FUNCTION ty_enum_number(n int) RETURNS enum('gold','silver') DETERMINISTIC RETURN n//
-- try ()
CREATE FUNCTION ty_enum_two() RETURNS enum('gold','silver') DETERMINISTIC RETURN 2//
-- try ()
CREATE FUNCTION ty_enum_capitals() RETURNS enum('gold','silver') DETERMINISTIC RETURN 'GOLD'//
-- try ('SILVER', 1) | ('gold', 2) | ('tin', 1) | ('gold', 9)
CREATE PROCEDURE ty_enum_variable(IN e enum('gold','silver'), IN n int, OUT o enum('gold','silver'), OUT told varchar(60))
BEGIN
  DECLARE v enum('small','LARGE') DEFAULT 'large';
  SET told = CONCAT(e, '|', v);
  SET v = n;
  SET o = e;
  SET told = CONCAT(told, '|', v, '|', o, '|', IF(v = 'large', 'is', 'not'));
END//
-- try ('c,A') | ('a,a') | ('') | ('5') | ('x') | (NULL)
CREATE FUNCTION ty_set_returns(s varchar(10)) RETURNS set('a','b','c') DETERMINISTIC RETURN s//
-- try (5) | (0) | (8)
CREATE FUNCTION ty_set_number(n int) RETURNS set('a','b','c') DETERMINISTIC RETURN n//
-- try ('b,a')
CREATE PROCEDURE ty_set_variable(IN s set('a','b','c'), OUT told varchar(60))
BEGIN
  DECLARE v set('x','Y') DEFAULT 'y,X';
  SET told = CONCAT(s, '|', v);
  SET v = 2;
  SET told = CONCAT(told, '|', v, '|', FIND_IN_SET('b', s));
END//
-- try ('ab') | ('ab  ') | (' a ') | ('') | (NULL)
CREATE FUNCTION ty_char(s varchar(5)) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE c char(5) DEFAULT 'x  ';
  DECLARE told varchar(40) DEFAULT CONCAT('[', c, ']');
  SET c = s;
  RETURN CONCAT(told, '[', c, ']', LENGTH(c), CHAR_LENGTH(c));
END//
-- try ('ab  ') | ('abcdef')
CREATE FUNCTION ty_char_parameter(c char(5)) RETURNS char(4) DETERMINISTIC RETURN CONCAT(LEFT(c, 3), '   ')//
-- try ()
CREATE FUNCTION ty_char_told() RETURNS varchar(20) DETERMINISTIC RETURN CONCAT('[', ty_char_parameter('ab  '), ']')//
-- try ()
CREATE PROCEDURE ty_char_into(OUT told varchar(60))
BEGIN
  DECLARE c char(10);
  SELECT CONCAT(name, '  ') INTO c FROM item WHERE id = 1;
  SET told = CONCAT('[', c, ']');
END//
-- try (1) | (2) | (3)
CREATE FUNCTION ty_minus(n int) RETURNS bigint DETERMINISTIC RETURN CAST(n AS UNSIGNED) - 2//
-- try (5, 3) | (3, 5) | (0, -1) | (NULL, 1)
CREATE FUNCTION ty_minus_variable(u int unsigned, n int) RETURNS bigint DETERMINISTIC
BEGIN
  DECLARE v bigint;
  SET v = u - n;
  RETURN v;
END//
-- try (3, 5) | (NULL, 5)
CREATE FUNCTION ty_minus_of_either(u int unsigned, n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS('|', IFNULL(u, 0) - n, IF(n > 4, u, 1) - n, COALESCE(u, n) - 4)//
-- try (5, -3) | (5, -6) | (2, -1)
CREATE FUNCTION ty_plus_variable(u int unsigned, n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(u + n, '|', u * 2 + 1)//
-- try (3, 5)
-- mode ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_UNSIGNED_SUBTRACTION
CREATE FUNCTION ty_minus_signed(u int unsigned, n int) RETURNS bigint DETERMINISTIC RETURN u - n//
-- try (1, 1) | (1, 100) | (3, 5)
CREATE PROCEDURE ty_minus_column(IN n int, IN less int, OUT rest bigint) SELECT held - less INTO rest FROM gauge WHERE id = n//
-- try (3, 5) | (5, 3)
CREATE FUNCTION ty_handles_minus(u int unsigned, n int) RETURNS varchar(30) DETERMINISTIC
BEGIN
  DECLARE v bigint;
  DECLARE EXIT HANDLER FOR 1690 RETURN 'caught 1690';
  SET v = u - n;
  RETURN v;
END//
-- try (300) | (3)
CREATE PROCEDURE ty_handles_range(IN n int, OUT told varchar(30))
BEGIN
  DECLARE t tinyint;
  DECLARE CONTINUE HANDLER FOR 1264 SET told = CONCAT(IFNULL(told, ''), ' caught');
  SET t = n;
  SET told = CONCAT(IFNULL(told, ''), '|', IFNULL(t, 'none'));
END//
-- try (300) | (3)
CREATE PROCEDURE ty_handles_each(IN n int, OUT t tinyint, OUT v varchar(2), OUT m decimal(4,1), OUT told varchar(60))
BEGIN
  DECLARE x decimal(4,1) DEFAULT 1;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(IFNULL(told, ''), ' error');
  SET t = 1, v = 'a', m = 1;
  SET t = n, v = CONCAT(n, 'x'), m = n * 10, x = m * 100, told = CONCAT(IFNULL(told, ''), ' last');
  SET told = CONCAT_WS('|', told, t, v, m, x);
END//
-- try (300) | (3)
CREATE PROCEDURE ty_handles_block(IN n int, OUT t tinyint, OUT m decimal(4,1), OUT told varchar(30))
BEGIN
  DECLARE EXIT HANDLER FOR 1264, 1406 SET told = CONCAT('caught ', IFNULL(t, 'none'), IFNULL(m, 'none'));
  SET m = 1;
  SELECT n * 10 INTO m;
  SELECT MAX(id) + n INTO t FROM item;
  SET told = 'fits';
END//
-- try (1, -1) | (1, 3) | (1, 70000) | (1, NULL)
CREATE PROCEDURE ty_handles_column(IN n int, IN v int, OUT told varchar(60))
BEGIN
  DECLARE CONTINUE HANDLER FOR 1264 SET told = CONCAT(IFNULL(told, ''), ' range');
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET told = CONCAT(IFNULL(told, ''), ' other');
  UPDATE gauge SET held = v WHERE id = n;
  UPDATE gauge SET level = -2 WHERE id = n;
END//
-- try (-1) | (70000) | (200)
CREATE PROCEDURE ty_handles_state(IN v int, OUT told varchar(60))
BEGIN
  DECLARE EXIT HANDLER FOR SQLSTATE '22003' SET told = 'state';
  INSERT INTO gauge (id, held, level, shade, flags) VALUES (90, v, 1, 'red', 'x');
  SET told = 'inserted';
END//
-- try ()
CREATE PROCEDURE ty_numbers_of_members(OUT told varchar(200))
SELECT GROUP_CONCAT(CONCAT_WS(':', id, shade + 0, flags + 0, flags & 2, shade, flags, flags = 'y') ORDER BY id SEPARATOR ' ') INTO told FROM gauge//
-- try ('GREEN', 'z,X') | ('2', 'y,y') | ('red', '') | (NULL, NULL) | ('tin', 'x')
CREATE PROCEDURE ty_members_written(IN s varchar(10), IN f varchar(10))
INSERT INTO gauge (id, held, level, shade, flags) VALUES (91, 1, 1, s, f)//
-- try (2, 5) | (1, 0)
CREATE PROCEDURE ty_members_by_number(IN s int, IN f int)
INSERT INTO gauge (id, held, level, shade, flags) VALUES (92, 1, 1, s, f)//
-- try ()
CREATE PROCEDURE ty_char_column(OUT told varchar(60))
BEGIN
  UPDATE gauge SET tag = CONCAT('t', '  ') WHERE id = 1;
  SELECT CONCAT('[', tag, ']') INTO told FROM gauge WHERE id = 1;
END//
-- run UPDATE gauge SET level = 50 WHERE id = 4 | UPDATE gauge SET level = 50 WHERE id = 3 | UPDATE gauge SET level = 51 WHERE id = 4
CREATE TRIGGER ty_gauge_up BEFORE UPDATE ON gauge FOR EACH ROW
BEGIN
  IF NEW.level = 50 THEN SET NEW.shade = 2, NEW.flags = 'z,X', NEW.tag = CONCAT('t', '  '), NEW.held = NEW.held - 20; END IF;
  IF NEW.level = 51 THEN SET NEW.shade = UPPER(OLD.shade), NEW.flags = OLD.flags + 4; END IF;
END//
-- try (0.1) | (16777217) | (1e-5)
CREATE FUNCTION ty_float_cast(d double) RETURNS varchar(90) DETERMINISTIC RETURN CONCAT_WS('|', CAST(d AS FLOAT), CAST(d AS FLOAT) * 2, CAST(d AS DOUBLE))//
-- try ('x')
-- mode NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES
CREATE FUNCTION ty_lines_plain(s varchar(5)) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT('\', s, 'a
   b', '\', 'c   d')//
-- try ()
CREATE FUNCTION ty_lines() RETURNS varchar(200) DETERMINISTIC
BEGIN
  IF TRUE THEN
    RETURN CONCAT(HEX('a
  b'), '|', 'one
    two \\ it''s
', '|', HEX('x	y'));
  END IF;
  RETURN '';
END//
-- try ('a')
CREATE PROCEDURE ty_lines_out(IN s varchar(5), OUT o varchar(60), OUT p varchar(60))
BEGIN
  IF s = 'a' THEN
    SET o = 'first
      second';
    SET p = CONCAT(s, '
  ', LENGTH('
   '));
  END IF;
END//
-- try () | ()
CREATE FUNCTION ty_quotes() RETURNS varchar(60) DETERMINISTIC RETURN 'a $body$ b $& c $1'//
-- try (300, 123456.789, 'abcdef') | (-300, -123456.789, 'ab') | (5, 1.006, 'abc ')
-- mode
CREATE PROCEDURE ty_lax(IN n int, IN d double, IN s varchar(10), OUT t tinyint, OUT m decimal(6,2), OUT v varchar(3), OUT told varchar(90))
BEGIN
  DECLARE u tinyint unsigned;
  DECLARE x decimal(5,1);
  DECLARE c char(2);
  SET t = n, m = d, v = s;
  SET u = n, x = d, c = s;
  SET told = CONCAT_WS('|', u, x, CONCAT('[', c, ']'), v);
END//
-- try ('tin') | ('SILVER')
-- mode
CREATE FUNCTION ty_lax_enum(s varchar(10)) RETURNS enum('gold','silver') DETERMINISTIC RETURN s//
-- try (1) | (4) | (2)
CREATE PROCEDURE ty_into_texts(IN n int, OUT f varchar(20), OUT s varchar(20), OUT d varchar(40), OUT e enum('RED','GREEN'))
BEGIN
  SELECT flags, held * 1e12, shade INTO f, d, e FROM gauge WHERE id = n;
  SELECT COUNT(*) / 3e0, 'green' INTO s, e FROM gauge;
END//
-- try ()
CREATE PROCEDURE ty_fetch_texts(OUT told varchar(200))
BEGIN
  DECLARE f, d varchar(30);
  DECLARE is_done int DEFAULT 0;
  DECLARE c CURSOR FOR SELECT flags, id * 1e15 FROM gauge ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  SET told = '';
  OPEN c;
  all_rows: LOOP
    FETCH c INTO f, d;
    IF is_done THEN LEAVE all_rows; END IF;
    SET told = CONCAT(told, IFNULL(f, '-'), ' ', d, '|');
  END LOOP;
  CLOSE c;
END//
