-- Ordinary programs that strangers wrote.
-- try ('{"a": 1}') | ('{"a": }') | ('') | (' 1 ') | (NULL) | ('1e400') | ('[1.]') | ('{"a": 1, "a": 2}') | ('True') | ('[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]') | ('1e-999') | ('"[1.]"') | ('01') | ('[1.5.]')
CREATE FUNCTION ordinary_valid(d text) RETURNS int DETERMINISTIC
BEGIN
  IF d IS NULL OR JSON_VALID(d) = 0 THEN RETURN -1; END IF;
  RETURN JSON_VALID(d);
END//
-- try ('{"a": {"b": 1}, "list": [1, 2]}', 'a') | ('{"a": {"b": 1}}', 'a.b') | ('{"a": {"b": 1}}', 'a.c') | ('{"list": [1, 2]}', 'list[1]') | ('{"list": [1, 2]}', 'list[7]') | ('{"list": [1, 2]}', 'list[last]') | ('{"a": 1}', 'new key') | ('{"a": 1}', 'new-key') | ('{"a": 1}', '"new key"') | ('{"a": 1}', 'a[0]') | ('{"a": 1}', 'a[2]') | ('{"a": 1}', 'b.c') | ('{"a": 1}', '') | ('{"a": 1}', NULL) | (NULL, 'a') | ('[1]', 'a') | ('{"a": 1}', '*') | ('{"é": 1}', 'é') | ('{"a": 1}', '1a') | ('{"a": 1}', ' a') | ('{"a": 1}', 'a.') | ('{"A": 1}', 'a')
CREATE FUNCTION ordinary_set(d json, k varchar(30)) RETURNS json DETERMINISTIC RETURN JSON_SET(d, CONCAT('$.', k), 'v')//
-- try ('{"a": {"b": 1}, "list": [1, 2]}', 'a') | ('{"a": {"b": null}}', 'a.b') | ('{"list": [1, 2]}', 'list[1]') | ('{"list": [1, 2]}', 'list[last-1]') | ('{"a": 1}', 'new key') | ('{"a": 1}', 'a[0]') | ('{"a": 1}', '') | ('{"a": 1}', NULL) | (NULL, 'a') | ('{"a": 1, "bb": [2]}', '*') | ('{"a": [1, {"b": 3}]}', 'a[*].b') | ('{"a": "x"}', 'a') | ('{"new key": "x"}', 'new key')
CREATE FUNCTION ordinary_extract(d json, k varchar(30)) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE whole, plain varchar(30);
  SET whole = JSON_EXTRACT(d, CONCAT('$.', k)), plain = JSON_UNQUOTE(JSON_EXTRACT(d, CONCAT('$.', k)));
  RETURN CONCAT_WS('|', whole, plain);
END//
-- try ('{"a": {"b": 1}, "list": [1, 2]}', '$.a') | ('{"a": {"b": 1}}', '$.a.b') | ('{"list": [1, 2]}', '$.list[0]') | ('{"list": [1, 2]}', '$.list[last]') | ('{"list": [1, 2]}', '$.list[9]') | ('{"a": 1}', '$.a[0]') | ('{"a": 1}', '$') | ('{"a": 1}', '$[0]') | ('{"a": 1}', 'a') | ('{"a": 1}', '$.*') | ('{"a": 1}', NULL) | ('[1, [2, 3]]', '$[1][0]')
CREATE FUNCTION ordinary_remove(d json, p varchar(30)) RETURNS json DETERMINISTIC RETURN JSON_REMOVE(d, p)//
-- try ('{"a": 1, "list": [1]}', '$.a', '$.b', 5) | ('{"a": 1, "list": [1]}', '$.list[1]', '$.list[0]', NULL) | ('5', '$[1]', '$', 7) | ('{"a": 1}', '$.b', '$.b', 2) | (NULL, 'a ', 'a ', 4)
CREATE FUNCTION ordinary_change(d json, p varchar(30), q varchar(30), n int) RETURNS json DETERMINISTIC RETURN JSON_REPLACE(JSON_INSERT(d, p, n), q, n, '$.z', 1)//
-- run CALL ordinary_put('{"a": "x", "n": 5, "l": [1, "y"]}')
CREATE PROCEDURE ordinary_put(IN d json)
BEGIN
  DECLARE a varchar(30) DEFAULT JSON_EXTRACT(d, '$.a');
  DECLARE b, c, e varchar(30);
  SET b = JSON_EXTRACT(d, '$.l');
  SELECT JSON_EXTRACT(d, '$.a'), JSON_EXTRACT(d, '$.n') INTO c, e;
  INSERT INTO journal (what) VALUES (a), (b), (c), (e), (JSON_EXTRACT(d, '$.a')), (JSON_EXTRACT(d, '$.l'));
  INSERT INTO journal (what) SELECT JSON_EXTRACT(d, '$.a');
  UPDATE journal SET what = JSON_EXTRACT(d, '$.a') WHERE id = 1;
  SELECT what FROM journal ORDER BY id;
