import type { Config } from '../config/config.ts';
import { HEARTBEAT_DATABASE } from '../config/config.ts';
import { SluiceError } from '../contract/error.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { has } from '../mysql/grant.ts';
import type { SourceAccount } from './source-right.ts';

const HOUR_SECONDS = 3600;
/** Below this a weekend's outage, or a long copy, loses the place in the binlog. */
const SHORT_SECONDS = 24 * HOUR_SECONDS;
/** Bytes of data copied in a second, at the least: to judge whether the binlog outlives the copy. */
const COPY_BYTES_PER_SECOND = 5_000_000;

export interface StateSubject {
  readonly source: Config['source'];
  readonly account: SourceAccount;
  /** Of the tables to copy, by the catalogue's estimate. */
  readonly dataBytes: number;
}

/** What the server does just now that would be in our way: filters, other readers, prepared transactions, retention. */
export async function checkState(
  connection: MysqlConnection,
  { source, account, dataBytes }: StateSubject,
): Promise<readonly Finding[]> {
  const parts = [
    await whenAllowed(() => checkFilters(connection, source)),
    await checkServerId(connection, source.serverId),
    ...(mayRecover(connection, account) ? [await checkPrepared(connection)] : []),
    await checkRetention(connection, dataBytes),
    await checkWritable(connection),
    await whenAllowed(() => checkReplica(connection)),
  ];
  return parts.flat();
}

/** A right that is missing is a finding of its own already. */
async function whenAllowed(look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_PRIVILEGE_MISSING') return [];
    throw error;
  }
}

async function checkFilters(connection: MysqlConnection, { databases }: Config['source']): Promise<readonly Finding[]> {
  const row = await connection.row(connection.server.binlogStatusStatement);
  const list = (name: string): readonly string[] => (row[name] ?? '').split(',').filter((one) => one !== '');
  const [only, without] = [list('Binlog_Do_DB'), list('Binlog_Ignore_DB')];
  const isLogged = (database: string): boolean =>
    (only.length === 0 || only.includes(database)) && !without.includes(database);
  return [...databases, HEARTBEAT_DATABASE]
    .filter((database) => !isLogged(database))
    .map((database) => {
      const message = `binlog-do-db or binlog-ignore-db keeps changes of ${database} out of the binlog`;
      const cure = "-- take it out of binlog-do-db and binlog-ignore-db in the server's option file, then restart it";
      return finding('blocker', 'SOURCE_BINLOG_FILTER', database, message, cure);
    });
}

async function checkServerId(connection: MysqlConnection, ours: number): Promise<readonly Finding[]> {
  const { id } = await connection.row('SELECT @@global.server_id AS id');
  const cure = `source: { serverId: ${ours + 1} }`;
  if (Number(id) === ours) {
    const message = `source.serverId ${ours} is the server's own id; it would answer us nothing`;
    return [finding('blocker', 'SOURCE_SERVER_ID', 'source', message, cure)];
  }
  const replicas = await whenAllowedRows(connection, connection.server.replicasStatement);
  if (!replicas.some((row) => Number(row['Server_Id'] ?? row['Server_id']) === ours)) return [];
  const message = `a replica with our id ${ours} is connected: this pipeline, if it runs now; otherwise each would throw the other out`;
  return [finding('warning', 'SOURCE_SERVER_ID', 'source', message, cure)];
}

async function whenAllowedRows(connection: MysqlConnection, statement: string): Promise<readonly Row[]> {
  try {
    return await connection.rows(statement);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'SOURCE_PRIVILEGE_MISSING') return [];
    throw error;
  }
}

/** Without the right MySQL answers with an error that says nothing of rights. */
function mayRecover(connection: MysqlConnection, { grants }: SourceAccount): boolean {
  return connection.server.kind === 'mariadb' || has(grants, 'XA_RECOVER_ADMIN', null);
}

