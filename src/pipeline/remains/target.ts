import { targetLogin } from '../../config/login.ts';
import { canaryOf, dropPostgresCanary, postgresCanary } from '../../cutover/fence/canary.ts';
import { connectPostgres, type PostgresSession } from '../../postgres/connection.ts';
import { arrayText, quoteIdent, quoteLiteral, quoteTable } from '../../postgres/quote.ts';
import { restoreIdentities, unpublish } from '../../wal/publication.ts';
import { dropSlot } from '../../wal/slot.ts';
import { INDEX_KINDS, OTHER_KINDS, restoreDropped } from '../schema/restore-dropped.ts';
import type { Remains, RemovalSite } from './remains.ts';

/** Class of the lock under which our tables are made: nobody makes one while they go. */
const LOCK = 'SELECT pg_advisory_xact_lock(1397511491, 0)';

/** Every table of ours in the schema `sluice`, each with a column `pipeline` but the steps, which belong to attempts. */
export const OUR_TARGET_TABLES = [
  ...[
    'checkpoint',
    'table_version',
    'paused_table',
    'held_stream',
    'quarantine',
    'table_load',
    'schema_step',
    'dropped_object',
  ],
  ...[
    'verification',
    'repair',
    'reverse_table',
    'canary',
    'cutover_step',
    'cutover',
    'event',
    'run',
    'followed',
    'followed_table',
    'changed_key',
  ],
] as const;
/** Newest first: one stands on the other. */
const OUR_VIEWS = ['freshness_summary', 'freshness'] as const;

export const TARGET_REMAINS: readonly Remains[] = [
  {
    end: 'target',
    name: 'replication-slot',
    what: 'the replication slot of the way back, which keeps the server’s log for it',
    find: (site) =>
      named(site, 'SELECT slot_name AS name FROM pg_replication_slots WHERE slot_name = $1', site.place.slot),
    statements: ({ place }) => [`SELECT pg_drop_replication_slot(${quoteLiteral(place.slot)})`],
    remove: (site) => onTarget(site, (session) => dropSlot(session, site.place.slot)),
  },
  {
    end: 'target',
    name: 'publication',
    what: 'the publication of the way back',
    find: (site) =>
      named(site, 'SELECT pubname AS name FROM pg_publication WHERE pubname = $1', site.place.publication),
    statements: ({ place }) => [`DROP PUBLICATION IF EXISTS ${quoteIdent(place.publication)}`],
    remove: (site) => onTarget(site, (session) => unpublish(session, site.place.publication)),
  },
  {
    end: 'target',
    name: 'replica-identity',
    what: 'REPLICA IDENTITY FULL of the tables of the way back, put back to what each had',
    find: (site) =>
      ofTable(
        site,
        'reverse_table',
        `SELECT format('%I.%I', schema, "table") AS name FROM sluice.reverse_table
        WHERE pipeline = $1 AND schema <> 'sluice' AND identity <> 'f' ORDER BY 1`,
      ),
    statements: (_, found) =>
      (found ?? ['TABLE']).map((table) => `ALTER TABLE ${table} REPLICA IDENTITY DEFAULT /* or what it had before */`),
    remove: (site) =>
      onTarget(site, async (session) => {
        if (await hasTable(session, 'reverse_table')) await restoreIdentities(session, site.config.pipeline);
      }),
  },
  {
    end: 'target',
    name: 'dropped-for-load',
    what: 'indexes, constraints and triggers that were dropped for the load, made again',
    find: (site) =>
      ofTable(
        site,
        'dropped_object',
        `SELECT format('%s %I of %I.%I', kind, name, schema, "table") AS name
        FROM sluice.dropped_object WHERE pipeline = $1 AND restored_at IS NULL ORDER BY id DESC`,
      ),
    statements: ({ config }) => [
      `SELECT statement FROM sluice.dropped_object WHERE pipeline = ${quoteLiteral(config.pipeline)} AND restored_at IS NULL ORDER BY id DESC /* run what it prints */`,
    ],
    remove: async ({ config }) => {
      const { signal } = new AbortController();
      const logger = { debug() {}, info() {}, warn() {}, error() {} };
      const [failure] = await restoreDropped([...INDEX_KINDS, ...OTHER_KINDS], { config, signal, logger });
      if (failure) throw failure;
    },
  },
  {
    end: 'target',
    name: 'try-role',
    what: 'the role without any right whose login was tried behind the fence',
    find: (site) =>
      onTarget(site, async (session) => {
        const role = canaryOf(site.config.pipeline);
        return (await postgresCanary(session, role)) === 'none' ? [] : [role];
      }),
    statements: ({ config }) => [dropPostgresCanary(canaryOf(config.pipeline))],
    remove: (site) =>
      onTarget(site, async (session) => {
        await session.query(dropPostgresCanary(canaryOf(site.config.pipeline)));
      }),
  },
];

