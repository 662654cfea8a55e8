import type { MysqlConnection } from '../../src/mysql/connection.ts';

/** An XA transaction with a row of its name, ended and not yet prepared. */
export async function openXa(session: MysqlConnection, xid: string): Promise<void> {
  await session.run(`XA START ${xid}`);
  await session.run('INSERT INTO shop.t (who) VALUES (?)', [xid]);
  await session.run(`XA END ${xid}`);
}