/** Rows of a transaction prepared before the start lie before the stream, so the start waits until it is decided. */
async function checkPrepared(connection: MysqlConnection): Promise<readonly Finding[]> {
  const isMysql = connection.server.kind === 'mysql';
  const rows = await connection.rows(isMysql ? 'XA RECOVER CONVERT XID' : "XA RECOVER FORMAT='SQL'");
  return rows.map((row) => {
    const xid = isMysql ? hexXid(row) : (row['data'] ?? '');
    const message =
      'a prepared XA transaction is undecided; the first start waits until it is committed or rolled back';
    return finding('warning', 'SOURCE_XA_PREPARED', 'source', message, `XA COMMIT ${xid} -- or XA ROLLBACK ${xid}`);
  });
}

/** `data` is both halves in one hexadecimal number. */
function hexXid(row: Row): string {
  const data = (row['data'] ?? '').replace(/^0x/i, '');
  const end = Number(row['gtrid_length']) * 2;
  return `X'${data.slice(0, end)}',X'${data.slice(end)}',${row['formatID']}`;
}

async function checkRetention(connection: MysqlConnection, dataBytes: number): Promise<readonly Finding[]> {
  const rows = await connection.rows(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'expire_logs_days', 'binlog_expire_logs_auto_purge', 'max_binlog_total_size')",
  );
  const variables = new Map(rows.map((row) => [row['Variable_name'] ?? '', row['Value'] ?? '']));
  const bySize = Number(variables.get('max_binlog_total_size') ?? 0);
  if (bySize > 0) {
    const message = `max_binlog_total_size is ${bySize}: under load binlogs may go before they are read`;
    return [finding('warning', 'SOURCE_RETENTION', 'source', message, 'SET GLOBAL max_binlog_total_size = 0')];
  }
  const days = Number(variables.get('expire_logs_days') ?? 0);
  const seconds = Number(variables.get('binlog_expire_logs_seconds') ?? 0) || days * 24 * HOUR_SECONDS;
  if (seconds === 0 || variables.get('binlog_expire_logs_auto_purge') === 'OFF') return [];
  const copySeconds = dataBytes / COPY_BYTES_PER_SECOND;
  const needed = Math.max(SHORT_SECONDS, 2 * copySeconds);
  const hours = (value: number): string => `${Math.ceil(value / HOUR_SECONDS)} h`;
  if (seconds >= needed) return [];
  const message = `binlogs are deleted after ${hours(seconds)}; with the copy and an outage in it they should stay ${hours(needed)}`;
  const wanted = Math.ceil(needed / HOUR_SECONDS) * HOUR_SECONDS;
  const statement = `${connection.server.kind === 'mysql' ? 'SET PERSIST' : 'SET GLOBAL'} binlog_expire_logs_seconds = ${wanted}`;
  return [finding('warning', 'SOURCE_RETENTION', 'source', message, statement)];
}

async function checkWritable(connection: MysqlConnection): Promise<readonly Finding[]> {
  const { isReadOnly } = await connection.row('SELECT @@global.read_only AS isReadOnly');
  if (isReadOnly === '0' || isReadOnly === 'OFF') return [];
  const message =
    'the source takes no writes (read_only): the heartbeat rests, so the lag of an idle source is not proven';
  return [finding('information', 'SOURCE_READ_ONLY', 'source', message)];
}

/** A replica writes what it receives into its own binlog only where it was told to. */
async function checkReplica(connection: MysqlConnection): Promise<readonly Finding[]> {
  const { isLogged } = await connection.row('SELECT @@global.log_slave_updates AS isLogged');
  if (isLogged !== '0') return [];
  const isMariadb = connection.server.kind === 'mariadb';
  const channels = await connection.rows(isMariadb ? 'SHOW ALL SLAVES STATUS' : 'SHOW REPLICA STATUS');
  if (channels.length === 0) return [];
  const message = 'the source is a replica and log_slave_updates is OFF: what it receives is not in its binlog';
  const cure = "-- in the server's option file, then restart it: log_slave_updates = ON";
  return [finding('blocker', 'SOURCE_REPLICA_UPDATES', 'source', message, cure)];
}
