const valid = String.raw`FUNCTION sluice_json_valid(value text, is_mariadb boolean) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  plain text := replace(regexp_replace(value, CASE WHEN is_mariadb THEN '\\[^u]' ELSE '\\["\\/bfnrt]' END, 'x', 'g'), '\u0000', 'x');
  brackets text;
  depth int := 0;
BEGIN
  IF is_mariadb THEN
    plain := regexp_replace(plain, '(^|[^0-9.eE+-])(-?[0-9]+)\.(?![0-9])(?=([^"]*"[^"]*")*[^"]*$)', '\1\2', 'g');
  END IF;
  brackets := regexp_replace(regexp_replace(plain, '"[^"]*"', '', 'g'), '[^][{}]', '', 'g');
  WHILE brackets ~ '\[\]|\{\}' LOOP
    depth := depth + 1;
    IF is_mariadb AND depth > 31 THEN RETURN false; END IF;
    IF depth > 100 THEN
      RAISE EXCEPTION USING ERRCODE = '22032', MESSAGE = 'The JSON document exceeds the maximum depth.';
    END IF;
    brackets := regexp_replace(brackets, '\[\]|\{\}', '', 'g');
  END LOOP;
  PERFORM plain::jsonb;
  RETURN is_mariadb OR NOT EXISTS (SELECT FROM jsonb_path_query(plain::jsonb, '$.** ? (@.type() == "number")') AS one
    WHERE abs((one #>> '{}')::numeric) > 1.7976931348623157e308);
EXCEPTION
  WHEN numeric_value_out_of_range THEN RETURN is_mariadb;
  WHEN invalid_text_representation OR untranslatable_character THEN RETURN false;
END;
$body$`;

/** A path in its steps: `n` with a name, `c` with the number of a cell, `l` with one from the end; `*`, `@`, `**`: several. */
const steps = String.raw`FUNCTION sluice_json_steps(path text, rules text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  blank constant text := CASE WHEN rules <> 'mysql' THEN '' ELSE '\s*' END;
  name constant text := CASE WHEN rules <> 'mysql' THEN '([^."[*]+)(?=[.[]|$)' ELSE '([A-Za-z_$\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)' END;
  rest text := ltrim(path);
  found text[];
  made text[] := '{}';
BEGIN
  IF left(rest, 1) = '$' THEN
    rest := substr(rest, 2);
    LOOP
      IF rules = 'mysql' THEN rest := ltrim(rest); END IF;
      IF rest = '' THEN
        IF made[cardinality(made)] = '**' THEN EXIT; END IF;
        RETURN made;
      END IF;
      found := regexp_match(rest, '^(?:(\*\*)|\.' || blank || '(?:(\*)|"((?:[^"\\]|\\.)*)"|' || name || ')|\[\s*(?:(\*)|(\d+)|last(?:\s*-\s*(\d+))?)\s*\])(.*)$');
      EXIT WHEN found IS NULL;
      made := made || CASE
        WHEN found[1] IS NOT NULL THEN '**'
        WHEN found[2] IS NOT NULL THEN '*'
        WHEN found[3] IS NOT NULL THEN 'n' || regexp_replace(found[3], '\\(.)', '\1', 'g')
        WHEN found[4] IS NOT NULL THEN 'n' || found[4]
        WHEN found[5] IS NOT NULL THEN '@'
        WHEN found[6] IS NOT NULL THEN 'c' || found[6]
        ELSE 'l' || COALESCE(found[7], '0') END;
      rest := found[8];
    END LOOP;
  END IF;
  IF rules = 'mariadb' THEN RETURN NULL; END IF;
  RAISE EXCEPTION USING ERRCODE = '42J01', MESSAGE = 'Invalid JSON path expression.';
END;
$body$`;

const extract = `FUNCTION sluice_json_extract(document jsonb, path text, rules text) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  steps constant text[] := sluice_json_steps(path, rules);
  found jsonb[] := ARRAY[document];
  step text;
BEGIN
  IF steps IS NULL THEN RETURN NULL; END IF;
  FOREACH step IN ARRAY steps LOOP
    found := ARRAY(SELECT part FROM unnest(found) WITH ORDINALITY AS known (one, at) CROSS JOIN LATERAL (
      SELECT one -> substr(step, 2) AS part, 1 AS place WHERE left(step, 1) = 'n' AND jsonb_typeof(one) = 'object'
      UNION ALL SELECT CASE WHEN step ~ '^c' THEN one -> substr(step, 2)::int END, 1 WHERE jsonb_typeof(one) = 'array'
      UNION ALL SELECT CASE WHEN step ~ '^l' THEN one -> -1 - substr(step, 2)::int END, 1 WHERE jsonb_typeof(one) = 'array'
      UNION ALL SELECT one, 1 WHERE step IN ('c0', 'l0') AND jsonb_typeof(one) <> 'array'
      UNION ALL SELECT value, row_number() OVER () FROM jsonb_each(CASE WHEN step = '*' AND jsonb_typeof(one) = 'object' THEN one ELSE '{}' END)
      UNION ALL SELECT value, row_number() OVER () FROM jsonb_array_elements(CASE WHEN step = '@' AND jsonb_typeof(one) = 'array' THEN one ELSE '[]' END) AS cell (value)
      UNION ALL SELECT value, row_number() OVER () FROM jsonb_path_query(one, 'strict $.**') AS inner_part (value) WHERE step = '**'
    ) AS next WHERE part IS NOT NULL ORDER BY at, place);
  END LOOP;
  RETURN CASE WHEN steps && '{*,@,**}' THEN NULLIF(to_jsonb(found), '[]'::jsonb) ELSE found[1] END;
END;
$body$`;

