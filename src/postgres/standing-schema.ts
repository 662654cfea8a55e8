import type { PostgresSession, TextRow } from './connection.ts';
import { quoteLiteral, quoteTable, type TargetName } from './quote.ts';

/** Everything that stands in some schemas of the target, read by a fixed number of statements. */
export interface StandingSchema {
  readonly tables: readonly StandingTable[];
  readonly views: readonly StandingView[];
  readonly sequences: readonly StandingSequence[];
}

export interface StandingTable {
  readonly name: TargetName;
  readonly comment: string;
  readonly columns: readonly StandingColumn[];
  readonly indexes: readonly StandingIndex[];
  readonly checks: readonly StandingCheck[];
  readonly foreignKeys: readonly StandingForeignKey[];
  readonly triggers: readonly StandingTrigger[];
}

/** Expressions as `pg_get_expr` prints them. */
export interface StandingColumn {
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  readonly isNotNull: boolean;
  readonly default: string | null;
  readonly generated: string | null;
  readonly isIdentity: boolean;
  /** Its collation holds texts equal that are not the same bytes. */
  readonly isNondeterministic: boolean;
  /** Next number of an identity, or of the sequence that the default calls; null for others, and where it is hidden. */
  readonly next: string | null;
  readonly comment: string;
}

export interface StandingIndex {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  /** False for what a crash of CREATE INDEX CONCURRENTLY leaves behind. */
  readonly isValid: boolean;
  readonly method: string;
  /** Columns and expressions as `pg_get_indexdef` prints them, with DESC. */
  readonly parts: readonly string[];
  /** Condition of a partial index. */
  readonly predicate: string | null;
  readonly comment: string;
}

export interface StandingCheck {
  readonly name: string;
  readonly expression: string;
  readonly isValid: boolean;
}

export interface StandingForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parent: TargetName;
  readonly parentColumns: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly isValid: boolean;
}

export interface StandingTrigger {
  readonly name: string;
  /** `O`: fires unless the session is a replica; `D`: off; `R`: only in a replica; `A`: always. */
  readonly enabled: string;
  /** Body of its function. */
  readonly body: string;
}

export interface StandingView {
  readonly name: TargetName;
  /** As `pg_get_viewdef` prints it. */
  readonly definition: string;
}

export interface StandingSequence {
  readonly name: TargetName;
  readonly start: string;
  readonly least: string;
  readonly greatest: string;
  readonly increment: string;
  readonly isCycling: boolean;
  readonly next: string | null;
}

const IN_SCHEMAS = `n.nspname = ANY ($1::text[])`;

const TABLES = `SELECT n.nspname AS schema, c.relname AS "table", obj_description(c.oid, 'pg_class') AS comment
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${IN_SCHEMAS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1, 2`;

const COLUMNS = `SELECT n.nspname AS schema, c.relname AS "table", a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null, a.attgenerated <> '' AS generated,
    a.attidentity <> '' AS identity,
    EXISTS (SELECT FROM pg_collation l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic) AS nondeterministic,
    pg_get_expr(d.adbin, d.adrelid) AS expression,
    col_description(c.oid, a.attnum) AS comment,
    CASE WHEN s.last_value IS NULL THEN s.start_value ELSE s.last_value::numeric + s.increment_by END::text AS next,
    CASE WHEN a.attidentity = '' THEN s.schemaname END AS sequence_schema, s.sequencename AS sequence
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN (pg_depend p
      JOIN pg_class q ON q.relkind = 'S' AND q.oid = CASE p.classid WHEN 'pg_class'::regclass THEN p.objid ELSE p.refobjid END
      JOIN pg_namespace m ON m.oid = q.relnamespace
      JOIN pg_sequences s ON s.schemaname = m.nspname AND s.sequencename = q.relname)
    ON CASE WHEN a.attidentity <> '' THEN p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
         AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype = 'i'
       ELSE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass END
  WHERE ${IN_SCHEMAS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY 1, 2, a.attnum`;

const INDEXES = `SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name, x.indisprimary AS is_primary,
    x.indisunique AS is_unique, x.indisvalid AS is_valid, m.amname AS method,
    (SELECT json_agg(pg_get_indexdef(x.indexrelid, k, true) ||
        CASE WHEN m.amname = 'btree' AND x.indoption[k - 1] & 1 = 1 THEN ' DESC' ELSE '' END ORDER BY k)
      FROM generate_series(1, x.indnkeyatts::int) k)::text AS parts,
    pg_get_expr(x.indpred, x.indrelid) AS predicate, obj_description(i.oid, 'pg_class') AS comment
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = i.relam
  WHERE ${IN_SCHEMAS} AND c.relkind IN ('r', 'p') ORDER BY 1, 2, 3`;

const CONSTRAINTS = `SELECT n.nspname AS schema, c.relname AS "table", k.conname AS name, k.contype AS type,
    k.convalidated AS is_valid, pg_get_expr(k.conbin, k.conrelid) AS expression,
    pn.nspname AS parent_schema, p.relname AS parent_table, k.confdeltype AS on_delete, k.confupdtype AS on_update,
    (SELECT json_agg(a.attname ORDER BY o.at) FROM unnest(k.conkey) WITH ORDINALITY AS o(num, at)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num)::text AS columns,
    (SELECT json_agg(a.attname ORDER BY o.at) FROM unnest(k.confkey) WITH ORDINALITY AS o(num, at)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num)::text AS parent_columns
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE ${IN_SCHEMAS} AND k.contype IN ('c', 'f') AND k.conparentid = 0 ORDER BY 1, 2, 3`;

