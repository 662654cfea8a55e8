-- Dates and times.
-- try ('2024-02-29') | ('2023-12-31') | (NULL)
CREATE FUNCTION day_parts(d date) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', YEAR(d), MONTH(d), DAY(d), QUARTER(d), DAYOFYEAR(d), DAYOFMONTH(d))//
-- try ('2024-02-29 13:05:09') | ('1999-12-31 00:00:00') | (NULL)
CREATE FUNCTION day_clock(t datetime) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', HOUR(t), MINUTE(t), SECOND(t), DATE(t), TIME(t))//
-- try ('2024-03-03') | ('2024-03-04') | (NULL)
CREATE FUNCTION day_week(d date) RETURNS varchar(80) DETERMINISTIC RETURN CONCAT_WS(',', DAYOFWEEK(d), WEEKDAY(d), DAYNAME(d), MONTHNAME(d), WEEK(d), WEEK(d, 1), WEEK(d, 3), WEEKOFYEAR(d), YEARWEEK(d), YEARWEEK(d, 3))//
-- try ('2024-01-31', 1) | ('2024-01-31', 13) | ('2024-03-31', -1) | (NULL, 1)
CREATE FUNCTION day_add_month(d date, n int) RETURNS date DETERMINISTIC RETURN d + INTERVAL n MONTH//
-- try ('2024-02-29', 1) | ('2024-02-29', -4) | ('2023-01-01', 0)
CREATE FUNCTION day_add_year(d date, n int) RETURNS date DETERMINISTIC RETURN DATE_ADD(d, INTERVAL n YEAR)//
-- try ('2024-02-28', 2) | ('2024-01-01', -1)
CREATE FUNCTION day_add_day(d date, n int) RETURNS date DETERMINISTIC RETURN ADDDATE(d, n)//
-- try ('2024-02-28 23:30:00', 45) | ('2024-01-01 00:00:00', -1)
CREATE FUNCTION day_add_minute(t datetime, n int) RETURNS datetime DETERMINISTIC RETURN DATE_SUB(DATE_ADD(t, INTERVAL n MINUTE), INTERVAL 1 SECOND)//
-- try ('2024-02-28') | ('2024-12-31')
CREATE FUNCTION day_date_hour(d date) RETURNS datetime DETERMINISTIC RETURN d + INTERVAL 25 HOUR//
-- try ('2024-01-31 12:00:00') | ('2024-03-01 00:00:00')
CREATE FUNCTION day_compound(t datetime) RETURNS datetime DETERMINISTIC RETURN t + INTERVAL '1:30' HOUR_MINUTE + INTERVAL '1-2' YEAR_MONTH//
-- try ('2024-01-31') | ('2023-02-01') | (NULL)
CREATE FUNCTION day_last(d date) RETURNS date DETERMINISTIC RETURN LAST_DAY(d)//
-- try ('2024-03-01', '2024-02-28') | ('2024-01-01', '2025-01-01') | (NULL, '2024-01-01')
CREATE FUNCTION day_diff(a date, b date) RETURNS int DETERMINISTIC RETURN DATEDIFF(a, b)//
-- try ('2024-01-31', '2024-02-29') | ('2020-02-29', '2024-02-28') | ('2024-05-05', '2023-05-06')
CREATE FUNCTION day_timestampdiff(a date, b date) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', TIMESTAMPDIFF(MONTH, a, b), TIMESTAMPDIFF(YEAR, a, b), TIMESTAMPDIFF(DAY, a, b), TIMESTAMPDIFF(QUARTER, a, b), TIMESTAMPDIFF(WEEK, a, b))//
-- try ('2024-01-01 10:00:00', '2024-01-02 09:59:59') | ('2024-01-01 10:00:00', '2024-01-01 09:00:00')
CREATE FUNCTION day_seconds(a datetime, b datetime) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', TIMESTAMPDIFF(SECOND, a, b), TIMESTAMPDIFF(HOUR, a, b), TIMESTAMPDIFF(MINUTE, a, b))//
-- try ('2024-02-29 13:05:09') | ('2024-11-01 00:00:00') | (NULL)
CREATE FUNCTION day_format(t datetime) RETURNS varchar(120) DETERMINISTIC RETURN DATE_FORMAT(t, '%d.%m.%Y %H:%i:%s | %W %M %e %y | %h %p | %j %a %b %D %c %k %l %T %%')//
-- try ('2024-02-29') | ('2024-01-01')
CREATE FUNCTION day_format_week(d date) RETURNS varchar(60) DETERMINISTIC RETURN DATE_FORMAT(d, '%x-W%v %X-%V %U %u %w')//
-- try (2024, 60) | (2023, 366) | (2024, 0)
CREATE FUNCTION day_make(y int, n int) RETURNS date DETERMINISTIC RETURN MAKEDATE(y, n)//
-- try (3661) | (0) | (86399) | (NULL)
CREATE FUNCTION day_sec_to_time(n int) RETURNS time DETERMINISTIC RETURN SEC_TO_TIME(n)//
-- try ('13:05:09') | ('00:00:00')
CREATE FUNCTION day_time_to_sec(t time) RETURNS int DETERMINISTIC RETURN TIME_TO_SEC(t)//
-- try ('2024-02-29') | ('0001-01-01') | (NULL)
CREATE FUNCTION day_to_days(d date) RETURNS int DETERMINISTIC RETURN TO_DAYS(d)//
-- try (739310) | (366)
CREATE FUNCTION day_from_days(n int) RETURNS date DETERMINISTIC RETURN FROM_DAYS(GREATEST(n, 366))//
-- try (202411, 3) | (202401, -2)
CREATE FUNCTION day_period(p int, n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(PERIOD_ADD(p, n), ',', PERIOD_DIFF(p, 202312))//
-- try ('2024-02-29 12:00:00') | ('1970-01-01 00:00:01')
CREATE FUNCTION day_unix(t datetime) RETURNS bigint DETERMINISTIC RETURN UNIX_TIMESTAMP(t)//
-- try (0) | (1709208000)
CREATE FUNCTION day_from_unix(n bigint) RETURNS datetime DETERMINISTIC RETURN FROM_UNIXTIME(n)//
-- try ('2024-02-29 12:00:00') | (NULL)
CREATE FUNCTION day_convert_tz(t datetime) RETURNS datetime DETERMINISTIC RETURN CONVERT_TZ(t, '+00:00', '+05:30')//
-- try ('2024-02-29 12:34:56')
CREATE FUNCTION day_extract(t datetime) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', EXTRACT(YEAR_MONTH FROM t), EXTRACT(DAY FROM t), EXTRACT(HOUR FROM t))//
-- try ('31.12.2023') | ('29.02.2024')
CREATE FUNCTION day_parse(s varchar(20)) RETURNS date DETERMINISTIC RETURN STR_TO_DATE(s, '%d.%m.%Y')//
-- try ('2024-02-10', 5) | ('2024-02-09', 1) | ('2024-02-05', 0)
CREATE FUNCTION day_workdays(d date, n int) RETURNS date DETERMINISTIC
BEGIN
  DECLARE left_over int DEFAULT n;
  DECLARE at_day date DEFAULT d;
  WHILE left_over > 0 DO
    SET at_day = at_day + INTERVAL 1 DAY;
    IF WEEKDAY(at_day) < 5 THEN SET left_over = left_over - 1; END IF;
  END WHILE;
  RETURN at_day;
END//
-- try ('2000-02-29', '2024-02-28') | ('2000-03-01', '2024-03-01') | (NULL, '2024-01-01')
CREATE FUNCTION day_age(born date, at_day date) RETURNS int DETERMINISTIC RETURN YEAR(at_day) - YEAR(born) - (DATE_FORMAT(at_day, '%m%d') < DATE_FORMAT(born, '%m%d'))//
-- try ()
CREATE FUNCTION day_is_now() RETURNS int NOT DETERMINISTIC NO SQL RETURN NOW() <= SYSDATE() AND CURDATE() = DATE(NOW()) AND TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) = 0//
-- try (2024) | (2023) | (2000)
CREATE FUNCTION day_easter(y int) RETURNS date DETERMINISTIC
BEGIN
  DECLARE a, b, c, d, e, f, g, h, i, k, l, m int;
  SET a = y % 19, b = y DIV 100, c = y % 100, d = b DIV 4, e = b % 4;
  SET f = (b + 8) DIV 25, g = (b - f + 1) DIV 3;
  SET h = (19 * a + b - d - g + 15) % 30, i = c DIV 4, k = c % 4;
  SET l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) DIV 451;
  RETURN STR_TO_DATE(CONCAT(y, '-', (h + l - 7 * m + 114) DIV 31, '-', (h + l - 7 * m + 114) % 31 + 1), '%Y-%m-%d');
END//
-- try ('') | ('05') | ('05/03') | ('00/03/2024') | ('05/00/2024') | ('05/03/2024') | (' 05/03/2024') | ('05-03-2024') | (NULL)
CREATE FUNCTION str_to_day(s varchar(40)) RETURNS date DETERMINISTIC RETURN STR_TO_DATE(s, '%d/%m/%Y')//
-- try ('') | ('0000-00-00') | ('2024-03-05') | ('2024-03-05 14') | ('2024-03-05 14:07') | ('2024-03') | ('2024-03-05x') | ('1995-3-5 1:2')
CREATE FUNCTION str_to_moment(s varchar(40)) RETURNS datetime DETERMINISTIC RETURN STR_TO_DATE(s, '%Y-%m-%d %H:%i')//
