import type { BinlogCoordinate, Position } from '../contract/position.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../mysql/connection.ts';
import { DomainGtids } from '../position/domain-gtid.ts';
import { GtidSet } from '../position/gtid-set.ts';
import { MariadbPosition } from '../position/mariadb.ts';
import { MysqlPosition } from '../position/mysql.ts';
import { parsePosition } from '../position/position.ts';
import { resync, retry, stop } from './error.ts';
import type { Charsets } from './query-event.ts';
import { isSameBinlog } from './same-binlog.ts';
import { sourceHead } from './source-head.ts';

type SourcePosition = MysqlPosition | MariadbPosition;

export interface Preflight {
  readonly from: SourcePosition;
  /** The end of the binlog, asked for at the beginning. */
  readonly head: BinlogCoordinate;
  readonly charsets: Charsets;
  /** As binlog coordinates name the server. */
  readonly serverIdentity: string;
}

/** Asks the source, in a session of its own, for what must be known before its binlog is read. */
export async function preflight(settings: MysqlSettings, from: Position | null): Promise<Preflight> {
  const session = await connectMysql(settings);
  const { promise: late, reject } = Promise.withResolvers<never>();
  // Login has a limit of its own; a link that stalls after it would be waited for without end.
  const timer = setTimeout(() => reject(unanswered()), settings.timeoutMs);
  try {
    return await Promise.race([ask(session, from), late]);
  } finally {
    clearTimeout(timer);
    session.destroy();
  }
}

async function ask(session: MysqlConnection, from: Position | null): Promise<Preflight> {
  const { coordinate: head } = await sourceHead(session);
  const position = await startingPosition(session, from);
  return { from: position, head, charsets: await readCharsets(session), serverIdentity: session.server.id };
}

/**
 * Where a new stream begins: the source's end now. SOURCE_XA_PREPARED (retry): rows of a transaction that is prepared
 * now stand before it, and its XA COMMIT would come without them.
 */
export async function startOfStream(connection: MysqlConnection): Promise<SourcePosition> {
  for (let tries = 1; ; tries++) {
    const head = await sourceHead(connection);
    if (head instanceof MysqlPosition) await requireGtids(connection);
    const prepared = await connection.rows('XA RECOVER');
    if (prepared.length > 0) throw preparedBefore(prepared.length);
    // One that was prepared before this end may have been committed after it and before we asked: only where the end has
    // not moved does the empty answer hold for it. A busy source ends in SOURCE_XA_UNKNOWN at worst, never in a loss.
    if (tries === STILL_TRIES || (await sourceHead(connection)).text === head.text) return head;
  }
}

const STILL_TRIES = 20;

function preparedBefore(count: number): Error {
  return retry(
    'SOURCE_XA_PREPARED',
    `The source has ${count} prepared XA transactions, whose rows lie before the start of the stream.`,
    'Commit or roll back them on the source (XA RECOVER lists them); the start is tried again.',
  );
}

/**
 * The position to read from, as this server can serve it: its end for null; else the one given, after a look at whether
 * the server has its history (SOURCE_HISTORY_DIFFERS, SOURCE_BEHIND) and the binlogs since (SOURCE_POSITION_PURGED).
 */
async function startingPosition(connection: MysqlConnection, from: Position | null): Promise<SourcePosition> {
  if (from === null) return startOfStream(connection);
  const head = await sourceHead(connection);
  if (head instanceof MysqlPosition) await requireGtids(connection);
  const position = parsePosition(from.server, from.text);
  if (head.server === position.server && !(await isSameBinlog(connection, position)))
    throw historyDiffers('its place in the binlog is not there any more: the binlog was begun anew');
  if (head instanceof MysqlPosition && position instanceof MysqlPosition) {
    await checkMysql(connection, position);
    return position;
  }
  if (head instanceof MariadbPosition && position instanceof MariadbPosition) {
    await checkMariadb(connection, position, head);
    return position;
  }
  throw historyDiffers(`it is of ${from.server}, the source is ${head.server}`);
}

async function requireGtids(connection: MysqlConnection): Promise<void> {
  const row = await connection.row('SELECT @@global.gtid_mode AS mode');
  if (row['mode'] !== 'ON') throw gtidOff(`The source runs with gtid_mode = ${row['mode']}.`);
}

/**
 * Transactions without GTID, written while gtid_mode was off for a time, stand in no GTID set: the server begins behind
 * them and nobody would miss them (INV-14). They can only come first after the coordinate: behind a transaction that is
 * still to be sent the reader meets them itself.
 */
async function checkAnonymous(connection: MysqlConnection, { coordinate }: MysqlPosition): Promise<void> {
  if (coordinate.serverId !== connection.server.id) return;
  const files = (await connection.rows('SHOW BINARY LOGS')).map((row) => row['Log_name'] ?? '');
  const start = files.indexOf(coordinate.file);
  if (start < 0) return;
  for (const [i, file] of files.slice(start).entries()) {
    const type = await firstTransaction(connection, file, i === 0 ? coordinate.offset : 4);
    if (type === 'Anonymous_Gtid') throw gtidOff('The source has written transactions without GTID since it was read.');
    if (type !== null) return;
  }
}

