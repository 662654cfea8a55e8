/** PostgreSQL's names for its own types, and what each takes between parentheses. */
const NAMES: ReadonlyMap<string, readonly [name: string, sizes: 'none' | 'one' | 'two']> = new Map([
  ['boolean', ['boolean', 'none']],
  ['bool', ['boolean', 'none']],
  ['smallint', ['smallint', 'none']],
  ['int2', ['smallint', 'none']],
  ['integer', ['integer', 'none']],
  ['int', ['integer', 'none']],
  ['int4', ['integer', 'none']],
  ['bigint', ['bigint', 'none']],
  ['int8', ['bigint', 'none']],
  ['real', ['real', 'none']],
  ['float4', ['real', 'none']],
  ['double precision', ['double precision', 'none']],
  ['float8', ['double precision', 'none']],
  ['numeric', ['numeric', 'two']],
  ['decimal', ['numeric', 'two']],
  ['text', ['text', 'none']],
  ['citext', ['citext', 'none']],
  ['character varying', ['character varying', 'one']],
  ['varchar', ['character varying', 'one']],
  ['character', ['character', 'one']],
  ['char', ['character', 'one']],
  ['text[]', ['text[]', 'none']],
  ['bytea', ['bytea', 'none']],
  ['uuid', ['uuid', 'none']],
  ['inet', ['inet', 'none']],
  ['json', ['json', 'none']],
  ['jsonb', ['jsonb', 'none']],
  ['date', ['date', 'none']],
  ['interval', ['interval', 'none']],
  ['time', ['time without time zone', 'one']],
  ['time without time zone', ['time without time zone', 'one']],
  ['timestamp', ['timestamp without time zone', 'one']],
  ['timestamp without time zone', ['timestamp without time zone', 'one']],
  ['timestamp with time zone', ['timestamp with time zone', 'one']],
  ['timestamptz', ['timestamp with time zone', 'one']],
]);

export const CAST_WORDS = `a PostgreSQL type: ${[...NAMES.keys()].slice(0, 3).join(', ')}, jsonb, uuid, numeric(10,2), timestamptz(6), ...`;

/** A type as a person writes it, as `format_type` prints it: `varchar(20)` is `character varying(20)`; null: unknown here. */
export function castType(written: string): string | null {
  const text = written.trim().toLowerCase().replace(/\s+/g, ' ');
  const [matched = '', first, second] = /\s*\(\s*(\d{1,4})\s*(?:,\s*(\d{1,4})\s*)?\)/.exec(text) ?? [];
  const found = NAMES.get(text.replace(matched, ''));
  if (found === undefined) return null;
  const [name, sizes] = found;
  if (first === undefined) return name === 'character' ? 'character(1)' : name;
  if (sizes === 'none' || (sizes === 'one' && second !== undefined)) return null;
  const given = sizes === 'two' ? `(${Number(first)},${Number(second ?? 0)})` : `(${Number(first)})`;
  // The digits of the second stand behind the first word: timestamp(3) with time zone.
  return name.startsWith('time') ? name.replace(/^\w+/, `$&${given}`) : `${name}${given}`;
}
