-- A 0 that loses its digits, 1265 of what is called, years, paths of JSON at run time, orders by a variable.
-- try ('12a') | ('5') | ('x') | (NULL)
CREATE FUNCTION ff_trunc(t varchar(10)) RETURNS int DETERMINISTIC
BEGIN DECLARE v int; SET v = t; RETURN v; END//
-- run CALL fp_trunc('12a')
CREATE PROCEDURE fp_trunc(IN t varchar(10))
BEGIN DECLARE v int; SET v = t; INSERT INTO journal (what, line) VALUES (t, v); END//
-- try ('12a') | ('5') | ('x') | (NULL)
CREATE FUNCTION fo_catch(t varchar(10)) RETURNS int DETERMINISTIC
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION RETURN -1; RETURN ff_trunc(t); END//
-- try ('12a') | ('5') | ('x') | (NULL)
CREATE FUNCTION fo_set(t varchar(10)) RETURNS int DETERMINISTIC
BEGIN DECLARE r int; DECLARE EXIT HANDLER FOR SQLEXCEPTION RETURN -1; SET r = ff_trunc(t); RETURN r; END//
-- try ('12a') | ('5') | ('x') | (NULL)
CREATE FUNCTION fo_here(t varchar(10)) RETURNS int DETERMINISTIC
BEGIN DECLARE r int; DECLARE EXIT HANDLER FOR SQLEXCEPTION RETURN -1; SET r = t; RETURN r; END//
-- run CALL po_catch('12a') | CALL po_catch('x') | CALL po_catch('5')
CREATE PROCEDURE po_catch(IN t varchar(10))
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('caught'); CALL fp_trunc(t); INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_cont('12a') | CALL po_cont('x') | CALL po_cont('5')
CREATE PROCEDURE po_cont(IN t varchar(10))
BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('caught'); CALL fp_trunc(t); INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_num('12a') | CALL po_num('x') | CALL po_num('5')
CREATE PROCEDURE po_num(IN t varchar(10))
BEGIN DECLARE CONTINUE HANDLER FOR 1265 INSERT INTO journal (what) VALUES ('1265'); CALL fp_trunc(t); INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_enum('zzz') | CALL po_enum('toy')
CREATE PROCEDURE fp_enum(IN t varchar(10))
BEGIN UPDATE item SET kind = t WHERE id = 1; END//
-- run CALL po_enum2('zzz') | CALL po_enum2('toy')
CREATE PROCEDURE po_enum2(IN t varchar(10))
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('caught'); UPDATE item SET kind = t WHERE id = 1; INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_f('12a') | CALL po_f('x') | CALL po_f('5')
CREATE PROCEDURE po_f(IN t varchar(10))
BEGIN DECLARE v int; DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('caught'); SELECT ff_trunc(t) INTO v; INSERT INTO journal (what, line) VALUES ('on', v); END//
-- run CALL po_own('12a') | CALL po_own('5')
CREATE PROCEDURE fp_own(IN t varchar(10))
BEGIN DECLARE v int; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('inner'); SET v = t; INSERT INTO journal (what) VALUES ('inner on'); END//
-- run CALL po_block('12a') | CALL po_block('x')
CREATE PROCEDURE po_block(IN t varchar(10))
BEGIN DECLARE v int; DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('outer');
 BEGIN DECLARE EXIT HANDLER FOR 1062 INSERT INTO journal (what) VALUES ('dup'); SET v = t; END;
 INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_two('12a') | CALL po_two('x')
