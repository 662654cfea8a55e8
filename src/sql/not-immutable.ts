/** Functions that a rule may write and that pg_proc of PostgreSQL 15 does not call immutable. */
const NAMES = [
  ...[
    'array_to_string',
    'clock_timestamp',
    'concat_ws',
    'convert_from',
    'convert_to',
    'current_schema',
    'current_user',
  ],
  ...[
    'gen_random_uuid',
    'jsonb_build_array',
    'jsonb_build_object',
    'pg_backend_pid',
    'pg_sleep',
    'random',
    'session_user',
  ],
  ...['statement_timestamp', 'to_char', 'to_date', 'to_json', 'to_jsonb', 'version'],
];
const NAME = new RegExp(`\\b(?:${NAMES.join('|')})\\b`);

/** The first function of a PostgreSQL text that an index or a generated column may not have. */
export function notImmutable(sql: string): string | undefined {
  const bare = sql.replaceAll(/'(?:[^']|'')*'/g, "''").replaceAll(/"(?:[^"]|"")*"/g, '""');
  return NAME.exec(bare)?.[0];
}
