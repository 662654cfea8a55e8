-- Texts: parts, search, padding, codes, hashes.
-- try ('ab', NULL) | ('ab', 'cd') | ('', '')
CREATE FUNCTION str_concat(a varchar(10), b varchar(10)) RETURNS varchar(30) DETERMINISTIC RETURN CONCAT(a, '-', b)//
-- try ('a', NULL, 'c') | (NULL, NULL, NULL) | ('', 'b', '')
CREATE FUNCTION str_concat_ws(a varchar(10), b varchar(10), c varchar(10)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS('/', a, b, c)//
-- try ('abc') | ('äöü') | ('') | (NULL) | ('日本')
CREATE FUNCTION str_lengths(s varchar(20)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', LENGTH(s), CHAR_LENGTH(s), BIT_LENGTH(s), OCTET_LENGTH(s))//
-- try ('Hello', 2, 3) | ('Hello', -3, 2) | ('Hello', 0, 2) | ('Hello', 9, 1) | ('Hello', 1, -1) | (NULL, 1, 1)
CREATE FUNCTION str_substring(s varchar(20), p int, n int) RETURNS varchar(20) DETERMINISTIC RETURN SUBSTRING(s, p, n)//
-- try ('Hello', 2) | ('Hello', -2) | ('Hello', 0)
CREATE FUNCTION str_substring_rest(s varchar(20), p int) RETURNS varchar(20) DETERMINISTIC RETURN SUBSTRING(s FROM p)//
-- try ('abcdef', 2) | ('abcdef', 0) | ('abcdef', -1) | ('ab', 9)
CREATE FUNCTION str_sides(s varchar(20), n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT('[', LEFT(s, n), '|', RIGHT(s, n), ']')//
-- try ('foobar', 'BAR') | ('foobar', 'x') | ('', 'x') | (NULL, 'x')
CREATE FUNCTION str_search(s varchar(20), x varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', INSTR(s, x), LOCATE(x, s), POSITION(x IN s))//
-- try ('banana', 3) | ('banana', 5) | ('banana', 0) | ('banana', 99)
CREATE FUNCTION str_locate_from(s varchar(20), p int) RETURNS int DETERMINISTIC RETURN LOCATE('an', s, p)//
-- try ('a.b.c', 1) | ('a.b.c', 2) | ('a.b.c', -1) | ('a.b.c', -2) | ('a.b.c', 9) | ('a.b.c', 0)
CREATE FUNCTION str_index(s varchar(20), n int) RETURNS varchar(20) DETERMINISTIC RETURN SUBSTRING_INDEX(s, '.', n)//
-- try ('a-b-a', 'a', 'X') | ('Aa', 'a', '') | ('abc', 'b', NULL)
CREATE FUNCTION str_replace(s varchar(20), x varchar(5), y varchar(5)) RETURNS varchar(40) DETERMINISTIC RETURN REPLACE(s, x, y)//
-- try ('ab', 3) | ('ab', 0) | ('ab', -1) | (NULL, 2)
CREATE FUNCTION str_repeat(s varchar(5), n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT('<', REPEAT(s, n), SPACE(n), '>')//
-- try ('7', 3) | ('12345', 3) | ('7', 0) | (NULL, 3)
CREATE FUNCTION str_pad(s varchar(10), n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(LPAD(s, n, '0'), '|', RPAD(s, n, '*-'))//
-- try ('  a b  ') | ('xxaxx') | ('') | (NULL)
CREATE FUNCTION str_trim(s varchar(20)) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT('[', TRIM(s), '][', LTRIM(s), '][', RTRIM(s), '][', TRIM(BOTH 'x' FROM s), ']')//
-- try ('ababcab') | ('ab') | ('xx')
CREATE FUNCTION str_trim_text(s varchar(20)) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT(TRIM(LEADING 'ab' FROM s), '|', TRIM(TRAILING 'ab' FROM s))//
-- try ('Quadratic', 3, 4) | ('Quadratic', -1, 4) | ('Quadratic', 3, 100) | ('Quadratic', 0, 1)
CREATE FUNCTION str_insert(s varchar(20), p int, n int) RETURNS varchar(40) DETERMINISTIC RETURN INSERT(s, p, n, 'What')//
-- try ('abc', 'ABC') | ('a', 'b') | ('b', 'a') | (NULL, 'a')
CREATE FUNCTION str_strcmp(a varchar(10), b varchar(10)) RETURNS int DETERMINISTIC RETURN STRCMP(a, b)//
-- try ('Abc') | ('ä') | ('') | (NULL)
CREATE FUNCTION str_codes(s varchar(10)) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS(',', ASCII(s), ORD(s), HEX(s))//
-- try (255) | (0) | (16)
CREATE FUNCTION str_hex_number(n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS(',', HEX(n), BIN(n), OCT(n))//
-- try ('ff') | ('10') | ('zz')
CREATE FUNCTION str_conv(s varchar(10)) RETURNS varchar(40) DETERMINISTIC RETURN CONV(s, 16, 10)//
-- try (1234567.891) | (0.5) | (-1234.5) | (NULL)
CREATE FUNCTION str_format(n decimal(12,4)) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT(FORMAT(n, 2), ' ', FORMAT(n, 0))//
-- try ('O''Reilly') | ('two words') | (NULL)
CREATE FUNCTION str_quote(s varchar(20)) RETURNS varchar(60) DETERMINISTIC RETURN QUOTE(s)//
-- try ('secret') | ('') | (NULL) | ('ä')
CREATE FUNCTION str_sha2(s varchar(20)) RETURNS varchar(80) DETERMINISTIC RETURN SHA2(s, 256)//
-- try ('hello') | ('') | (NULL) | ('The quick brown fox')
CREATE FUNCTION str_crc32(s varchar(40)) RETURNS bigint DETERMINISTIC RETURN CRC32(s)//
-- try ('Robert') | ('Rupert') | ('Tymczak') | ('Pfister') | ('') | (NULL) | ('Honeyman')
CREATE FUNCTION str_soundex(s varchar(20)) RETURNS varchar(20) DETERMINISTIC RETURN SOUNDEX(s)//
-- try ('hello') | ('') | (NULL)
CREATE FUNCTION str_base64(s varchar(20)) RETURNS varchar(80) DETERMINISTIC RETURN TO_BASE64(s)//
-- try ('a1b22') | ('none') | (NULL)
CREATE FUNCTION str_regexp_replace(s varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN REGEXP_REPLACE(s, '[0-9]+', '#')//
-- try ('order 4711 of') | ('none')
CREATE FUNCTION str_regexp_substr(s varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN REGEXP_SUBSTR(s, '[0-9]+')//
-- try ('12.5') | ('-7') | ('9x')
CREATE FUNCTION str_cast_signed(s varchar(10)) RETURNS bigint DETERMINISTIC RETURN CAST(s AS SIGNED)//
-- try (12.345) | (-0.005) | (NULL)
CREATE FUNCTION str_cast_decimal(n double) RETURNS decimal(10,2) DETERMINISTIC RETURN CAST(n AS DECIMAL(10,2))//
-- try (123456) | (-1) | (NULL)
CREATE FUNCTION str_cast_char(n int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT(CAST(n AS CHAR), '/', CONVERT(n, CHAR(20)))//
-- try ('MiXeD') | ('x1') | (NULL)
CREATE FUNCTION str_case(s varchar(20)) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT(UPPER(s), LOWER(s), UCASE(s), LCASE(s), REVERSE(s))//
