import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../src/mysql/connection.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';

/** A real source for one test file: the shared server of a kind, a database of its own, a session in it. */
export interface TestSource extends AsyncDisposable {
  readonly kind: 'mysql' | 'mariadb';
  readonly settings: MysqlSettings;
  readonly database: string;
  readonly connection: MysqlConnection;
}

export async function testSource(kind: TestSource['kind'], name: string): Promise<TestSource> {
  const server = await startServer(kind);
  const database = await freshDatabase(server, name);
  const settings = settingsOf(server.url);
  const connection = await connectMysql({ ...settings, database: database.name });
  return {
    kind,
    settings,
    database: database.name,
    connection,
    [Symbol.asyncDispose]: async () => {
      await connection.close();
      await database.drop();
      await server.stop();
    },
  };
}

export function settingsOf(url: string): MysqlSettings {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    tls: { mode: 'off' },
    timeoutMs: 10_000,
  };
}
