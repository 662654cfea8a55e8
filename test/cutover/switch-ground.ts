import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { type Line, type LineOptions, openLine, type SourceKind } from '../e2e/line.ts';

/**
 * Two servers of a test file's own with the accounts of an application, which cannot log in to the target yet; each switch
 * has databases of its own on them.
 */
export interface SwitchGround extends AsyncDisposable {
  readonly kind: SourceKind;
  readonly source: RunningServer;
  readonly target: RunningServer;
  line(options?: Partial<LineOptions>): Promise<Line>;
  /** As root of the source; the first that fails ends it. */
  onSource(...statements: readonly string[]): Promise<void>;
  /** What a switch that was cut off has left: nobody is locked out, nothing is read-only, nothing is kept for a slot. */
  reset(): Promise<void>;
}

const ACCOUNTS = ["app@'%'", "rogue@'%'"];
const MAKE = [
  ...ACCOUNTS.map((account) => `CREATE USER ${account} IDENTIFIED BY 'app'`),
  "GRANT ALL ON *.* TO rogue@'%' WITH GRANT OPTION",
];
const OPEN = {
  mysql: [
    'SET GLOBAL super_read_only = OFF',
    'SET GLOBAL read_only = OFF',
    ...['super_read_only', 'read_only', 'event_scheduler'].map((name) => `RESET PERSIST IF EXISTS ${name}`),
  ],
  mariadb: ['SET GLOBAL read_only = OFF'],
} as const;

const CLEAN = [
  'SET GLOBAL event_scheduler = OFF',
  'CREATE DATABASE IF NOT EXISTS sluice',
  'DROP TRIGGER IF EXISTS sluice.broken',
];

export async function openGround(kind: SourceKind): Promise<SwitchGround> {
  const [source, target] = await Promise.all([
    startServer(kind, { fresh: true, durable: false }),
    startServer('postgres', { fresh: true, durable: false }),
  ]);
  const onSource = (...statements: readonly string[]) => runOnSource(source, statements);
  await onSource(...MAKE);
  await runOnTarget(target, 'CREATE ROLE app NOLOGIN');
  return {
    ...{ kind, source, target, onSource },
    line: (options = {}) =>
      openLine({ source: kind, log: 'embedded', hasAccounts: true, ...options, on: { source, target } }),
    reset: async () => {
      const accounts = ACCOUNTS.map((account) => `ALTER USER ${account} ACCOUNT UNLOCK`);
      await onSource(...OPEN[kind], ...accounts, ...CLEAN);
      await runOnTarget(target, 'ALTER ROLE app NOLOGIN');
      await runOnTarget(
        target,
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active',
      );
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source.stop(), target.stop()]);
    },
  };
}

async function runOnSource({ url }: RunningServer, statements: readonly string[]): Promise<void> {
  const connection = await createConnection(url);
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function runOnTarget({ url }: RunningServer, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
