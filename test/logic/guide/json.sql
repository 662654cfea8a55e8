-- JSON.
-- try (1) | (2) | (4) | (99)
CREATE FUNCTION doc_extract(n int) RETURNS varchar(60) READS SQL DATA
BEGIN
  DECLARE found varchar(60);
  SELECT doc->>'$.tags[0]' INTO found FROM item WHERE id = n;
  RETURN found;
END//
-- try ('{"rich": "yes", "n": [5, 6]}') | ('{"rich": null}') | (NULL)
CREATE FUNCTION doc_of_variable(d json) RETURNS varchar(60) DETERMINISTIC
BEGIN
  DECLARE doc json DEFAULT d;
  DECLARE n varchar(20) DEFAULT doc->'$.n[1]';
  RETURN CONCAT_WS('|', doc->>'$.rich', IF(doc->>'$.n[0]' = '5', 'five', 'other'), n);
END//
-- try ('08:30:00', '12:00:10') | ('26:00:00', '01:00:00') | (NULL, '01:00:00')
CREATE FUNCTION doc_time(a time, b time) RETURNS json DETERMINISTIC RETURN JSON_OBJECT('a', a, 'd', TIMEDIFF(a, b), 'less', a < b)//
-- try (1) | (4)
CREATE FUNCTION doc_length(n int) RETURNS int READS SQL DATA RETURN (SELECT JSON_LENGTH(doc) FROM item WHERE id = n)//
-- try ('a', 5) | (NULL, NULL) | ('q"t', -1)
CREATE FUNCTION doc_object(k varchar(10), n int) RETURNS json DETERMINISTIC RETURN JSON_OBJECT('key', k, 'n', n, 'list', JSON_ARRAY(n, k, TRUE))//
-- try ('{"a": 1}', 5) | ('{"a": {"b": 2}}', NULL)
CREATE FUNCTION doc_set(d json, n int) RETURNS json DETERMINISTIC RETURN JSON_SET(d, '$.a', n, '$.c', 'new')//
-- try ('{"a": 1, "b": 2}') | ('{}')
CREATE FUNCTION doc_remove(d json) RETURNS json DETERMINISTIC RETURN JSON_REMOVE(JSON_INSERT(d, '$.z', 9), '$.a')//
-- try ('{"a": 1, "b": {"c": 2}}', '{"a": null, "b": {"d": 3}}') | ('{"a": 1}', '5') | ('[1]', '{"a": {"b": null}}') | (NULL, '{}')
CREATE FUNCTION doc_merge_patch(a json, b json) RETURNS json DETERMINISTIC RETURN JSON_MERGE_PATCH(a, b)//
-- try ('{"a": "x", "b": ["y", "x"]}', 'x') | ('{"a": "x"}', 'z') | ('["xa", "b"]', 'x%') | (NULL, 'x')
CREATE FUNCTION doc_search(d json, s varchar(10)) RETURNS json DETERMINISTIC RETURN JSON_SEARCH(d, 'one', s)//
-- try ('[1, 2, 3]', '2') | ('[1, 2, 3]', '5') | ('{"a": 1}', '{"a": 1}')
CREATE FUNCTION doc_contains(d json, x json) RETURNS int DETERMINISTIC RETURN JSON_CONTAINS(d, x)//
-- try ('{"a": 1, "bb": 2}') | ('{}')
CREATE FUNCTION doc_keys(d json) RETURNS json DETERMINISTIC RETURN JSON_KEYS(d)//
-- try ('{"a": [1, 2.5, "x", null, true]}')
CREATE FUNCTION doc_types(d json) RETURNS varchar(60) DETERMINISTIC RETURN CONCAT_WS(',', JSON_TYPE(d), JSON_TYPE(JSON_EXTRACT(d, '$.a')), JSON_TYPE(JSON_EXTRACT(d, '$.a[0]')), JSON_TYPE(JSON_EXTRACT(d, '$.a[2]')), JSON_TYPE(JSON_EXTRACT(d, '$.a[3]')))//
-- try ()
CREATE PROCEDURE doc_aggregate() SELECT kind, JSON_LENGTH(JSON_ARRAYAGG(code)) AS codes, JSON_LENGTH(JSON_OBJECTAGG(code, qty)) AS pairs FROM item GROUP BY kind ORDER BY kind//
-- try ('[{"sku": "A", "n": 2}, {"sku": "B", "n": 5}]') | ('[]') | ('[{"sku": "C"}]')
CREATE PROCEDURE doc_table(IN d json, OUT total int)
BEGIN
  SELECT COALESCE(SUM(t.n), 0) INTO total FROM JSON_TABLE(d, '$[*]' COLUMNS (sku varchar(10) PATH '$.sku', n int PATH '$.n')) AS t;
END//
-- try ('[{"what": "x", "line": 4}, {"what": "y", "line": 5}]')
CREATE PROCEDURE doc_insert(IN d json) INSERT INTO journal (what, line) SELECT t.what, t.line FROM JSON_TABLE(d, '$[*]' COLUMNS (what varchar(60) PATH '$.what', line int PATH '$.line')) AS t ORDER BY t.line//
-- try (1) | (2) | (4)
CREATE FUNCTION old_json(n int) RETURNS varchar(100) READS SQL DATA
BEGIN
  DECLARE size, tags varchar(60);
  SELECT doc->>'$.size', doc->>'$.tags' INTO size, tags FROM item WHERE id = n;
  RETURN CONCAT(IFNULL(size, 'absent'), '|', IFNULL(tags, 'absent'));
END//
