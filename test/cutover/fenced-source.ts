import type { MysqlFenceSettings } from '../../src/cutover/fence/mysql-record.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../src/mysql/connection.ts';
import type { RunningServer, ServerOptions } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { settingsOf } from '../mysql/source.ts';

export type Kind = 'mysql' | 'mariadb';

/** A private server with a shop, and the accounts that a real one has: application, capture, administrators. */
export interface FencedSource extends AsyncDisposable {
  readonly server: RunningServer;
  readonly kind: Kind;
  /** Login of an account; all have the password `x`, root none. */
  login(user: string): MysqlSettings;
  /** A session that ends with the test's source at the latest. */
  session(user: string): Promise<MysqlConnection>;
  settings(change?: Partial<MysqlFenceSettings>): MysqlFenceSettings;
  /** Runs statements as root. */
  run(...statements: readonly string[]): Promise<void>;
  /** Everything that a fence changes, to be compared. */
  state(): Promise<unknown>;
}

const MAKE = [
  'CREATE DATABASE shop',
  'CREATE DATABASE sluice',
  'CREATE TABLE shop.t (id bigint AUTO_INCREMENT PRIMARY KEY, who varchar(20))',
  'CREATE TABLE sluice.heartbeat (pipeline varchar(64) PRIMARY KEY, beat_us bigint NOT NULL)',
  "CREATE USER app@'%' IDENTIFIED BY 'x', capture@'%' IDENTIFIED BY 'x', ops@'%' IDENTIFIED BY 'x'",
  "CREATE USER fence@'%' IDENTIFIED BY 'x', super@'%' IDENTIFIED BY 'x'",
  "CREATE USER parked@'%' IDENTIFIED BY 'x' ACCOUNT LOCK",
  "GRANT ALL ON shop.* TO app@'%', ops@'%'",
  "GRANT SELECT, INSERT, UPDATE ON sluice.* TO capture@'%'",
  "GRANT ALL ON *.* TO super@'%', fence@'%' WITH GRANT OPTION",
];

export async function fencedSource(kind: Kind, options: ServerOptions = {}): Promise<FencedSource> {
  const server = await startServer(kind, { fresh: true, durable: false, ...options });
  const root = settingsOf(server.url);
  const opened: MysqlConnection[] = [];
  const login = (user: string) => (user === 'root' ? root : { ...root, user, password: 'x' });
  const session = async (user: string) => {
    const connection = await connectMysql(login(user));
    opened.push(connection);
    return connection;
  };
  // As the fence's own account: root is locked while the fence is set.
  const on = async <A>(user: string, work: (connection: MysqlConnection) => Promise<A>): Promise<A> => {
    const connection = await connectMysql(login(user));
    return work(connection).finally(() => connection.close());
  };
  await on('root', async (connection) => {
    for (const statement of MAKE) await connection.run(statement);
  });
  return {
    server,
    kind,
    login,
    session,
    settings: (change = {}) => ({
      pipeline: 'shop',
      login: login('fence'),
      way: 'read-only',
      ours: ['capture'],
      keep: [],
      tryAs: [{ name: 'capture', login: login('capture') }],
      database: 'sluice',
      limitMs: 20_000,
      ...change,
    }),
    run: (...statements) =>
      on('fence', async (connection) => {
        for (const statement of statements) await connection.run(statement);
      }),
    state: () => on('fence', (connection) => readState(connection)),
    [Symbol.asyncDispose]: async () => {
      for (const connection of opened) connection.destroy();
      await server.stop();
    },
  };
}

async function readState(connection: MysqlConnection): Promise<unknown> {
  const isMysql = connection.server.kind === 'mysql';
  const variables = `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only', 'event_scheduler')`;
  const accounts = isMysql
    ? 'SELECT User, Host, account_locked AS locked FROM mysql.user ORDER BY 1, 2'
    : `SELECT User, Host, JSON_VALUE(Priv, '$.account_locked') AS locked FROM mysql.global_priv ORDER BY 1, 2`;
  const persisted = isMysql ? await connection.rows('SELECT * FROM performance_schema.persisted_variables') : [];
  const locked = (await connection.rows(accounts)).map((row) => ({ ...row, locked: row['locked'] ?? '0' }));
  return { variables: await connection.rows(variables), accounts: locked, persisted };
}