END//
-- run CALL ordinary_preference(1, 'size.w', '12') | CALL ordinary_preference(2, 'colour', NULL) | CALL ordinary_preference(3, 'colour', 'red') | CALL ordinary_preference(99, 'a', 'b')
CREATE PROCEDURE ordinary_preference(IN p_id int, IN p_key varchar(30), IN p_value varchar(30))
BEGIN
  UPDATE item SET doc = JSON_SET(COALESCE(doc, JSON_OBJECT()), CONCAT('$.', p_key), p_value) WHERE id = p_id;
  IF ROW_COUNT() = 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no such item';
  END IF;
END//

-- run UPDATE parcel SET weight = weight + 1 WHERE id < 3
CREATE TRIGGER ordinary_log AFTER UPDATE ON parcel FOR EACH ROW
BEGIN
  IF @ordinary_quiet IS NULL OR @ordinary_quiet = 0 THEN
    INSERT INTO parcel_log (parcel, act, who, user_id) VALUES (NEW.id, 'update', COALESCE(@ordinary_who, 'system'), @ordinary_user);
  END IF;
  SET @ordinary_count = IFNULL(@ordinary_count, 0) + 1;
END//
-- run CALL ordinary_weigh(1, 7, 'Ann') | CALL ordinary_weigh(2, NULL, NULL)
CREATE PROCEDURE ordinary_weigh(IN p_id int, IN p_user int, IN p_who varchar(30))
BEGIN
  SET @ordinary_user = p_user, @ordinary_who = p_who, @ordinary_count = 0;
  UPDATE parcel SET weight = weight + 10 WHERE id >= p_id;
  SET @ordinary_quiet = 1;
  UPDATE parcel SET weight = weight + 1 WHERE id >= p_id;
  SET @ordinary_quiet = NULL, @ordinary_user = NULL;
  UPDATE parcel SET weight = weight + @ordinary_count WHERE id = p_id;
  SELECT @ordinary_count AS counted, @ordinary_count + 1 AS next, @ordinary_who AS who, @ordinary_quiet AS quiet;
END//
-- run CALL ordinary_keeps()
CREATE PROCEDURE ordinary_keeps()
BEGIN
  SET @ordinary_kept = 5;
  CALL ordinary_reads(@ordinary_kept_out);
  SELECT @ordinary_kept AS kept, @ordinary_kept_out AS got;
END//
CREATE PROCEDURE ordinary_reads(OUT p_got int)
BEGIN
  SET p_got = IF(@ordinary_kept > 4, @ordinary_kept * 2, -1);
END//
-- try ('a', 'toy', 2, 0) | (NULL, NULL, 10, 1) | ('', 'FOOD', 10, 0) | ('n\_v', NULL, 10, 0) | ('%', 'book', 1, 0) | ('o''b', NULL, 1, 0) | (NULL, NULL, NULL, 0) | (NULL, NULL, -1, 0) | (NULL, 'none', 3, 0)
CREATE PROCEDURE ordinary_search(IN p_name varchar(30), IN p_kind varchar(20), IN p_limit int, IN p_offset int)
BEGIN
  SET @ordinary_q = 'SELECT id, name, kind FROM item WHERE 1 = 1';
  IF p_name IS NOT NULL AND p_name <> '' THEN
    SET @ordinary_q = CONCAT(@ordinary_q, ' AND name LIKE ', QUOTE(CONCAT('%', p_name, '%')));
  END IF;
  IF p_kind IS NOT NULL THEN
    SET @ordinary_q = CONCAT(@ordinary_q, ' AND kind = ', QUOTE(p_kind));
  END IF;
  SET @ordinary_q = CONCAT(@ordinary_q, ' ORDER BY id LIMIT ', p_limit, ' OFFSET ', p_offset);
  PREPARE found FROM @ordinary_q;
  EXECUTE found;
  DEALLOCATE PREPARE found;
