import type { Connection, RowDataPacket } from 'mysql2/promise';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { openSession } from '../../src/shop/server.ts';
import { createShop } from '../../src/shop/shop.ts';

/** A shop of one test, gone at its end. */
export interface TestShop extends AsyncDisposable {
  readonly url: string;
  readonly database: string;
  readonly connection: Connection;
  read(sql: string): Promise<RowDataPacket[]>;
  /** The first column of the first row, as text. */
  value(sql: string): Promise<string>;
}

export async function testShop(server: RunningServer, size: { scale: number; seed: number }): Promise<TestShop> {
  const { name: database, drop } = await freshDatabase(server, 'shop');
  await createShop({ url: server.url, database, ...size });
  const connection = await openSession({ url: server.url, database });
  const read = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0];
  return {
    url: server.url,
    database,
    connection,
    read,
    value: async (sql) => String(Object.values((await read(sql))[0] ?? {})[0]),
    async [Symbol.asyncDispose]() {
      await connection.end();
      await drop();
    },
  };
}
