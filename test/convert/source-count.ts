import type { ObjectKind } from '../../src/convert/inventory.ts';
import type { TestSource } from '../mysql/source.ts';

/** How many objects of each kind the server itself counts in the database, by statements of the test's own. */
export async function countObjects({
  connection,
  database,
  kind,
}: Pick<TestSource, 'connection' | 'database' | 'kind'>): Promise<ReadonlyMap<ObjectKind, number>> {
  const counts = new Map<ObjectKind, number>();
  for (const [object, sql] of Object.entries(queries(kind))) {
    const row = await connection.row(`SELECT COUNT(*) AS n FROM ${sql.replaceAll('?', `'${database}'`)}`);
    if (row['n'] !== '0') counts.set(object as ObjectKind, Number(row['n']));
  }
  return counts;
}

const BASE = "TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')";
const COLUMNS = `information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = ? AND EXISTS (SELECT 1 FROM information_schema.TABLES t
  WHERE t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME AND t.${BASE})`;
const INDEXES = '(SELECT DISTINCT TABLE_NAME, INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ?) x';

function queries(kind: TestSource['kind']): Readonly<Partial<Record<ObjectKind, string>>> {
  const isPlain = "(GENERATION_EXPRESSION IS NULL OR GENERATION_EXPRESSION = '')";
  return {
    table: `information_schema.TABLES WHERE TABLE_SCHEMA = ? AND ${BASE}`,
    column: COLUMNS,
    default: `${COLUMNS} AND COLUMN_DEFAULT IS NOT NULL AND ${isPlain}${kind === 'mariadb' ? " AND COLUMN_DEFAULT <> 'NULL'" : ''}`,
    'generated-column': `${COLUMNS} AND GENERATION_EXPRESSION <> ''`,
    'on-update': `${COLUMNS} AND EXTRA LIKE '%on update%'`,
    'auto-increment': `${COLUMNS} AND EXTRA LIKE '%auto_increment%'`,
    'primary-key': `${INDEXES} WHERE INDEX_NAME = 'PRIMARY'`,
    index: `${INDEXES} WHERE INDEX_NAME <> 'PRIMARY'`,
    'foreign-key': 'information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?',
    check: 'information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?',
    comment: `(SELECT 1 FROM ${COLUMNS} AND COLUMN_COMMENT <> '' UNION ALL
      SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND ${BASE} AND TABLE_COMMENT <> '' AND ENGINE IS NOT NULL) x`,
    partitioning:
      '(SELECT DISTINCT TABLE_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND PARTITION_NAME IS NOT NULL) x',
    history: "information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'SYSTEM VERSIONED'",
    view: 'information_schema.VIEWS WHERE TABLE_SCHEMA = ?',
    sequence: "information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'SEQUENCE'",
    trigger: 'information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?',
    procedure: "information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = 'PROCEDURE'",
    function: "information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = 'FUNCTION'",
    event: 'information_schema.EVENTS WHERE EVENT_SCHEMA = ?',
  };
}
