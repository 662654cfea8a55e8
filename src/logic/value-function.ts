/**
 * Functions of ours that refuse, spell or print a value as its type does on the source. What may refuse is never
 * IMMUTABLE: else the planner asks it ahead, also where no row is touched.
 */
export const VALUE_FUNCTIONS: Readonly<Record<string, string>> = {
  sluice_unsigned: `FUNCTION sluice_unsigned(value numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT
AS $body$
BEGIN
  IF value < 0 OR value > 18446744073709551615 THEN
    RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = 'BIGINT UNSIGNED value is out of range';
  END IF;
  RETURN value;
END;
$body$`,
  sluice_whole: `FUNCTION sluice_whole(value text) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT
AS $body$
BEGIN
  IF value ~ '^\\s*[+-]?\\.?\\d' AND value !~ '^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*$' THEN
    RAISE EXCEPTION USING ERRCODE = '01000', MESSAGE = 'Data truncated: ' || value;
  END IF;
  RETURN value::numeric;
END;
$body$`,
  sluice_not_negative: `FUNCTION sluice_not_negative(value numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT
AS $body$
  SELECT CASE WHEN value < 0 THEN -1 ELSE value END
$body$`,
  sluice_quotient: `FUNCTION sluice_quotient(a numeric, b numeric) RETURNS numeric
LANGUAGE sql STABLE STRICT
AS $body$
  SELECT CASE WHEN a = 0 AND b <> 0 THEN 0 ELSE trunc(round(a, digits + 5) / b, digits) END
  FROM (SELECT 9 * ceil((fa + fb + greatest(0, 4 - (fa - scale(a)) - (fb - scale(b)))) / 9.0)::int AS digits
    FROM (SELECT 9 * ceil(scale(a) / 9.0) AS fa, 9 * ceil(scale(b) / 9.0) AS fb) AS filled) AS known
$body$`,
  sluice_fmod: `FUNCTION sluice_fmod(value double precision, divisor double precision) RETURNS double precision
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  smallest double precision := abs(divisor);
  part double precision := abs(divisor);
  rest double precision := abs(value);
BEGIN
  IF divisor = 0 THEN RAISE division_by_zero; END IF;
  WHILE part <= rest - part LOOP part := part * 2; END LOOP;
  LOOP
    IF rest >= part THEN rest := rest - part; END IF;
    EXIT WHEN part = smallest;
    part := part / 2;
  END LOOP;
  RETURN CASE WHEN value < 0 THEN -rest ELSE rest END;
END;
$body$`,
  sluice_conv: `FUNCTION sluice_conv(value text, from_base integer, to_base integer, is_checked boolean DEFAULT false, is_mariadb boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  whole constant numeric := 18446744073709551616;
  given text := ltrim(upper(value), E' \\t\\n\\v\\f\\r');
  is_negative boolean := starts_with(given, '-');
  number numeric := 0;
  place integer;
  is_refused boolean := true;
  printed text := '';
BEGIN
  IF value = '' OR abs(from_base) NOT BETWEEN 2 AND 36 OR abs(to_base) NOT BETWEEN 2 AND 36 THEN RETURN NULL; END IF;
  IF given ~ '^[+-]' THEN given := substr(given, 2); END IF;
  FOR at IN 1 .. char_length(given) LOOP
    place := strpos(digits, substr(given, at, 1)) - 1;
    EXIT WHEN place < 0 OR place >= abs(from_base);
    number := number * abs(from_base) + place;
    is_refused := false;
  END LOOP;
  IF from_base < 0 THEN
    is_refused := number > whole / 2 - CASE WHEN is_negative THEN 0 ELSE 1 END OR is_refused;
    number := CASE WHEN is_negative THEN greatest(-number, -whole / 2) ELSE least(number, whole / 2 - 1) END;
  ELSIF number >= whole THEN
    is_refused := true;
    number := CASE WHEN is_negative AND NOT is_mariadb THEN 0 ELSE whole - 1 END;
  ELSIF is_negative THEN number := mod(whole - number, whole);
  END IF;
  IF is_checked AND is_refused THEN
    RAISE EXCEPTION USING ERRCODE = '22007', MESSAGE = 'Truncated incorrect DECIMAL value: ' || value;
  END IF;
  IF to_base > 0 AND number < 0 THEN number := number + whole; END IF;
  IF to_base < 0 AND number >= whole / 2 THEN number := number - whole; END IF;
  is_negative := number < 0;
  number := abs(trunc(number));
  LOOP
    printed := substr(digits, mod(number, abs(to_base))::integer + 1, 1) || printed;
    number := div(number, abs(to_base));
    EXIT WHEN number = 0;
  END LOOP;
  RETURN CASE WHEN is_negative THEN '-' ELSE '' END || printed;
END;
$body$`,
  sluice_double_text: `FUNCTION sluice_double_text(value double precision, is_short boolean DEFAULT true) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
AS $body$
  SELECT CASE WHEN abs(value) >= 1e-15 AND abs(value) < 1e-4 AND (NOT is_short OR char_length(plain) <= 22) THEN plain
    ELSE replace(replace(value::text, 'e+', 'e'), 'e-0', 'e-') END
  FROM (SELECT value::text::numeric::text AS plain) AS printed
$body$`,
  sluice_time_text: `FUNCTION sluice_time_text(value interval, picture text DEFAULT 'HH24:MI:SS') RETURNS text
LANGUAGE sql STABLE STRICT
AS $body$
  SELECT CASE WHEN value < INTERVAL '0' THEN '-' ELSE '' END || to_char(make_interval(secs => abs(extract(epoch from value))::float8), picture)
$body$`,
  sluice_enum: `FUNCTION sluice_enum(value text, members text[], is_strict boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  given text := rtrim(value, ' ');
  found text := (SELECT m FROM unnest(members) WITH ORDINALITY AS u (m, at) WHERE lower(m) = lower(given) ORDER BY m <> given, at LIMIT 1);
BEGIN
  IF found IS NULL AND given ~ '^[0-9]{1,5}$' THEN found := members[given::int]; END IF;
  IF found IS NULL AND is_strict THEN RAISE EXCEPTION USING ERRCODE = '01000', MESSAGE = 'Data truncated: no such member'; END IF;
  RETURN COALESCE(found, '');
END;
$body$`,
  sluice_enum_at: `FUNCTION sluice_enum_at(place numeric, members text[], is_strict boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  found text := CASE WHEN round(place) BETWEEN 1 AND cardinality(members) THEN members[round(place)::int] END;
BEGIN
  IF found IS NULL AND is_strict THEN RAISE EXCEPTION USING ERRCODE = '01000', MESSAGE = 'Data truncated: no such member'; END IF;
  RETURN COALESCE(found, '');
END;
$body$`,
  sluice_set: `FUNCTION sluice_set(value text, members text[], is_strict boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql STABLE STRICT
AS $body$
DECLARE
  given text[] := ARRAY(SELECT lower(rtrim(part, ' ')) FROM unnest(string_to_array(value, ',')) AS p (part));
  known text[] := ARRAY(SELECT lower(m) FROM unnest(members) AS u (m));
BEGIN
  IF NOT given <@ known AND value ~ '^[0-9]{1,20}$' AND value::numeric < 2::numeric ^ cardinality(members) THEN
    given := ARRAY(SELECT known[at] FROM generate_subscripts(known, 1) AS s (at) WHERE div(value::numeric, 2::numeric ^ (at - 1)) % 2 = 1);
  END IF;
  IF NOT given <@ known AND is_strict THEN RAISE EXCEPTION USING ERRCODE = '01000', MESSAGE = 'Data truncated: no such member'; END IF;
  RETURN (SELECT COALESCE(string_agg(m, ',' ORDER BY at), '') FROM unnest(members) WITH ORDINALITY AS u (m, at) WHERE lower(m) = ANY(given));
END;
$body$`,
  sluice_set_of: `FUNCTION sluice_set_of(bits numeric, members text[], is_strict boolean DEFAULT true) RETURNS text
LANGUAGE plpgsql STABLE STRICT
AS $body$
BEGIN
  IF is_strict AND NOT round(bits) BETWEEN 0 AND 2::numeric ^ cardinality(members) - 1 THEN
    RAISE EXCEPTION USING ERRCODE = '01000', MESSAGE = 'Data truncated: no such member';
  END IF;
  RETURN (SELECT COALESCE(string_agg(m, ',' ORDER BY at), '') FROM unnest(members) WITH ORDINALITY AS u (m, at)
    WHERE div(round(bits), 2::numeric ^ (at - 1)) % 2 = 1);
END;
$body$`,
};
