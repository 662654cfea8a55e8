import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import type { SourceKind } from './line.ts';

/** A primary and a replica of it that logs what it receives, by GTID. */
export interface SourcePair {
  readonly primary: RunningServer;
  readonly replica: RunningServer;
  /** The replica has executed all that the primary has. */
  level(): Promise<void>;
  /** The replica takes nothing more from the primary, which goes on. */
  cut(): Promise<void>;
  /** The replica is a primary of its own. */
  promote(): Promise<void>;
  close(): Promise<void>;
}

interface Words {
  readonly common: readonly string[];
  readonly change: (port: number) => string;
  readonly start: string;
  readonly stop: string;
  readonly reset: string;
  readonly executed: string;
}

const WORDS: Readonly<Record<SourceKind, Words>> = {
  mysql: {
    common: ['--log-replica-updates=ON'],
    change: (port) =>
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${port}, SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl',
       SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1`,
    start: 'START REPLICA',
    stop: 'STOP REPLICA',
    reset: 'RESET REPLICA ALL',
    executed: 'SELECT @@global.gtid_executed AS gtids',
  },
  mariadb: {
    common: ['--log-slave-updates=ON', '--gtid-strict-mode=1'],
    change: (port) =>
      `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port}, MASTER_USER = 'repl', MASTER_PASSWORD = 'repl',
       MASTER_USE_GTID = slave_pos`,
    start: 'START SLAVE',
    stop: 'STOP SLAVE',
    reset: 'RESET SLAVE ALL',
    executed: 'SELECT @@global.gtid_current_pos AS gtids',
  },
};

export async function startPair(kind: SourceKind): Promise<SourcePair> {
  const words = WORDS[kind];
  const start = (id: number) =>
    startServer(kind, { durable: false, arguments: [`--server-id=${id}`, ...words.common] });
  const [primary, replica] = await Promise.all([start(11), start(12)]);
  await on(primary, "CREATE USER 'repl'@'%' IDENTIFIED BY 'repl'", "GRANT REPLICATION SLAVE ON *.* TO 'repl'@'%'");
  await on(replica, words.change(primary.port), words.start);
  return {
    primary,
    replica,
    level: async () => {
      // Both are asked again each time: the heartbeat goes on writing.
      for (let tries = 0; ; tries++) {
        const [there, here] = [await gtids(primary, words), await gtids(replica, words)];
        if (there === here) return;
        if (tries > 1500) throw new Error(`the replica has ${here}, the primary ${there}`);
        await sleep(20);
      }
    },
    cut: () => on(replica, words.stop),
    promote: () => on(replica, words.stop, words.reset),
    close: async () => {
      await Promise.all([primary.stop(), replica.stop()]);
    },
  };
}

async function gtids(server: RunningServer, { executed }: Words): Promise<unknown> {
  const connection = await createConnection(server.url);
  const [rows] = await connection.query<RowDataPacket[]>(executed);
  await connection.end();
  return rows[0]?.['gtids'];
}

async function on(server: RunningServer, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(server.url);
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}