/** What the pipeline knows of itself: with it the journal goes, so it is the last. */
export const TARGET_BOOKS: Remains = {
  end: 'target',
  name: 'bookkeeping',
  what: 'our tables and views in the schema sluice; only this pipeline’s rows where another one uses them',
  find: (site) =>
    onTarget(site, async (session) => {
      const { tables, isShared } = await standingBooks(session, site.config.pipeline);
      if (!isShared) return [...tables, ...((await hasSchema(session)) ? ['schema sluice'] : [])];
      const counted = await Promise.all(tables.map((table) => countOwn(session, table, site.config.pipeline)));
      return tables.filter((_, at) => counted[at] !== '0').map((table) => `rows of ${table}`);
    }),
  statements: ({ config }, found) =>
    found?.some((name) => name.startsWith('rows of '))
      ? ownRows(config.pipeline)
      : ['DROP SCHEMA sluice CASCADE /* where no other pipeline uses it */'],
  remove: (site) =>
    onTarget(site, async (session) => {
      const { pipeline } = site.config;
      await session.query('BEGIN');
      await session.query(LOCK);
      const { tables, isShared } = await standingBooks(session, pipeline);
      if (isShared)
        for (const table of tables)
          await session.query(`DELETE FROM sluice.${table} WHERE ${isOwn(table)}`, [pipeline]);
      else {
        for (const view of OUR_VIEWS) await session.query(`DROP VIEW IF EXISTS sluice.${view}`);
        for (const table of tables) await session.query(`DROP TABLE sluice.${table}`);
      }
      await session.query('COMMIT');
      // Somebody's own objects in it keep it.
      if (!isShared && (await hasSchema(session))) await session.query('DROP SCHEMA sluice RESTRICT');
    }),
};

interface Books {
  readonly tables: readonly string[];
  /** Another pipeline has rows there. */
  readonly isShared: boolean;
}

async function standingBooks(session: PostgresSession, pipeline: string): Promise<Books> {
  const { rows } = await session.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('sluice') AND relkind = 'r' AND relname = ANY ($1::text[])`,
    [arrayText(OUR_TARGET_TABLES)],
  );
  const standing = new Set(rows.map((row) => row['name'] ?? ''));
  const tables = OUR_TARGET_TABLES.filter((table) => standing.has(table));
  for (const table of tables) {
    if (table === 'cutover_step') continue;
    const others = await session.query(`SELECT FROM sluice.${table} WHERE pipeline <> $1 LIMIT 1`, [pipeline]);
    if (others.rowCount > 0) return { tables, isShared: true };
  }
  return { tables, isShared: false };
}

function isOwn(table: string): string {
  return table === 'cutover_step' ? 'cutover IN (SELECT id FROM sluice.cutover WHERE pipeline = $1)' : 'pipeline = $1';
}

function ownRows(pipeline: string): readonly string[] {
  return OUR_TARGET_TABLES.map(
    (table) => `DELETE FROM sluice.${table} WHERE ${isOwn(table).replace('$1', quoteLiteral(pipeline))}`,
  );
}

async function countOwn(session: PostgresSession, table: string, pipeline: string): Promise<string> {
  const { rows } = await session.query(`SELECT count(*)::text AS rows FROM sluice.${table} WHERE ${isOwn(table)}`, [
    pipeline,
  ]);
  return rows[0]?.['rows'] ?? '0';
}

async function hasSchema(session: PostgresSession): Promise<boolean> {
  const { rows } = await session.query(`SELECT to_regnamespace('sluice') IS NOT NULL AS made`);
  return rows[0]?.['made'] === 't';
}

async function hasTable(session: PostgresSession, table: string): Promise<boolean> {
  const { rows } = await session.query('SELECT to_regclass($1) IS NOT NULL AS made', [
    quoteTable({ schema: 'sluice', table }),
  ]);
  return rows[0]?.['made'] === 't';
}

function named(site: RemovalSite, sql: string, name: string): Promise<readonly string[]> {
  return onTarget(site, async (session) => (await session.query(sql, [name])).rows.map((row) => row['name'] ?? ''));
}

function ofTable(site: RemovalSite, table: string, sql: string): Promise<readonly string[]> {
  return onTarget(site, async (session) => {
    if (!(await hasTable(session, table))) return [];
    const { rows } = await session.query(sql, [site.config.pipeline]);
    return rows.map((row) => row['name'] ?? '');
  });
}

/** How long a statement waits for who uses a table: then it is left, and said. */
const LOCK_TIMEOUT_MS = 10_000;

export async function onTarget<T>({ config }: RemovalSite, work: (session: PostgresSession) => Promise<T>): Promise<T> {
  const session = await connectPostgres({ ...targetLogin(config), lockTimeoutMs: LOCK_TIMEOUT_MS });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
