/** Sessions on the shop's server, and the facts in which MySQL and MariaDB differ for the shop. */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';

export type ServerKind = 'mysql' | 'mariadb';

/**
 * Without NO_ZERO_DATE and NO_ZERO_IN_DATE, because the shop holds such dates, as ten-year-old shops do; strict otherwise.
 * Stored programs keep the mode of the session that made them, so they are made in such a session too.
 */
const SQL_MODE = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

type ServerFacts = {
  /** Errors after which the whole transaction is tried again. */
  readonly retryErrnos: ReadonlySet<number>;
};

const DEADLOCK = 1213;
const LOCK_WAIT_TIMEOUT = 1205;
const XA_DEADLOCK = 1614;
const XA_LOCK_TIMEOUT = 1613;
const CHECK_READ = 1020;

/**
 * Differences that need no branch, because the shop's SQL keeps to what both know:
 * - JSON is a type on MySQL, longtext with CHECK json_valid() on MariaDB;
 * - utf8mb4_0900_ai_ci is MySQL's own, so tables name utf8mb4_unicode_ci;
 * - `INSERT ... AS new ON DUPLICATE KEY` is MySQL's own, so VALUES() it is, deprecated or not;
 * - MySQL shows tinyint(1) but no other display width; MD5() and SHA1() are gone from MySQL 9;
 * - REPLACE of a parent row keeps the children on MySQL 9.7; MySQL 8.0 and MariaDB act on them as for a delete;
 * - MariaDB stores a negative zero as zero, MySQL keeps it;
 * - CHECKSUM TABLE of a table with a stored generated column differs between equal tables on MariaDB;
 * - making triggers and functions with the binary log on needs SUPER or log_bin_trust_function_creators on both.
 */
export const SERVER_FACTS: Readonly<Record<ServerKind, ServerFacts>> = {
  mysql: { retryErrnos: new Set([DEADLOCK, LOCK_WAIT_TIMEOUT, XA_DEADLOCK, XA_LOCK_TIMEOUT]) },
  // From 11.6 innodb_snapshot_isolation answers with 1020 where older servers wait for the newer row.
  mariadb: { retryErrnos: new Set([DEADLOCK, LOCK_WAIT_TIMEOUT, XA_DEADLOCK, XA_LOCK_TIMEOUT, CHECK_READ]) },
};

export type SessionOptions = {
  /** `mysql://user:password@host:port`; a database in its path is not used. */
  readonly url: string;
  readonly database?: string;
};

/** Opens a session in UTC that may write the shop's odd values. */
export async function openSession(options: SessionOptions): Promise<Connection> {
  const url = new URL(options.url);
  const connection = await createConnection({
    host: url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(options.database === undefined ? {} : { database: options.database }),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  await connection.query(`SET SESSION sql_mode = '${SQL_MODE}', time_zone = '+00:00'`);
  return connection;
}

export async function serverKind(connection: Connection): Promise<ServerKind> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT version() AS version');
  return /mariadb/i.test(String(rows[0]?.['version'])) ? 'mariadb' : 'mysql';
}
