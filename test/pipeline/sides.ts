import { sourceLogin, targetLogin } from '../../src/config/login.ts';
import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import type { Line } from '../e2e/line.ts';

/** A session on each side of a line. */
export interface Sides {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  /** Runs statements, separated by semicolons, in the line's database. */
  onSource(statements: string): Promise<void>;
  /** The table's rows as texts `a|b|c`, sorted. */
  targetRows(table: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function sidesOf({ config, source: { name } }: Line): Promise<Sides> {
  const source = await connectMysql({ ...sourceLogin(config.source), database: name });
  const target = await connectPostgres(targetLogin(config));
  return {
    source,
    target,
    onSource: async (statements) => {
      for (const statement of statements.split(';')) if (statement.trim() !== '') await source.run(statement);
    },
    targetRows: async (table) => {
      const { rows } = await target.query(`SELECT * FROM ${table}`);
      return rows
        .map((row) =>
          Object.values(row)
            .map((value) => value ?? 'NULL')
            .join('|'),
        )
        .sort();
    },
    close: async () => {
      await Promise.all([source.close(), target.close()]);
    },
  };
}
