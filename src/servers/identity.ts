import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { askKafka } from './kafka-client.ts';
import type { ServerKind } from './running-server.ts';

const CONNECT_LIMIT_MS = 5_000;

/** What a server says of itself. */
export interface ServerIdentity {
  readonly version: string;
  /** What no other server on this machine says: the data directory, for Kafka the cluster id. */
  readonly mark: string;
}

/** Logs in and asks; rejects when there is no answer, or not one of a server of this kind. */
export async function identify(kind: ServerKind, url: string): Promise<ServerIdentity> {
  switch (kind) {
    case 'mysql':
    case 'mariadb':
      return await identifyDaemon(kind, url);
    case 'postgres':
      return await identifyPostgres(url);
    case 'kafka':
      return await identifyKafka(url);
  }
}

async function identifyDaemon(kind: 'mysql' | 'mariadb', url: string): Promise<ServerIdentity> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECT_LIMIT_MS });
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version, @@datadir AS directory');
    const version = String(rows[0]?.['version']);
    if (version.includes('MariaDB') !== (kind === 'mariadb')) throw new Error(`this is not ${kind} but ${version}`);
    return { version, mark: String(rows[0]?.['directory']).replace(/\/$/, '') };
  } finally {
    connection.destroy();
  }
}

async function identifyPostgres(url: string): Promise<ServerIdentity> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<ServerIdentity>(
      // The directory may be asked for by few; elsewhere than on our own servers it is not needed.
      `SELECT version(), coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), '') AS mark`,
    );
    if (!rows[0]) throw new Error('no answer');
    return rows[0];
  } finally {
    await client.end();
  }
}

async function identifyKafka(brokers: string): Promise<ServerIdentity> {
  const { clusterId } = await askKafka(brokers.split(','));
  // Kafka's protocol does not tell the version.
  return { version: `cluster ${clusterId}`, mark: clusterId };
}
