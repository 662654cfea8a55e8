import type { MysqlConnection } from '../mysql/connection.ts';

/** What sessions of the application get from the source unless they ask for something else. */
export interface ServerHabit {
  readonly sqlMode: ReadonlySet<string>;
  /** `REPEATABLE-READ`, `READ-COMMITTED`, ... */
  readonly isolation: string;
}

export async function readHabit(connection: MysqlConnection): Promise<ServerHabit> {
  const isolation = connection.server.kind === 'mysql' ? 'transaction_isolation' : 'tx_isolation';
  const row = await connection.row(`SELECT @@GLOBAL.sql_mode AS mode, @@GLOBAL.${isolation} AS isolation`);
  const modes = (row['mode'] ?? '').split(',').filter((mode) => mode !== '');
  return { sqlMode: new Set(modes), isolation: row['isolation'] ?? '' };
}
