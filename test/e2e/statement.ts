import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Line } from './line.ts';

/** Runs statements on the line's source, one after the other, in one session. */
export async function onSource(line: Line, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(line.source.url);
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** Rows of one query on the target, or of the last of several statements. */
export async function onTarget(line: Pick<Line, 'target'>, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: line.target.url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
