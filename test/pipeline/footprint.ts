import { readdirSync } from 'node:fs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Line } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';
import { withAdmin } from '../log/kafka-place.ts';

/** What sluice could leave, as the servers' own catalogues, Kafka and the disk tell it: compared before and after. */
export interface Footprint {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly topics: readonly string[];
  readonly folders: readonly string[];
}

const SOURCE = [
  "SELECT CONCAT('database ', SCHEMA_NAME) AS line FROM information_schema.SCHEMATA",
  `SELECT CONCAT('table ', TABLE_SCHEMA, '.', TABLE_NAME) AS line FROM information_schema.TABLES
   WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')`,
  "SELECT CONCAT('account ', user, '@', host) AS line FROM mysql.user",
  "SELECT CONCAT('trigger ', TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS line FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA <> 'sys'",
];

const TARGET = `
  SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%'
  UNION ALL SELECT 'role ' || rolname FROM pg_roles
  UNION ALL SELECT 'publication ' || pubname FROM pg_publication
  UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
  UNION ALL SELECT 'type ' || n.nspname || '.' || t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'public') AND n.nspname NOT LIKE 'pg\\_t%'
  UNION ALL SELECT 'routine ' || n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  UNION ALL SELECT 'relation ' || n.nspname || '.' || c.relname || ' ' || c.relkind::text || ' identity ' || c.relreplident::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
  ORDER BY 1`;

export async function footprintOf(line: Line): Promise<Footprint> {
  return {
    source: await sourceLines(line),
    target: (await onTarget(line, TARGET)).map((row) => String(row['line'])),
    topics: await topicsOf(line),
    folders: readdirSync(line.folder).filter((name) => name.startsWith('log')),
  };
}

async function sourceLines({ source }: Line): Promise<readonly string[]> {
  const connection = await createConnection(source.url);
  try {
    const found: string[] = [];
    for (const sql of SOURCE) {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      found.push(...rows.map((row) => String(row['line'])));
    }
    return found.sort();
  } finally {
    await connection.end();
  }
}

async function topicsOf({ config }: Line): Promise<readonly string[]> {
  const { log } = config;
  if (log.kind !== 'kafka') return [];
  const topics = await withAdmin(log.brokers[0] ?? '', (admin) => admin.listTopics());
  return topics.filter((name) => name.startsWith(log.topicPrefix)).sort();
}