CREATE PROCEDURE po_two(IN t varchar(10))
BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO journal (what) VALUES ('outer'); CALL po_mid(t); INSERT INTO journal (what) VALUES ('on'); END//
-- run CALL po_mid('x')
CREATE PROCEDURE po_mid(IN t varchar(10))
BEGIN DECLARE EXIT HANDLER FOR 1062 INSERT INTO journal (what) VALUES ('dup'); CALL fp_trunc(t); INSERT INTO journal (what) VALUES ('mid on'); END//
-- try (0, 1.50) | (2, 1.25) | (0, 0) | (NULL, 1)
CREATE FUNCTION pr_ret(q int, p decimal(10,2)) RETURNS varchar(30) DETERMINISTIC RETURN q * p//
-- try (0, 1.50) | (2, 1.25) | (0, 0)
CREATE FUNCTION pr_sum(q int, p decimal(10,2)) RETURNS varchar(30) DETERMINISTIC RETURN p - p//
-- try (0, 1.50) | (2, 1.25) | (0, 0) | (NULL, 3)
CREATE FUNCTION pr_ifnull(q int, p decimal(10,2)) RETURNS varchar(30) DETERMINISTIC RETURN IFNULL(q * p, 0)//
-- try (0, 1.50) | (2, 1.25) | (0, 0)
CREATE FUNCTION pr_round(q int, p decimal(10,2)) RETURNS varchar(30) DETERMINISTIC RETURN ROUND(q * p, 2)//
-- run CALL pr_sel(0) | CALL pr_sel(3)
CREATE PROCEDURE pr_sel(IN q int)
BEGIN DECLARE t varchar(30); SELECT price * q INTO t FROM item WHERE id = 1; INSERT INTO journal (what) VALUES (t); END//
-- run CALL pr_insv(0, 1.50) | CALL pr_insv(3, 2)
CREATE PROCEDURE pr_insv(IN q int, IN p decimal(10,2))
BEGIN INSERT INTO journal (what) VALUES (p * q); UPDATE item SET name = p * q WHERE id = 2; SET @x = p * q; INSERT INTO journal (what) VALUES (@x); INSERT INTO journal (what) VALUES (CONCAT(@x)); END//
-- run CALL pr_res(0, 1.50) | CALL pr_res(3, 2)
CREATE PROCEDURE pr_res(IN q int, IN p decimal(10,2))
BEGIN DECLARE t varchar(20) DEFAULT p * q; SELECT p * q AS a, CONCAT(p * q) AS b, t, CAST(p * q AS CHAR) AS c; END//
-- try (NULL, 2) | (1.255, 2) | (1.5, 3) | (NULL, NULL) | (1.255, NULL) | (2, 0)
CREATE FUNCTION rn_round(p decimal(10,3), n int) RETURNS varchar(40) DETERMINISTIC RETURN IFNULL(ROUND(p, n), 0)//
-- try (1.255, 2) | (1.5, 3) | (NULL, NULL) | (1.255, NULL) | (2, 0)
CREATE FUNCTION rn_concat(p decimal(10,3), n int) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT(IFNULL(ROUND(p, n), 0))//
-- try (10, 3) | (-10, 3) | (1, 4) | (0, 3) | (NULL, 3) | (1.5, 7) | (1, 0)
CREATE FUNCTION rn_abs(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN ABS(p / n)//
-- try (10, 3) | (-10, 3) | (1, 4) | (0, 3) | (NULL, 3) | (1.5, 7)
CREATE FUNCTION rn_ifdiv(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN IFNULL(p / n, 0)//
-- try (10, 3) | (-10, 3) | (1, 4) | (0, 3) | (NULL, 3) | (1.5, 7)
CREATE FUNCTION rn_nullif(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN NULLIF(p / n, 0)//
-- try (10, 3) | (-10, 3) | (1, 4) | (0, 3) | (NULL, 3) | (1.5, 7)
CREATE FUNCTION rn_round2(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN ROUND(p / n, n)//
-- try (10, 3) | (-10, 3) | (1, 4) | (0, 3) | (NULL, 3) | (1.5, 7)
CREATE FUNCTION rn_mod(p decimal(10,2), n int) RETURNS varchar(60) DETERMINISTIC RETURN MOD(p / n, 1)//
-- run CALL zz_in(0, 1.50) | CALL zz_in(-3, 0) | CALL zz_in(2, 1.50)
CREATE PROCEDURE zz_in(IN q int, IN p decimal(10,2))
BEGIN
  DECLARE t varchar(30); DECLARE u varchar(30); DECLARE v varchar(30);
  SELECT p * q, p - p, p / 3 - p / 3 INTO t, u, v;
  INSERT INTO journal (what) VALUES (CONCAT('into ', t, ' ', u, ' ', v));
  SELECT price * q, price - price, qty * q INTO t, u, v FROM item WHERE id = 1;
  INSERT INTO journal (what) VALUES (CONCAT('col ', t, ' ', u, ' ', v));
END//
-- try (0, 1.50) | (-3, 0) | (2, 1.50)
CREATE PROCEDURE zz_tab(IN q int, IN p decimal(10,2))
BEGIN
  UPDATE word SET w = p * q WHERE id = 2;
  SELECT CONCAT('changed ', w) AS t FROM word WHERE id = 2;
  UPDATE word SET w = n * p * q;
  SELECT CONCAT('all ', w) AS t FROM word ORDER BY id;
  INSERT INTO word (id, w) VALUES (100, p * q);
  INSERT INTO word (id, w) SELECT 200 + id, price * q FROM item;
  INSERT INTO word (id, w) SELECT 300 + id, price - price FROM item;
  SELECT CONCAT('new ', w) AS t FROM word WHERE id >= 100 ORDER BY id;
  UPDATE word SET w = n * p - n * p;
  SELECT CONCAT('nothing ', w) AS t FROM word ORDER BY id;
END//
-- run CALL zz_var(0, 1.50) | CALL zz_var(-3, 0) | CALL zz_var(2, 1.50)
CREATE PROCEDURE zz_var(IN q int, IN p decimal(10,2))
BEGIN
  SET @x = p * q; INSERT INTO journal (what) VALUES (CONCAT('uv ', @x));
  SET @y = p - p; INSERT INTO journal (what) VALUES (CONCAT('uvsub ', @y));
END//
-- try (0, 1.50) | (2, 0) | (2, -0.5) | (-2, 0)
CREATE FUNCTION zz_many(q int, p decimal(10,2)) RETURNS varchar(200) DETERMINISTIC
BEGIN
  DECLARE a varchar(30); DECLARE b varchar(30); DECLARE c varchar(30); DECLARE d varchar(30); DECLARE e varchar(30); DECLARE f varchar(30); DECLARE g varchar(30);
  SET a = p + p; SET b = p + 0; SET c = p * q + p; SET d = p * 2 + 1; SET e = q * p * 1.0; SET f = p + 0.5; SET g = 0 - p;
  RETURN CONCAT_WS('|', a, b, c, d, e, f, g);
END//
-- try (0, 1.50) | (2, 0) | (2, -0.5) | (-2, 0)
CREATE FUNCTION zz_more(q int, p decimal(10,2)) RETURNS varchar(200) DETERMINISTIC
BEGIN
  DECLARE a varchar(30); DECLARE b varchar(30); DECLARE c varchar(30); DECLARE d varchar(30); DECLARE e varchar(30); DECLARE f varchar(30); DECLARE g varchar(30);
  SET a = -p; SET b = ABS(p); SET c = ABS(p * q); SET d = p MOD 3; SET e = ROUND(p * q, 1); SET f = IF(q > 1, p * q, p); SET g = CASE WHEN q = 2 THEN -(p * 1) ELSE NULLIF(p * 2, 7) END;
  RETURN CONCAT_WS('|', a, b, c, d, e, f, g);
END//
-- try (0, 1.50) | (2, 0) | (2, -0.5) | (-2, 0)
CREATE FUNCTION zz_rest(q int, p decimal(10,2)) RETURNS varchar(200) DETERMINISTIC
BEGIN
  DECLARE a varchar(30); DECLARE b varchar(30); DECLARE c varchar(30); DECLARE d varchar(30); DECLARE e varchar(30); DECLARE f varchar(30); DECLARE g varchar(30);
  SET a = GREATEST(p * q, 0); SET b = LEAST(p * q, 0.0); SET c = TRUNCATE(p * q, 1); SET d = CAST(p * q AS DECIMAL(8,3)); SET e = p / 2; SET f = (p * q) / 2; SET g = p * 0;
  RETURN CONCAT_WS('|', a, b, c, d, e, f, g);
END//
-- try ('20') | ('2020') | ('0') | ('99') | ('x') | (NULL) | ('')
CREATE FUNCTION yr_text(t varchar(10)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built = t)//
-- try (20) | (2020) | (0) | (99) | (NULL) | (1999) | (100)
CREATE FUNCTION yr_int(t int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built = t)//
-- try (20) | (2020) | (0) | (99) | (NULL)
CREATE FUNCTION yr_less(t int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built <= t)//
-- try ('20') | ('2020') | ('0') | ('99') | ('x')
CREATE FUNCTION yr_tless(t varchar(10)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built >= t)//
-- try (20, 99) | (2000, 2020) | (0, 2000) | (99, 20)
CREATE FUNCTION yr_between(a int, b int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built BETWEEN a AND b)//
-- try (20, 99) | (2000, 2020) | (0, 2000)
CREATE FUNCTION yr_in(a int, b int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built IN (a, b))//
-- try ()
CREATE FUNCTION yr_lit() RETURNS varchar(80) READS SQL DATA RETURN (SELECT CONCAT_WS(',', SUM(built = 20), SUM(built = '20'), SUM(built IN (20, 99)), SUM(built BETWEEN 99 AND 20), SUM(built > 70), SUM(built = '0'), SUM(built = 0), SUM(built = '00'), SUM(built = '2020'), SUM(built <> '99'), SUM(20 = built), SUM(built = 20.0), SUM(built BETWEEN '99' AND '20'), SUM(built IN ('20', '99'))) FROM vehicle)//
-- try (2020, 20) | (2020, 2020) | (1999, 99) | (20, 20) | (0, 0) | (NULL, 1) | (2000, 0)
CREATE FUNCTION yr_var(y year, n int) RETURNS varchar(20) DETERMINISTIC RETURN CONCAT_WS(',', y = n, y < n, n >= y, y <=> n)//
-- try ('0') | ('00') | ('0000') | ('7') | ('69') | ('70') | (NULL)
CREATE FUNCTION yr_set(t varchar(10)) RETURNS int DETERMINISTIC BEGIN DECLARE y year; SET y = t; RETURN y; END//
-- try ('2020-05-05') | (NULL)
CREATE FUNCTION yr_date(d date) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built = YEAR(d))//
-- try (20.0) | (2020.0) | (20.4) | (99)
CREATE FUNCTION yr_dec(n decimal(6,1)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle WHERE built = n)//
-- try (5)
CREATE FUNCTION yr_join(n int) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM vehicle v JOIN stock s ON v.built = s.amount)//
-- try ('2024-01-31 10:00:00', '2024-01-31') | ('2024-01-31 00:00:00', '2024-01-31') | ('2024-01-31 10:00:00', '2024-02-01 00:00:00') | ('2024-01-31 10:00:00', NULL) | ('2024-01-31 10:00:00', 'x') | ('2024-01-31 10:00:00', '2024-1-5')
CREATE FUNCTION gr_dt(d datetime, t varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN GREATEST(d, t)//
-- try ('2024-01-31 10:00:00', '2024-01-31') | ('2024-01-31 00:00:00', '2024-01-31') | ('2024-01-31 10:00:00', 'x') | ('2024-01-31 10:00:00', '2024-1-5')
CREATE FUNCTION ls_dt(d datetime, t varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN LEAST(d, t)//
-- try ('2024-01-31', '2024-01-31 05:00:00') | ('2024-01-31', '2024-02-01') | ('2024-01-31', 'x')
CREATE FUNCTION gr_d(d date, t varchar(20)) RETURNS varchar(40) DETERMINISTIC RETURN GREATEST(d, t)//
-- try ('2024-01-31 10:00:00')
CREATE FUNCTION gr_lit(d datetime) RETURNS varchar(200) DETERMINISTIC RETURN CONCAT_WS('|', GREATEST(d, '2024-01-31'), LEAST(d, '2024-01-31'), GREATEST(d, '2024-02-01'), LEAST(d, '2025-01-01 00:00:00'), GREATEST('2023-01-01', d))//
-- try ('2024-01-31') | ('2020-01-01')
CREATE FUNCTION gr_dlit(d date) RETURNS varchar(200) DETERMINISTIC RETURN CONCAT_WS('|', GREATEST(d, '2024-01-31'), LEAST(d, '2024-01-31'), GREATEST(d, '2024-02-01'), LEAST(d, '2025-01-01'), GREATEST('2023-01-01', d))//
-- try ('2024-01-31 10:00:00') | ('2020-01-01 00:00:00')
CREATE FUNCTION gr_into(d datetime) RETURNS datetime DETERMINISTIC RETURN GREATEST(d, '2024-01-31')//
-- try ('2024-01-31') | ('2020-01-01')
CREATE FUNCTION gr_dinto(d date) RETURNS date DETERMINISTIC RETURN LEAST(d, '2024-01-31')//
-- try ('2024-01-31 10:00:00', '2024-01-31') | ('2024-01-31 00:00:00', '2024-01-31')
CREATE FUNCTION gr_both(d datetime, t date) RETURNS varchar(40) DETERMINISTIC RETURN CONCAT_WS('|', GREATEST(d, t), LEAST(d, t), GREATEST(t, d))//
-- try (1) | (2) | (3) | (9) | (NULL)
CREATE PROCEDURE or_get(IN p int)
BEGIN SELECT id, name, salary FROM staff ORDER BY p DESC, id DESC; END//
-- try (1) | (2) | (3) | (9)
CREATE PROCEDURE or_case(IN p int)
BEGIN SELECT id, name FROM staff ORDER BY CASE p WHEN 1 THEN id WHEN 2 THEN -id ELSE 0 END, id; END//
-- try (1) | (2) | (3)
CREATE PROCEDURE or_cur(IN p int)
BEGIN
  DECLARE v int; DECLARE done int DEFAULT 0; DECLARE all_ids varchar(100) DEFAULT '';
  DECLARE c CURSOR FOR SELECT id FROM staff ORDER BY p, id DESC;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c; l: LOOP FETCH c INTO v; IF done THEN LEAVE l; END IF; SET all_ids = CONCAT(all_ids, v, ','); END LOOP; CLOSE c;
  SELECT all_ids;
END//
-- try (1, '$.tags') | (2, '$.tags') | (4, '$') | (5, '$') | (1, '$.nope') | (3, '$.tags') | (1, '$.size') | (4, '$[1]')
CREATE FUNCTION jr_len(n int, p varchar(30)) RETURNS varchar(200) READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_LENGTH(doc, p), JSON_CONTAINS(doc, '"iron"', p), JSON_CONTAINS_PATH(doc, 'one', p), JSON_CONTAINS_PATH(doc, 'all', p, '$.size')) FROM item WHERE id = n)//
-- try (1, '$.tags') | (2, '$.tags') | (4, '$') | (5, '$') | (3, '$.tags') | (1, '$.size.w')
CREATE FUNCTION jr_app(n int, p varchar(30)) RETURNS varchar(300) READS SQL DATA RETURN (SELECT JSON_LENGTH(JSON_ARRAY_APPEND(doc, p, 'x'), p) FROM item WHERE id = n)//
-- try ('$.tags') | ('$.size')
CREATE FUNCTION jr_many(p varchar(30)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM item WHERE JSON_CONTAINS(doc, '"iron"', p) OR JSON_LENGTH(doc, p) > 1)//
-- try ()
CREATE PROCEDURE rk_plain()
BEGIN SET @r = 0; SELECT @r := @r + 1 AS pos, name, salary FROM staff ORDER BY salary DESC, id; END//
-- try ()
CREATE PROCEDURE rk_cross()
BEGIN SELECT @n := @n + 1 AS pos, s.name AS who FROM staff s, (SELECT @n := 10) AS init ORDER BY who; END//
-- try (1) | (3)
CREATE PROCEDURE rk_join(IN least int)
BEGIN SELECT (@n := @n + 1) AS pos, s.name FROM staff s CROSS JOIN (SELECT @n := 0) init WHERE s.id >= least ORDER BY 2 DESC LIMIT 3; END//
-- try ()
CREATE PROCEDURE rk_inner()
BEGIN SET @r := 0; SELECT * FROM (SELECT @r := @r + 1 AS pos, id, name FROM staff ORDER BY id DESC) AS t WHERE pos <= 3 ORDER BY pos; END//
-- run CALL rk_insert()
CREATE PROCEDURE rk_insert()
BEGIN SET @r := 100; INSERT INTO word (id, w) SELECT @r := @r + 1, name FROM staff ORDER BY id; END//
-- try ('nine') | ('old') | (NULL)
CREATE PROCEDURE gd_state(IN p_what varchar(10), OUT p_state varchar(10), OUT p_number int)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS CONDITION 1 @gd_state = RETURNED_SQLSTATE, @gd_errno = MYSQL_ERRNO;
    SET p_state = @gd_state, p_number = @gd_errno;
  END;
  INSERT INTO job (what, state) VALUES (p_what, 'new');
  SET p_state = 'made', p_number = LAST_INSERT_ID() > 0;
END//
-- try ('price', 'DESC') | ('code', 'ASC') | ('nope', 'x') | ('qty', NULL)
CREATE PROCEDURE ct_list(IN p_column varchar(20), IN p_dir varchar(4))
BEGIN
  -- the column is known
  IF p_column NOT IN ('price', 'code', 'qty') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'bad column'; END IF;
  -- and so is the order
  SET @ct_sql = CONCAT('SELECT id, code, price FROM item ORDER BY ', p_column, IF(p_dir = 'DESC', ' DESC', ''), ', id', IF(p_column = 'qty', ' LIMIT 2', ' LIMIT 3'));
  PREPARE s FROM @ct_sql; EXECUTE s; DEALLOCATE PREPARE s;
END//
-- try ()
CREATE PROCEDURE wn_ends()
BEGIN
  SELECT id, MIN(name) OVER (PARTITION BY boss) AS low, MAX(name) OVER () AS high, CONCAT(MIN(name) OVER (), '!') AS told FROM staff ORDER BY id;
  SELECT id, MAX(d) OVER (PARTITION BY id > 12) AS d, MIN(n) OVER (PARTITION BY id > 12) AS n FROM filed WHERE id NOT IN (1, 19, 21) ORDER BY id;
END//
