import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { isPast } from '../position/coordinate.ts';
import { DomainGtids } from '../position/domain-gtid.ts';
import { GtidSet } from '../position/gtid-set.ts';
import type { MariadbPosition } from '../position/mariadb.ts';
import { MysqlPosition } from '../position/mysql.ts';

type SourcePosition = MysqlPosition | MariadbPosition;

/** ER_ERROR_WHEN_EXECUTING_COMMAND: no event begins at that offset. */
const WRONG_OFFSET = 1220;

/**
 * Whether the server that was read still has the binlog that was read. One that began it anew (RESET), or was restored,
 * gives the old GTIDs out again, so that once it has grown its set contains ours and tells nothing. The coordinate does:
 * it lies in the binlog, at the end of an event, and no transaction behind it was handled. For another server, and for a
 * file that was purged, the answer is true: the GTIDs decide.
 */
export async function isSameBinlog(connection: MysqlConnection, position: SourcePosition): Promise<boolean> {
  const { coordinate } = position;
  if (coordinate.serverId !== connection.server.id) return true;
  const files = await connection.rows('SHOW BINARY LOGS');
  const at = files.findIndex((row) => row['Log_name'] === coordinate.file);
  const newest = files.at(-1)?.['Log_name'] ?? '';
  if (at < 0) return newest === '' || isPast({ ...coordinate, file: newest, offset: 0 }, coordinate);
  if (Number(files[at]?.['File_size']) < coordinate.offset) return false;
  const names = files.slice(at).map((row) => row['Log_name'] ?? '');
  try {
    const next = await nextGtid(connection, names, coordinate.offset);
    return next === null || !wasHandled(position, next);
  } catch (error) {
    if (isWrongOffset(error)) return false;
    throw error;
  }
}

/** The first one from here on, as text; a file begins with up to four events that are no transaction. */
async function nextGtid(connection: MysqlConnection, files: readonly string[], offset: number): Promise<string | null> {
  for (const [i, file] of files.entries()) {
    const from = i === 0 ? offset : 4;
    const rows = await connection.rows(`SHOW BINLOG EVENTS IN ? FROM ${from} LIMIT 8`, [file]);
    const event = rows.find((row) => isTransaction(row['Event_type']) && GTID.test(row['Info'] ?? ''));
    if (event) return GTID.exec(event['Info'] ?? '')?.[0] ?? null;
  }
  return null;
}

/** MariaDB's `Gtid_list` at the start of a file names what was before it, as after every restart. */
function isTransaction(eventType: string | null | undefined): boolean {
  return /^Gtid(?!_list)/.test(eventType ?? '');
}

/** MySQL's `uuid:number` or `uuid:tag:number`, MariaDB's `domain-server-sequence`. */
const GTID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}:(?:[a-z_]\w*:)?\d+|\b\d+-\d+-\d+\b/;

function wasHandled(position: SourcePosition, gtid: string): boolean {
  if (position instanceof MysqlPosition) return position.handled.contains(GtidSet.parse(gtid));
  const [next] = DomainGtids.parse(gtid).domains;
  const last = next && position.handled.of(next.domain);
  // Only a server's own sequence is sure to grow.
  return last !== undefined && last.serverId === next?.serverId && next.sequence <= last.sequence;
}

function isWrongOffset(error: unknown): boolean {
  if (!(error instanceof SluiceError)) return false;
  const { cause } = error;
  return cause instanceof Error && 'errno' in cause && cause.errno === WRONG_OFFSET;
}