END//
-- try ('price', 'desc') | ('qty', 'asc') | (NULL, NULL) | ('id', 'DESC')
CREATE PROCEDURE ordinary_sort(IN p_sort varchar(20), IN p_way varchar(4))
BEGIN
  DECLARE v_sql text DEFAULT 'SELECT id, price FROM item';
  DECLARE v_tail varchar(30);
  IF p_sort = 'price' THEN
    SET v_sql = CONCAT(v_sql, ' WHERE price > 1', ' ORDER BY price');
  ELSEIF p_sort = 'qty' THEN
    SET v_sql = CONCAT(v_sql, ' ORDER BY qty');
  ELSE
    SET v_sql = CONCAT(v_sql, ' ORDER BY id');
  END IF;
  SET v_tail = '';
  IF p_way = 'desc' THEN SET v_tail = ' DESC'; END IF;
  SET @ordinary_sorted = CONCAT(v_sql, v_tail);
  PREPARE sorted FROM @ordinary_sorted;
  EXECUTE sorted;
  DEALLOCATE PREPARE sorted;
END//
-- try (1, 5) | (2, NULL) | (NULL, 1)
CREATE PROCEDURE ordinary_reused(IN p_id int, IN p_by int)
BEGIN
  DECLARE i int DEFAULT 0;
  WHILE i < 2 DO
    SET @ordinary_s = 'UPDATE stock SET changes = changes + ?';
    SET @ordinary_s = CONCAT(@ordinary_s, ', amount = amount + ', p_by);
    SET @ordinary_s = CONCAT(@ordinary_s, ' WHERE id = ', p_id), @ordinary_by = i;
    PREPARE change_it FROM @ordinary_s;
    EXECUTE change_it USING @ordinary_by;
    DEALLOCATE PREPARE change_it;
    SET @ordinary_s = 'INSERT INTO journal (what, line)';
    SET @ordinary_s = CONCAT(@ordinary_s, ' VALUES (''again'', ', i, ')');
    PREPARE change_it FROM @ordinary_s;
    EXECUTE change_it;
    DEALLOCATE PREPARE change_it;
    SET i = i + 1;
  END WHILE;
END//
-- try (1) | (4)
CREATE PROCEDURE ordinary_temporary(IN p_from int)
BEGIN
  DROP TEMPORARY TABLE IF EXISTS ordinary_kept;
  CREATE TEMPORARY TABLE ordinary_kept (item_id int NOT NULL, sold int, note varchar(20));
  ALTER TABLE ordinary_kept ADD PRIMARY KEY (item_id), ADD INDEX sold_of (sold);
  INSERT INTO ordinary_kept (item_id, sold) SELECT item_id, SUM(qty) FROM sale WHERE item_id >= p_from GROUP BY item_id;
  ALTER TABLE ordinary_kept ADD COLUMN share decimal(9,2) NULL, ADD rank_of int NOT NULL DEFAULT 7;
  CREATE INDEX note_of ON ordinary_kept (note(10));
  CREATE UNIQUE INDEX both_of ON ordinary_kept (sold, item_id);
  UPDATE ordinary_kept k JOIN item i ON i.id = k.item_id SET k.share = k.sold * i.price, k.rank_of = k.rank_of + 1 WHERE k.sold > 3;
  INSERT INTO ordinary_kept (item_id, sold) VALUES (1, 5) ON DUPLICATE KEY UPDATE sold = sold + VALUES(sold);
  SELECT * FROM ordinary_kept ORDER BY item_id;
  SELECT share, rank_of FROM ordinary_kept WHERE share IS NOT NULL ORDER BY share;
  DROP TEMPORARY TABLE ordinary_kept;
END//
