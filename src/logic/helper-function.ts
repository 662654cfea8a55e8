import { JSON_FUNCTIONS } from './json-function.ts';
import { VALUE_FUNCTIONS } from './value-function.ts';

/**
 * Functions of ours that a conversion may call: what takes more than an expression. Each is made beside the program
 * that calls it, as often as there are such programs: its name and its text are always the same.
 */
const HELPERS: Readonly<Record<string, string>> = {
  ...VALUE_FUNCTIONS,
  ...JSON_FUNCTIONS,
  sluice_crc32: `FUNCTION sluice_crc32(value bytea) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT
AS $body$
DECLARE
  crc bigint := 4294967295;
BEGIN
  FOR at IN 0 .. octet_length(value) - 1 LOOP
    crc := crc # get_byte(value, at);
    FOR bit IN 1 .. 8 LOOP
      crc := CASE WHEN crc & 1 = 1 THEN (crc >> 1) # 3988292384 ELSE crc >> 1 END;
    END LOOP;
  END LOOP;
  RETURN crc # 4294967295;
END;
$body$`,
  sluice_sha1: `FUNCTION sluice_sha1(value bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT
AS $body$
DECLARE
  h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
  message bytea := value || '\\x80'::bytea;
BEGIN
  message := message || decode(repeat('00', (119 - octet_length(value) % 64) % 64), 'hex')
    || int8send(octet_length(value)::bigint * 8);
  FOR block IN 0 .. octet_length(message) / 64 - 1 LOOP
    FOR i IN 0 .. 15 LOOP
      w[i] := ('x' || encode(substr(message, block * 64 + i * 4 + 1, 4), 'hex'))::bit(32)::bigint & 4294967295;
    END LOOP;
    FOR i IN 16 .. 79 LOOP
      t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
      w[i] := ((t << 1) | (t >> 31)) & 4294967295;
    END LOOP;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
    FOR i IN 0 .. 79 LOOP
      IF i < 20 THEN f := (b & c) | ((4294967295 - b) & d); k := 1518500249;
      ELSIF i < 40 THEN f := b # c # d; k := 1859775393;
      ELSIF i < 60 THEN f := (b & c) | (b & d) | (c & d); k := 2400959708;
      ELSE f := b # c # d; k := 3395469782;
      END IF;
      t := ((((a << 5) | (a >> 27)) & 4294967295) + f + e + k + w[i]) & 4294967295;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & 4294967295; b := a; a := t;
    END LOOP;
    h := ARRAY[(h[1] + a) & 4294967295, (h[2] + b) & 4294967295, (h[3] + c) & 4294967295, (h[4] + d) & 4294967295,
      (h[5] + e) & 4294967295];
  END LOOP;
  RETURN (SELECT string_agg(lpad(to_hex(part), 8, '0'), '' ORDER BY at) FROM unnest(h) WITH ORDINALITY AS u (part, at));
END;
$body$`,
  sluice_soundex: `FUNCTION sluice_soundex(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
AS $body$
  SELECT CASE WHEN l = '' THEN '' ELSE rpad(left(l, 1) || CASE WHEN left(c, 1) = '0' THEN r ELSE substr(r, 2) END, 4, '0') END
  FROM (SELECT upper(regexp_replace(value, '[^A-Za-z]', '', 'g')) AS l) AS letters,
    LATERAL (SELECT translate(l, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202') AS c) AS codes,
    LATERAL (SELECT regexp_replace(replace(c, '0', ''), '(.)\\1+', '\\1', 'g') AS r) AS told
$body$`,
  sluice_json_merge_patch: `FUNCTION sluice_json_merge_patch(target jsonb, patch jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
AS $body$
DECLARE
  merged jsonb;
  name text;
  part jsonb;
BEGIN
  IF patch IS NULL THEN RETURN NULL; END IF;
  IF jsonb_typeof(patch) <> 'object' THEN RETURN patch; END IF;
  IF target IS NULL THEN RETURN NULL; END IF;
  merged := CASE WHEN jsonb_typeof(target) = 'object' THEN target ELSE '{}'::jsonb END;
  FOR name, part IN SELECT * FROM jsonb_each(patch) LOOP
    IF jsonb_typeof(part) = 'null' THEN merged := merged - name;
    ELSE merged := jsonb_set(merged, ARRAY[name], sluice_json_merge_patch(COALESCE(merged -> name, '{}'::jsonb), part));
    END IF;
  END LOOP;
  RETURN merged;
END;
$body$`,
  sluice_json_search: `FUNCTION sluice_json_search(document jsonb, is_all boolean, pattern text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT
AS $body$
  WITH RECURSIVE node (path, place, value) AS (
    SELECT '$', ARRAY[]::int[], document
    UNION ALL
    SELECT node.path || child.step, node.place || child.at::int, child.value
    FROM node CROSS JOIN LATERAL (
      SELECT '[' || (at - 1) || ']' AS step, at, value FROM jsonb_array_elements(CASE jsonb_typeof(node.value) WHEN 'array' THEN node.value ELSE '[]' END) WITH ORDINALITY AS a (value, at)
      UNION ALL
      SELECT '.' || CASE WHEN key ~ '^[A-Za-z_$][A-Za-z0-9_$]*$' THEN key ELSE to_json(key)::text END, at, value
      FROM (SELECT key, value, row_number() OVER (ORDER BY octet_length(key), key COLLATE "C") AS at FROM jsonb_each(CASE jsonb_typeof(node.value) WHEN 'object' THEN node.value ELSE '{}' END)) AS o
    ) AS child
  ), hit AS (
    SELECT path, place FROM node WHERE jsonb_typeof(value) = 'string' AND value #>> '{}' LIKE pattern
  )
  SELECT CASE WHEN count(*) = 0 THEN NULL WHEN is_all AND count(*) > 1 THEN jsonb_agg(path ORDER BY place)
    ELSE to_jsonb((array_agg(path ORDER BY place))[1]) END
  FROM hit
$body$`,
  sluice_get_lock: `FUNCTION sluice_get_lock(name text, seconds numeric) RETURNS integer
LANGUAGE plpgsql
AS $body$
DECLARE
  until timestamptz := clock_timestamp() + seconds * interval '1 second';
BEGIN
  IF name IS NULL OR name = '' THEN RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'Incorrect user-level lock name'; END IF;
  LOOP
    IF pg_try_advisory_lock(hashtextextended(lower(name), 0)) THEN RETURN 1; END IF;
    IF seconds >= 0 AND clock_timestamp() >= until THEN RETURN 0; END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
END;
$body$`,
  sluice_release_lock: `FUNCTION sluice_release_lock(name text) RETURNS integer
LANGUAGE plpgsql
AS $body$
DECLARE
  number bigint := hashtextextended(lower(name), 0);
  high bigint := (number >> 32) & 4294967295;
  low bigint := number & 4294967295;
BEGIN
  IF EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = high AND objid::bigint = low AND objsubid = 1 AND pid = pg_backend_pid())
  THEN RETURN pg_advisory_unlock(number)::int; END IF;
  RETURN CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = high AND objid::bigint = low AND objsubid = 1) THEN 0 END;
END;
$body$`,
  sluice_is_free_lock: `FUNCTION sluice_is_free_lock(name text) RETURNS integer
LANGUAGE sql STRICT
AS $body$
  SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks, (SELECT hashtextextended(lower(name), 0) AS number) AS k WHERE locktype = 'advisory' AND classid::bigint = (number >> 32) & 4294967295 AND objid::bigint = number & 4294967295 AND objsubid = 1) THEN 0 ELSE 1 END
$body$`,
};

/** What makes the functions of ours that the statements call, and those that these call, in the order of their names. */
export function helpersOf(statements: readonly string[]): readonly string[] {
  const called = new Set<string>();
  const open = [...statements];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const [name] of text.matchAll(/\bsluice_\w+(?=\()/g)) {
      const helper = HELPERS[name];
      if (helper === undefined || called.has(name)) continue;
      called.add(name);
      open.push(helper);
    }
  }
  return Object.entries(HELPERS).flatMap(([name, text]) => (called.has(name) ? [`CREATE OR REPLACE ${text}`] : []));
}
