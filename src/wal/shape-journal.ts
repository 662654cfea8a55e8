import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { RelationShape } from './return-table.ts';

/** A shape as one text, so that equal shapes have equal texts. */
export function shapeText({ columns }: Pick<RelationShape, 'columns'>): string {
  return JSON.stringify(columns.map(({ name, type }) => `${name} ${type}`));
}

/** What a table looks like now, as the stream would tell it. Generated columns are not in it. */
const NOW = `
  SELECT coalesce(json_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum), '[]')::text AS shape
  FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''`;

export async function shapeNow(session: PostgresSession, regclass: string): Promise<string> {
  const { rows } = await session.query(NOW, [regclass]);
  return JSON.stringify(JSON.parse(rows[0]?.['shape'] ?? '[]'));
}

/** Shapes in which the table's rows may come: that of when it was prepared, and those accepted since. */
export async function acceptedShapes(
  session: PostgresSession,
  pipeline: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await session.query(
    'SELECT schema, "table", shapes::text AS shapes FROM sluice.reverse_table WHERE pipeline = $1',
    [pipeline],
  );
  return new Map(
    rows.map((row) => [
      nameKey({ schema: row['schema'] ?? '', table: row['table'] ?? '' }),
      JSON.parse(row['shapes'] ?? '[]') as string[],
    ]),
  );
}

export function nameKey({ schema, table }: TargetName): string {
  return JSON.stringify([schema, table]);
}

/** The shape of when a table was first prepared; nothing where one is there. */
export async function acceptFirstShape(
  session: PostgresSession,
  pipeline: string,
  name: TargetName,
  shape: string,
): Promise<void> {
  await session.query(
    `UPDATE sluice.reverse_table SET shapes = jsonb_build_array($4::text)
     WHERE pipeline = $1 AND schema = $2 AND "table" = $3 AND shapes = '[]'`,
    [pipeline, name.schema, name.table, shape],
  );
}

/**
 * Rows in this shape are carried too, as far as the source has their columns. A reader that knew less may have refused it
 * once more meanwhile: nothing waits for that any longer; another shape that was refused goes on to wait.
 */
export async function acceptShape(
  session: PostgresSession,
  pipeline: string,
  name: TargetName,
  shape: string,
): Promise<void> {
  await session.query(
    `UPDATE sluice.reverse_table SET refused = nullif(refused, $4),
       shapes = CASE WHEN shapes ? $4 THEN shapes ELSE shapes || jsonb_build_array($4::text) END
     WHERE pipeline = $1 AND schema = $2 AND "table" = $3`,
    [pipeline, name.schema, name.table, shape],
  );
}

/** A shape that stopped the stream, kept until somebody has decided. */
export async function noteRefused(
  session: PostgresSession,
  pipeline: string,
  name: TargetName,
  shape: string,
): Promise<void> {
  await session.query(
    'UPDATE sluice.reverse_table SET refused = $4 WHERE pipeline = $1 AND schema = $2 AND "table" = $3',
    [pipeline, name.schema, name.table, shape],
  );
}

/** null: none was refused. */
export async function refusedShape(
  session: PostgresSession,
  pipeline: string,
  name: TargetName,
): Promise<string | null> {
  const { rows } = await session.query(
    'SELECT refused FROM sluice.reverse_table WHERE pipeline = $1 AND schema = $2 AND "table" = $3',
    [pipeline, name.schema, name.table],
  );
  return rows[0]?.['refused'] ?? null;
}

/** Tables whose rows wait for a decision. */
export async function refusedTables(session: PostgresSession, pipeline: string): Promise<readonly TargetName[]> {
  const made = await session.query(`SELECT to_regclass('sluice.reverse_table') IS NOT NULL AS made`);
  if (made.rows[0]?.['made'] !== 't') return [];
  const { rows } = await session.query(
    'SELECT schema, "table" FROM sluice.reverse_table WHERE pipeline = $1 AND refused IS NOT NULL ORDER BY 1, 2',
    [pipeline],
  );
  return rows.map((row) => ({ schema: row['schema'] ?? '', table: row['table'] ?? '' }));
}
