import type { Acting } from './acting.ts';
import type { PostgresSession, TextRow } from './connection.ts';
import type { TargetName } from './quote.ts';

export interface TargetColumn {
  readonly name: string;
  /** As `format_type` prints it: `character varying(40)`, `numeric(10,2)`. */
  readonly type: string;
  /** What it reads its text as, where that is not `type`: the type beneath a domain, text for an enum. */
  readonly base?: string;
  /** Of an enum, in its order. */
  readonly labels?: readonly string[];
  readonly isNotNull: boolean;
  readonly isGenerated: boolean;
  /** `always` and `default` as in GENERATED ... AS IDENTITY. */
  readonly identity: 'always' | 'default' | null;
  readonly hasDefault: boolean;
}

/** The type by which values are written into the column and read from it. */
export function valueType({ type, base }: Pick<TargetColumn, 'type' | 'base'>): string {
  return base ?? type;
}

/** A unique index over plain columns of all rows; others cannot decide a conflict. */
export interface TargetUnique {
  readonly index: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  /** False for a deferrable constraint: ON CONFLICT refuses it. */
  readonly isImmediate: boolean;
}

export interface TargetTable extends TargetName {
  readonly columns: readonly TargetColumn[];
  readonly uniques: readonly TargetUnique[];
  /** Any unique index besides the primary key, partial and expression indexes included. */
  readonly hasSecondaryUnique: boolean;
  /** Foreign keys and triggers that act on what this session writes; none where it is a replica, unless made ALWAYS. */
  readonly acting: readonly Acting[];
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
         a.attgenerated <> '' AS generated, a.attidentity AS identity, a.atthasdef AS has_default,
         CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'e' THEN 'text' END AS base,
         (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)::text AS labels
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const UNIQUES = `
  SELECT i.relname AS index, x.indisprimary AS is_primary, x.indimmediate AS is_immediate,
         x.indpred IS NULL AND x.indexprs IS NULL AS is_plain,
         (SELECT json_agg(a.attname ORDER BY k.ord) FROM unnest(x.indkey) WITH ORDINALITY AS k(num, ord)
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num WHERE k.ord <= x.indnkeyatts)::text AS columns
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
  WHERE x.indrelid = $1::oid AND x.indisunique AND x.indisvalid ORDER BY x.indisprimary DESC, i.relname`;

const ACTING = `
  SELECT coalesce(c.conname, t.tgname) AS name, t.tgname AS trigger, t.tgenabled AS fires
  FROM pg_trigger t LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint
  WHERE t.tgrelid = $1::oid AND t.tgenabled::text = ANY ($2) AND (c.oid IS NULL OR c.contype IN ('f', 't')) ORDER BY 1, 2`;

/** The table as it stands now; null when there is none. */
export async function readTargetTable(session: PostgresSession, name: TargetName): Promise<TargetTable | null> {
  const oid = await session.query(
    `SELECT c.oid::text AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
    [name.schema, name.table],
  );
  const found = oid.rows[0]?.['oid'];
  if (!found) return null;
  const columns = await session.query(COLUMNS, [found]);
  const uniques = await session.query(UNIQUES, [found]);
  const acting = await session.query(ACTING, [found, session.isReplica ? '{A,R}' : '{A,O}']);
  return {
    schema: name.schema,
    table: name.table,
    columns: columns.rows.map(columnOf),
    uniques: uniques.rows.filter((row) => row['is_plain'] === 't').map(uniqueOf),
    hasSecondaryUnique: uniques.rows.some((row) => row['is_primary'] !== 't'),
    acting: acting.rows.map(actingOf),
  };
}

function actingOf({ name, trigger, fires }: TextRow): Acting {
  const known = { name: name ?? '', trigger: trigger ?? '' };
  return { ...known, fires: fires === 'A' ? 'always' : fires === 'R' ? 'replica' : 'origin' };
}

function columnOf(row: TextRow): TargetColumn {
  return {
    name: row['name'] ?? '',
    type: row['type'] ?? '',
    ...(row['base'] ? { base: row['base'] } : {}),
    ...(row['labels'] ? { labels: JSON.parse(row['labels']) as string[] } : {}),
    isNotNull: row['not_null'] === 't',
    isGenerated: row['generated'] === 't',
    identity: row['identity'] === 'a' ? 'always' : row['identity'] === 'd' ? 'default' : null,
    hasDefault: row['has_default'] === 't',
  };
}

function uniqueOf(row: TextRow): TargetUnique {
  return {
    index: row['index'] ?? '',
    columns: JSON.parse(row['columns'] ?? '[]') as string[],
    isPrimary: row['is_primary'] === 't',
    isImmediate: row['is_immediate'] === 't',
  };
}