const TRIGGERS = `SELECT n.nspname AS schema, c.relname AS "table", t.tgname AS name, t.tgenabled AS enabled,
    f.prosrc AS body
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_proc f ON f.oid = t.tgfoid
  WHERE ${IN_SCHEMAS} AND NOT t.tgisinternal ORDER BY 1, 2, 3`;

const VIEWS = `SELECT n.nspname AS schema, c.relname AS "table", pg_get_viewdef(c.oid) AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${IN_SCHEMAS} AND c.relkind = 'v'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1, 2`;

const SEQUENCES = `SELECT s.schemaname AS schema, s.sequencename AS "table", s.start_value::text AS start,
    s.min_value::text AS least, s.max_value::text AS greatest, s.increment_by::text AS increment, s.cycle AS cycles,
    CASE WHEN s.last_value IS NULL THEN s.start_value ELSE s.last_value::numeric + s.increment_by END::text AS next
  FROM pg_sequences s JOIN pg_namespace n ON n.nspname = s.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename
  WHERE ${IN_SCHEMAS}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
      AND d.deptype IN ('i', 'a', 'e')) ORDER BY 1, 2`;

/** What stands in these schemas now, without what belongs to extensions; partitions count as their parent. */
export async function readStandingSchema(
  session: PostgresSession,
  schemas: readonly string[],
): Promise<StandingSchema> {
  const names = `{${schemas.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  const read = async (sql: string) => (await session.query(sql, [names])).rows;
  const grouped = {
    columns: byTable(await read(COLUMNS)),
    indexes: byTable(await read(INDEXES)),
    constraints: byTable(await read(CONSTRAINTS)),
    triggers: byTable(await read(TRIGGERS)),
  };
  const rowsOf = (part: keyof typeof grouped, row: TextRow) => grouped[part].get(key(row)) ?? [];
  return {
    tables: (await read(TABLES)).map((row) => {
      const constraints = rowsOf('constraints', row);
      return {
        name: nameOf(row),
        comment: row['comment'] ?? '',
        columns: rowsOf('columns', row).map(columnOf),
        indexes: rowsOf('indexes', row).map(indexOf),
        checks: constraints.filter((one) => one['type'] === 'c').map(checkOf),
        foreignKeys: constraints.filter((one) => one['type'] === 'f').map(foreignKeyOf),
        triggers: rowsOf('triggers', row).map(triggerOf),
      };
    }),
    views: (await read(VIEWS)).map((row) => ({ name: nameOf(row), definition: row['definition'] ?? '' })),
    sequences: (await read(SEQUENCES)).map(sequenceOf),
  };
}

function byTable(rows: readonly TextRow[]): Map<string, TextRow[]> {
  return Map.groupBy(rows, key);
}

function key(row: TextRow): string {
  return JSON.stringify([row['schema'], row['table']]);
}

function nameOf(row: TextRow): TargetName {
  return { schema: row['schema'] ?? '', table: row['table'] ?? '' };
}

function columnOf(row: TextRow): StandingColumn {
  const isGenerated = row['generated'] === 't';
  const expression = row['expression'] ?? null;
  return {
    name: row['name'] ?? '',
    type: row['type'] ?? '',
    isNotNull: row['not_null'] === 't',
    default: isGenerated ? null : defaultOf(row, expression),
    generated: isGenerated ? expression : null,
    isIdentity: row['identity'] === 't',
    isNondeterministic: row['nondeterministic'] === 't',
    next: row['next'] ?? null,
    comment: row['comment'] ?? '',
  };
}

/** The server prints the name of a sequence by the search_path. */
function defaultOf({ sequence_schema: schema, sequence }: TextRow, printed: string | null): string | null {
  if (printed === null || !schema || !sequence || !/^nextval\('[^']*(?:''[^']*)*'::regclass\)/.test(printed))
    return printed;
  return `nextval(${quoteLiteral(quoteTable({ schema, table: sequence }))}::regclass)`;
}

function indexOf(row: TextRow): StandingIndex {
  return {
    name: row['name'] ?? '',
    isPrimary: row['is_primary'] === 't',
    isUnique: row['is_unique'] === 't',
    isValid: row['is_valid'] === 't',
    method: row['method'] ?? '',
    parts: names(row['parts']),
    predicate: row['predicate'] ?? null,
    comment: row['comment'] ?? '',
  };
}

function checkOf(row: TextRow): StandingCheck {
  return { name: row['name'] ?? '', expression: row['expression'] ?? '', isValid: row['is_valid'] === 't' };
}

const ACTIONS: Readonly<Record<string, string>> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
};

function foreignKeyOf(row: TextRow): StandingForeignKey {
  return {
    name: row['name'] ?? '',
    columns: names(row['columns']),
    parent: { schema: row['parent_schema'] ?? '', table: row['parent_table'] ?? '' },
    parentColumns: names(row['parent_columns']),
    onDelete: ACTIONS[row['on_delete'] ?? ''] ?? '',
    onUpdate: ACTIONS[row['on_update'] ?? ''] ?? '',
    isValid: row['is_valid'] === 't',
  };
}

function triggerOf(row: TextRow): StandingTrigger {
  return { name: row['name'] ?? '', enabled: row['enabled'] ?? '', body: row['body'] ?? '' };
}

function sequenceOf(row: TextRow): StandingSequence {
  return {
    name: nameOf(row),
    start: row['start'] ?? '',
    least: row['least'] ?? '',
    greatest: row['greatest'] ?? '',
    increment: row['increment'] ?? '',
    isCycling: row['cycles'] === 't',
    next: row['next'] ?? null,
  };
}

function names(json: string | null | undefined): readonly string[] {
  return JSON.parse(json ?? '[]') as string[];
}