/** Type of the first event from here on that opens a transaction; a file begins with two or three that do not. */
async function firstTransaction(connection: MysqlConnection, file: string, offset: number): Promise<string | null> {
  const rows = await connection.rows(`SHOW BINLOG EVENTS IN ? FROM ${offset} LIMIT 4`, [file]);
  return rows.map((row) => row['Event_type'] ?? '').find((type) => /Gtid$|^Gtid_tagged/.test(type)) ?? null;
}

function gtidOff(message: string): Error {
  return stop(
    'SOURCE_GTID_OFF',
    message,
    'SET GLOBAL enforce_gtid_consistency = ON, then gtid_mode OFF_PERMISSIVE, ON_PERMISSIVE, ON, one after another (and in the option file), then `sluice run --resync`.',
  );
}

async function checkMysql(connection: MysqlConnection, position: MysqlPosition): Promise<void> {
  const row = await connection.row('SELECT @@global.gtid_purged AS purged, @@global.gtid_executed AS executed');
  const executed = GtidSet.parse(row['executed'] ?? '');
  if (!executed.contains(position.handled)) {
    if (position.handled.contains(executed) && position.handled.meets(executed)) throw behind();
    throw historyDiffers('it holds transactions that the source does not know');
  }
  if (!position.resume.contains(GtidSet.parse(row['purged'] ?? ''))) throw purged();
  await checkAnonymous(connection, position);
}

async function checkMariadb(
  connection: MysqlConnection,
  position: MariadbPosition,
  head: SourcePosition,
): Promise<void> {
  const row = await connection.row('SELECT @@global.gtid_binlog_state AS state');
  for (const gtid of position.handled.domains) {
    const known = stateOf(row['state'] ?? '', gtid.domain);
    if (known.length === 0) throw historyDiffers(`the source does not know GTID domain ${gtid.domain}`);
    if (known.every((entry) => entry.sequence < gtid.sequence)) throw behind();
    const own = known.find((entry) => entry.serverId === gtid.serverId);
    if (!own || own.sequence < gtid.sequence)
      throw historyDiffers('it holds transactions that the source does not know');
  }
  const [oldest] = await connection.rows('SHOW BINARY LOGS');
  const file = oldest?.['Log_name'] ?? head.coordinate.file;
  const first = await connection.row('SELECT BINLOG_GTID_POS(?, 4) AS gtids', [file]);
  for (const { domain, sequence } of DomainGtids.parse(first['gtids'] ?? '').domains) {
    if ((position.resume.of(domain)?.sequence ?? 0n) < sequence) throw purged();
  }
}

/** `@@gtid_binlog_state` names the last transaction of each server in each domain. */
function stateOf(state: string, domain: number): { readonly serverId: number; readonly sequence: bigint }[] {
  return state.split(',').flatMap((entry) => {
    const [inDomain, serverId, sequence] = entry.trim().split('-');
    if (sequence === undefined || Number(inDomain) !== domain) return [];
    return [{ serverId: Number(serverId), sequence: BigInt(sequence) }];
  });
}

/** Character set of every collation that the server has, its own additions included. */
async function readCharsets(connection: MysqlConnection): Promise<Charsets> {
  const table = connection.server.kind === 'mariadb' ? 'COLLATION_CHARACTER_SET_APPLICABILITY' : 'COLLATIONS';
  const rows = await connection.rows(
    `SELECT ID AS id, CHARACTER_SET_NAME AS charset FROM information_schema.${table} WHERE ID IS NOT NULL`,
  );
  return new Map(rows.map((row) => [Number(row['id']), row['charset'] ?? 'utf8mb4']));
}

function unanswered(): Error {
  return retry(
    'SOURCE_LINK_SILENT',
    'The source did not answer in time.',
    'Nothing to do when it comes back by itself; otherwise look at the server and the network between.',
  );
}

function purged(): Error {
  return resync(
    'SOURCE_POSITION_PURGED',
    'The source has deleted binlogs that were not read yet.',
    'Run `sluice run --resync`; raise binlog_expire_logs_seconds so that an outage fits into it.',
  );
}

function behind(): Error {
  return retry(
    'SOURCE_BEHIND',
    'The source has not executed yet all that was read before: it is a replica that lags, or was restored.',
    'Wait until it has caught up; if it was restored from a backup, run `sluice run --resync`.',
  );
}

function historyDiffers(why: string): Error {
  return resync(
    'SOURCE_HISTORY_DIFFERS',
    `The stored position does not belong to this source: ${why}.`,
    'Check source.url; if this is the right server after a failover that lost changes, run `sluice run --resync`.',
  );
}
