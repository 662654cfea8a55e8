import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSource } from '../../src/logic/read/source.ts';
import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { createShop } from '../../src/shop/shop.ts';

/** Programs of a real server, read through SHOW CREATE. */
export function sourceContract(flavor: 'mysql' | 'mariadb'): void {
  let database: FreshDatabase;
  let connection: MysqlConnection;

  beforeAll(async () => {
    const server = await startServer(flavor);
    database = await freshDatabase(server, 'programs');
    const url = new URL(database.url);
    const { hostname: host, username: user } = url;
    const password = decodeURIComponent(url.password);
    const login = { host, port: Number(url.port), user, password, tls: { mode: 'off' }, timeoutMs: 10_000 } as const;
    connection = await connectMysql({ ...login, database: database.name });
    await connection.run(`USE ${database.name}`);
    await createShop({ url: server.url, database: database.name, scale: 0.01, seed: 1 });
  });
  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  test('every program of the shop is read back without a failure, by its kind', async () => {
    const { programs, hidden } = await readSource(connection, database.name);
    expect(hidden).toEqual([]);
    expect(programs.flatMap(({ failures }) => failures)).toEqual([]);
    const kinds = Map.groupBy(programs, ({ definition }) => definition.tag);
    const counts = Object.fromEntries([...kinds].map(([kind, found]) => [kind, found.length]));
    expect(counts).toEqual({ function: 2, procedure: 3, trigger: 6, event: 1, view: 5 });
  });

  test('a program is read under the mode it was made with, and triggers in the order in which they run', async () => {
    await connection.run('CREATE TABLE ordered (a INT)');
    const make = (name: string, place = ''): Promise<void> =>
      connection.run(`CREATE TRIGGER ${name} BEFORE INSERT ON ordered FOR EACH ROW ${place} SET NEW.a = NEW.a + 1`);
    await make('z_first');
    await make('a_second');
    await make('m_between', 'FOLLOWS z_first');
    await connection.run("SET @mode = @@sql_mode, SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'");
    await connection.run('CREATE PROCEDURE quoted("x y" INT) SELECT "x y" || 1');
    await connection.run('SET SESSION sql_mode = @mode');
    const { programs } = await readSource(connection, database.name);
    const names = programs.map(({ definition }) => definition.name?.parts.at(-1)?.text ?? '');
    expect(names.filter((name) => /first|second|between/.test(name))).toEqual(['z_first', 'm_between', 'a_second']);
    const quoted = programs.find((_, at) => names[at] === 'quoted');
    expect(quoted?.sqlMode).toContain('ANSI_QUOTES');
    expect(quoted?.failures).toEqual([]);
    expect(JSON.stringify(quoted?.definition)).toContain('"tag":"concat"');
  });
}
