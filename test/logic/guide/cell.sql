-- A cell of JSON in what is no array.
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_ext(n int) RETURNS varchar(2000) READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_EXTRACT(doc, '$[0]'), JSON_EXTRACT(doc, '$[1]'), JSON_EXTRACT(doc, '$.size[0].w'), JSON_EXTRACT(doc, '$.tags[0]'), JSON_EXTRACT(doc, '$.size.w[0]'), JSON_EXTRACT(doc, '$[0][0]')) FROM item WHERE id = n)//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_len(n int) RETURNS varchar(200) READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_LENGTH(doc, '$[0]'), JSON_LENGTH(doc, '$.tags'), JSON_CONTAINS_PATH(doc, 'one', '$[0]', '$[7]'), JSON_UNQUOTE(JSON_EXTRACT(doc, '$[0]'))) FROM item WHERE id = n)//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_cont(n int) RETURNS varchar(200) READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_CONTAINS(doc, '1', '$[0]'), JSON_CONTAINS(doc, '10', '$.size.w[0]'), JSON_CONTAINS(doc, '"iron"', '$.tags[0]')) FROM item WHERE id = n)//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_set(n int) RETURNS text READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_SET(doc, '$[0]', 9), JSON_SET(doc, '$[1]', 9), JSON_SET(doc, '$.size.w[0]', 9), JSON_SET(doc, '$.size.w[1]', 9)) FROM item WHERE id = n)//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_rem(n int) RETURNS text READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_REMOVE(doc, '$[0]'), JSON_REMOVE(doc, '$.size.w[0]'), JSON_REMOVE(doc, '$.tags[0]'), JSON_INSERT(doc, '$.tags[0]', 1), JSON_INSERT(doc, '$.tags[5]', 1), JSON_REPLACE(doc, '$[0]', 1), JSON_REPLACE(doc, '$.size[0].w', 1)) FROM item WHERE id = n)//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_app(n int) RETURNS text READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_ARRAY_APPEND(doc, '$[0]', 1), JSON_ARRAY_APPEND(doc, '$.tags[0]', 1)) FROM item WHERE id = n)//
-- try ('5') | ('[1,2]') | ('{"a":1}') | ('"x"') | ('null') | ('[]')
CREATE FUNCTION js_var(t varchar(60)) RETURNS text DETERMINISTIC RETURN CONCAT_WS('|', JSON_EXTRACT(t, '$[0]'), JSON_UNQUOTE(JSON_EXTRACT(t, '$[0]')), JSON_VALUE(t, '$[0]'), JSON_EXTRACT(t, '$.a[0]'), JSON_EXTRACT(t, '$[0].a'))//
-- try ('5') | ('[1,2]') | ('{"a":1}') | ('"x"') | ('null') | ('[]')
CREATE FUNCTION js_last(t varchar(60)) RETURNS text DETERMINISTIC RETURN CONCAT_WS('|', JSON_EXTRACT(t, '$[last]'), JSON_EXTRACT(t, '$[last-1]'), JSON_EXTRACT(t, '$.a[last]'), JSON_SET(t, '$[last]', 3))//
-- try (1) | (2) | (3) | (4) | (5)
CREATE FUNCTION js_arrow(n int) RETURNS varchar(2000) READS SQL DATA RETURN (SELECT CONCAT_WS('|', doc->'$[0]', doc->>'$[0]', doc->>'$.tags[0]', doc->'$.size[0]') FROM item WHERE id = n)//
-- try (1, '$.size') | (1, '$') | (2, '$.size') | (4, '$[0]') | (5, '$.a') | (3, '$')
CREATE FUNCTION jk_keys(n int, p varchar(30)) RETURNS varchar(200) READS SQL DATA RETURN (SELECT CONCAT_WS('|', JSON_KEYS(doc, p), JSON_KEYS(doc, '$.size'), JSON_KEYS(doc)) FROM item WHERE id = n)//