/** What several steps lead to is no place to write to. */
const SEVERAL = `IF steps && '{*,@,**}' THEN
    IF rules = 'mariadb' THEN RETURN NULL; END IF;
    RAISE EXCEPTION USING ERRCODE = '42J01', MESSAGE = 'In this situation, path expressions may not contain the * and ** tokens or an array range.';
  END IF;`;

const put = `FUNCTION sluice_json_put(document jsonb, path text, value jsonb, how text, rules text) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $body$
DECLARE
  steps constant text[] := CASE WHEN document IS NOT NULL THEN sluice_json_steps(path, rules) END;
  place text[] := '{}';
  here jsonb := document;
  changed jsonb := COALESCE(value, 'null');
  at int;
BEGIN
  IF steps IS NULL THEN RETURN NULL; END IF;
  ${SEVERAL}
  FOR number IN 1 .. cardinality(steps) LOOP
    IF steps[number] ~ '^n' THEN
      IF jsonb_typeof(here) <> 'object' THEN RETURN document; END IF;
      place := place || substr(steps[number], 2);
      IF here ? substr(steps[number], 2) THEN
        here := here -> substr(steps[number], 2);
        CONTINUE;
      END IF;
      IF number < cardinality(steps) OR how = 'replace' THEN RETURN document; END IF;
      RETURN jsonb_set(document, place, changed);
    END IF;
    at := substr(steps[number], 2)::int;
    IF steps[number] ~ '^l' THEN
      at := CASE WHEN jsonb_typeof(here) = 'array' THEN jsonb_array_length(here) - 1 - at WHEN rules <> 'mysql' THEN 0 ELSE -at END;
    END IF;
    IF jsonb_typeof(here) <> 'array' AND at = 0 THEN CONTINUE; END IF;
    IF jsonb_typeof(here) = 'array' AND at BETWEEN 0 AND jsonb_array_length(here) - 1 THEN
      place := place || at::text;
      here := here -> at;
      CONTINUE;
    END IF;
    IF number < cardinality(steps) OR how = 'replace' THEN RETURN document; END IF;
    IF jsonb_typeof(here) <> 'array' THEN here := jsonb_build_array(here); END IF;
    changed := CASE WHEN at < 0 AND rules = 'mysql' THEN jsonb_build_array(changed) || here ELSE here || jsonb_build_array(changed) END;
    RETURN CASE WHEN place = '{}' THEN changed ELSE jsonb_set(document, place, changed) END;
  END LOOP;
  RETURN CASE WHEN how = 'insert' THEN document WHEN place = '{}' THEN changed ELSE jsonb_set(document, place, changed) END;
END;
$body$`;

const remove = `FUNCTION sluice_json_remove(document jsonb, path text, rules text) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  steps constant text[] := sluice_json_steps(path, rules);
  place text[] := '{}';
  here jsonb := document;
  step text;
BEGIN
  IF steps IS NULL THEN RETURN NULL; END IF;
  ${SEVERAL}
  IF steps = '{}' THEN
    IF rules = 'mariadb' THEN RETURN NULL; END IF;
    RAISE EXCEPTION USING ERRCODE = '42J01', MESSAGE = 'The path expression ''$'' is not allowed in this context.';
  END IF;
  FOREACH step IN ARRAY steps LOOP
    IF step IN ('c0', 'l0') AND jsonb_typeof(here) <> 'array' AND rules = 'mysql' THEN CONTINUE; END IF;
    IF jsonb_typeof(here) <> (CASE WHEN step ~ '^n' THEN 'object' ELSE 'array' END) THEN RETURN document; END IF;
    place := place || CASE WHEN step ~ '^l' THEN (-1 - substr(step, 2)::int)::text ELSE substr(step, 2) END;
    here := here #> place[cardinality(place) : cardinality(place)];
    IF here IS NULL THEN RETURN document; END IF;
  END LOOP;
  RETURN CASE WHEN place = '{}' THEN document ELSE document #- place END;
END;
$body$`;

/**
 * Functions of ours that read a text as JSON, and that follow a path which is known at run time only. What is JSON, what
 * a path is, and what becomes of one that is none each source has its own rules for, as measured: MySQL refuses numbers
 * beyond a DOUBLE and nests 100 deep, MariaDB takes `1.` and any escape and nests 31 deep; a path that is none is an
 * error of MySQL, and of MariaDB where strict mode stores the value, else NULL; MariaDB takes names with blanks and
 * hyphens as they are.
 */
export const JSON_FUNCTIONS: Readonly<Record<string, string>> = {
  sluice_json_valid: valid,
  sluice_json_steps: steps,
  sluice_json_extract: extract,
  sluice_json_put: put,
  sluice_json_remove: remove,
};
