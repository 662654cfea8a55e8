import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { RunningServer } from './running-server.ts';

/** An empty database of one test file on a server that others use too. */
export interface FreshDatabase {
  /** `name` with a random ending, so that two test files can ask for the same one. */
  readonly name: string;
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes an empty database; `name` is the beginning of its name: [a-z][a-z0-9_]{0,40}. */
export async function freshDatabase(server: RunningServer, name: string): Promise<FreshDatabase> {
  const full = `${name}_${randomBytes(4).toString('hex')}`;
  const url = new URL(server.url);
  url.pathname = `/${full}`;
  const statements = STATEMENTS[server.kind === 'postgres' ? 'postgres' : 'mysql'];
  const run = server.kind === 'postgres' ? runOnPostgres : runOnMysql;
  await run(server.url, statements.create(full));
  return { name: full, url: url.href, drop: () => run(server.url, statements.drop(full)) };
}

const STATEMENTS = {
  mysql: {
    create: (name: string) => `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`,
    drop: (name: string) => `DROP DATABASE IF EXISTS \`${name}\``,
  },
  postgres: {
    create: (name: string) => `CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8'`,
    drop: (name: string) => `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`,
  },
};

async function runOnMysql(url: string, statement: string): Promise<void> {
  const connection = await createConnection(url);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function runOnPostgres(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
