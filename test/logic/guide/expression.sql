-- NULL and conditions, operators, division, text comparison, bits, literals.
-- try (NULL, 'x') | ('a', 'x') | ('', NULL)
CREATE FUNCTION nul_first(a varchar(10), b varchar(10)) RETURNS varchar(10) DETERMINISTIC RETURN IFNULL(a, b)//
-- try (NULL, NULL, 3) | (1, 2, 3) | (NULL, 2, NULL) | (NULL, NULL, NULL)
CREATE FUNCTION nul_coalesce(a int, b int, c int) RETURNS int DETERMINISTIC RETURN COALESCE(a, b, c, -1)//
-- try (1) | (0) | (-5) | (NULL)
CREATE FUNCTION nul_if_number(n int) RETURNS varchar(10) DETERMINISTIC RETURN IF(n, 'yes', 'no')//
-- try ('a', 'A') | ('a', 'b') | (NULL, 'a') | ('a', NULL)
CREATE FUNCTION nul_nullif(a varchar(10), b varchar(10)) RETURNS varchar(10) DETERMINISTIC RETURN NULLIF(a, b)//
-- try (1) | (NULL) | (0)
CREATE FUNCTION nul_isnull(n int) RETURNS int DETERMINISTIC RETURN ISNULL(n) * 10 + (n IS NOT NULL)//
-- try (1, 1) | (1, NULL) | (NULL, NULL) | (1, 2)
CREATE FUNCTION nul_safe_equal(a int, b int) RETURNS int DETERMINISTIC RETURN (a <=> b) + 2 * (NOT (a <=> b))//
-- try (1, 5, 3) | (1, NULL, 3) | (-1, -5, -3)
CREATE FUNCTION nul_greatest(a int, b int, c int) RETURNS int DETERMINISTIC RETURN GREATEST(a, b, c) * 100 + LEAST(a, b, c)//
-- try (0) | (1) | (3) | (9) | (NULL)
CREATE FUNCTION nul_elt(n int) RETURNS varchar(10) DETERMINISTIC RETURN ELT(n, 'one', 'two', 'three')//
-- try ('b') | ('B') | ('z') | (NULL)
CREATE FUNCTION nul_field(s varchar(10)) RETURNS int DETERMINISTIC RETURN FIELD(s, 'a', 'b', 'c')//
-- try (0) | (15) | (23) | (500) | (NULL)
CREATE FUNCTION nul_interval(n int) RETURNS int DETERMINISTIC RETURN INTERVAL(n, 1, 15, 17, 30, 44, 200)//
-- try ('b', 'a,b,c') | ('z', 'a,b') | (NULL, 'a') | ('a', NULL) | ('', 'a,,b')
CREATE FUNCTION nul_find_in_set(x varchar(10), csv varchar(40)) RETURNS int DETERMINISTIC RETURN FIND_IN_SET(x, csv)//
-- try (5) | (0) | (-5) | (NULL)
CREATE FUNCTION nul_case(n int) RETURNS varchar(10) DETERMINISTIC RETURN CASE WHEN n > 0 THEN 'plus' WHEN n < 0 THEN 'minus' WHEN n = 0 THEN 'zero' END//
-- try (7, 2) | (1, 3) | (5, 0) | (-7, 2) | (NULL, 1)
CREATE FUNCTION op_divide(a int, b int) RETURNS decimal(14,4) DETERMINISTIC RETURN a / b//
-- try (7.25, 2) | (1, 3) | (-10, 4.5) | (1, NULL)
CREATE FUNCTION op_divide_decimal(a decimal(8,2), b decimal(8,2)) RETURNS decimal(14,6) DETERMINISTIC RETURN a / b//
-- try (17, 5) | (-17, 5) | (17, -5) | (17, 0)
CREATE FUNCTION op_div_mod(a int, b int) RETURNS int DETERMINISTIC RETURN (a DIV b) * 100 + a % b//
-- try (1, 0) | (1, 1) | (0, 0) | (NULL, 1) | (NULL, 0)
CREATE FUNCTION op_logic(a int, b int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', a AND b, a OR b, a XOR b, NOT a)//
-- try (6, 3) | (255, 16) | (1, 0)
CREATE FUNCTION op_bits(a int, b int) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT(a & b, ' ', a | b, ' ', a ^ b, ' ', a << 2, ' ', a >> 1, ' ', BIT_COUNT(a))//
-- try ('abc', 'ABC') | ('abc', 'abd') | (NULL, 'a') | ('a', '')
CREATE FUNCTION op_equal_text(a varchar(10), b varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', a = b, a <> b, a < b, a >= b)//
-- try ('Anvil') | ('van') | ('ANVIL') | ('a_v') | (NULL)
CREATE FUNCTION op_like(s varchar(20)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', s LIKE 'an%', s LIKE '_n%', s NOT LIKE '%l', s LIKE 'a\_v')//
-- try ('abc') | ('ABC1') | ('') | (NULL)
CREATE FUNCTION op_regexp(s varchar(20)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', s REGEXP '^[a-c]+$', s NOT REGEXP '[0-9]', s RLIKE 'b')//
-- try ('abc', 'ABC') | ('abc', 'abc')
CREATE FUNCTION op_binary(a varchar(10), b varchar(10)) RETURNS int DETERMINISTIC RETURN BINARY a = b//
-- try ('12abc') | ('abc') | ('3.75x') | (' 7') | (NULL)
CREATE FUNCTION op_text_number(s varchar(20)) RETURNS double DETERMINISTIC RETURN s + 0//
-- try (5, 3) | (3, 5) | (NULL, 1)
CREATE FUNCTION op_flag_sum(a int, b int) RETURNS int DETERMINISTIC RETURN (a > b) + (a > 0) + TRUE//
-- try (2) | (5) | (9) | (NULL)
CREATE FUNCTION op_in(n int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', n IN (1, 2, 3), n NOT IN (5, NULL), n BETWEEN 2 AND 5, n NOT BETWEEN 6 AND 8)//
-- try ()
CREATE FUNCTION op_literals() RETURNS varchar(60) DETERMINISTIC RETURN CONCAT(0x41, x'42', N'c', _utf8mb4'd', b'1100101', 'it''s', "q\"q")//
-- try (10) | (-3) | (0) | (NULL)
CREATE FUNCTION op_negate(n int) RETURNS int DETERMINISTIC RETURN -n + - - 2 - (-n)//
-- try (0.1, 0.2) | (1.005, 100) | (99999.99, 3)
CREATE FUNCTION op_decimal_product(a decimal(9,3), b decimal(9,3)) RETURNS decimal(18,4) DETERMINISTIC RETURN a * b + 0.00005//
-- try (1.5e0, 3) | (-2.5e0, 2) | (1e10, 7)
CREATE FUNCTION op_float(a double, b int) RETURNS double DETERMINISTIC RETURN a * b - a / b//
-- try (2147483647) | (-2147483648)
CREATE FUNCTION op_wide(n int) RETURNS bigint DETERMINISTIC RETURN n * 2 + n//
-- try (NULL) | ('A') | ('e')
CREATE FUNCTION op_between_text(s varchar(5)) RETURNS int DETERMINISTIC RETURN s BETWEEN 'a' AND 'd'//
-- try (NULL, 1) | (1, 1) | (2, 0)
CREATE FUNCTION op_is_true(a int, b int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', (a > b) IS TRUE, (a > b) IS NOT FALSE, (a > b) IS UNKNOWN)//
