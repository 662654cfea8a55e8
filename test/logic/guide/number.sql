-- Numbers.
-- try (2.345, 2) | (-2.345, 2) | (1234.5, -2) | (NULL, 1)
CREATE FUNCTION num_round(n decimal(10,3), d int) RETURNS decimal(12,3) DETERMINISTIC RETURN ROUND(n, d)//
-- try (2.5) | (-2.5) | (3.49) | (NULL)
CREATE FUNCTION num_whole(n decimal(10,2)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS(',', ROUND(n), CEIL(n), CEILING(n), FLOOR(n), ABS(n), SIGN(n))//
-- try (2.987, 1) | (-2.987, 1) | (199.9, -1)
CREATE FUNCTION num_truncate(n decimal(10,3), d int) RETURNS decimal(12,3) DETERMINISTIC RETURN TRUNCATE(n, d)//
-- try (2, 10) | (9, 0.5) | (0, 0)
CREATE FUNCTION num_power(a double, b double) RETURNS double DETERMINISTIC RETURN POW(a, b) + POWER(a, 2)//
-- try (16) | (2) | (-1) | (NULL)
CREATE FUNCTION num_sqrt(n double) RETURNS decimal(12,6) DETERMINISTIC RETURN SQRT(n)//
-- try (10) | (0) | (-5) | (NULL)
CREATE FUNCTION num_logs(n double) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', ROUND(LN(n), 6), ROUND(LOG(2, n), 6), ROUND(LOG10(n), 6), ROUND(LOG2(n), 6))//
-- try (30) | (-45) | (0)
CREATE FUNCTION num_trigonometry(n double) RETURNS varchar(90) DETERMINISTIC RETURN CONCAT_WS(',', ROUND(SIN(RADIANS(n)), 6), ROUND(COS(RADIANS(n)), 6), ROUND(DEGREES(ATAN2(n, 10)), 6))//
-- try (17, 5) | (-17, 5) | (17.5, 5) | (1, 0)
CREATE FUNCTION num_mod(a decimal(8,2), b decimal(8,2)) RETURNS decimal(8,2) DETERMINISTIC RETURN MOD(a, b)//
-- try (0) | (7) | (12345)
CREATE FUNCTION num_digits(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE total int DEFAULT 0;
  WHILE n > 0 DO SET total = total + n % 10, n = n DIV 10; END WHILE;
  RETURN total;
END//
-- try (12, 18) | (7, 13) | (0, 5)
CREATE FUNCTION num_gcd(a int, b int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE t int;
  WHILE b <> 0 DO SET t = b, b = a MOD b, a = t; END WHILE;
  RETURN a;
END//
-- try (1) | (5) | (10)
CREATE FUNCTION num_factorial(n int) RETURNS bigint DETERMINISTIC
BEGIN
  DECLARE f bigint DEFAULT 1;
  DECLARE i int DEFAULT 1;
  REPEAT SET f = f * i, i = i + 1; UNTIL i > n END REPEAT;
  RETURN f;
END//
-- try (2) | (97) | (91) | (1)
CREATE FUNCTION num_is_prime(n int) RETURNS tinyint(1) DETERMINISTIC
BEGIN
  DECLARE d int DEFAULT 2;
  IF n < 2 THEN RETURN FALSE; END IF;
  search: WHILE d * d <= n DO
    IF n MOD d = 0 THEN RETURN FALSE; END IF;
    SET d = d + 1;
  END WHILE search;
  RETURN TRUE;
END//
-- try (100.00, 19, 3) | (0.01, 7, 1) | (99999.99, 0, 12) | (NULL, 1, 1)
CREATE FUNCTION num_gross(net decimal(12,2), rate decimal(5,2), pieces int) RETURNS decimal(14,2) DETERMINISTIC RETURN ROUND(net * pieces * (1 + rate / 100), 2)//
-- try (10000, 0.05, 12) | (500, 0.1, 1)
CREATE FUNCTION num_annuity(amount decimal(12,2), rate double, months int) RETURNS decimal(12,2) DETERMINISTIC
BEGIN
  DECLARE monthly double;
  SET monthly = rate / 12;
  RETURN amount * monthly / (1 - POW(1 + monthly, -months));
END//
-- try (300) | (-300) | (100)
CREATE FUNCTION num_tiny(n int) RETURNS int DETERMINISTIC
BEGIN
  DECLARE small tinyint;
  SET small = n;
  RETURN small;
END//
-- try ('192.168.1.10') | ('0.0.0.0') | (NULL)
CREATE FUNCTION num_inet(s varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(INET_ATON(s), '=', INET_NTOA(INET_ATON(s)))//
-- try (1994) | (4) | (3999) | (0)
CREATE FUNCTION num_roman(n int) RETURNS varchar(40) DETERMINISTIC
BEGIN
  DECLARE told varchar(40) DEFAULT '';
  WHILE n >= 1000 DO SET told = CONCAT(told, 'M'), n = n - 1000; END WHILE;
  IF n >= 900 THEN SET told = CONCAT(told, 'CM'), n = n - 900; END IF;
  IF n >= 500 THEN SET told = CONCAT(told, 'D'), n = n - 500; END IF;
  IF n >= 400 THEN SET told = CONCAT(told, 'CD'), n = n - 400; END IF;
  WHILE n >= 100 DO SET told = CONCAT(told, 'C'), n = n - 100; END WHILE;
  SET told = CONCAT(told, ELT(n DIV 10 + 1, '', 'X', 'XX', 'XXX', 'XL', 'L', 'LX', 'LXX', 'LXXX', 'XC'));
  RETURN CONCAT(told, ELT(n MOD 10 + 1, '', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX'));
END//
