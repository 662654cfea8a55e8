import { SluiceError } from '../contract/error.ts';
import { sourceError } from '../mysql/error.ts';

/*
 * Codes of this folder, beside those of mysql/error.ts:
 * SOURCE_BINLOG_OFF, SOURCE_GTID_OFF: the server writes no binlog, or none with GTIDs (stop).
 * SOURCE_POSITION_PURGED: the server has deleted binlogs that are still needed (resync).
 * SOURCE_HISTORY_DIFFERS: the server's history is not the one that the position belongs to (resync).
 * SOURCE_BEHIND: the server has not executed yet all that the position holds (retry).
 * SOURCE_BINLOG_UNREADABLE: the server itself cannot read its binlog on, or another reader took our place (retry).
 * SOURCE_LINK_SILENT: neither events nor heartbeats for three heartbeat periods, or no answer at the start (retry).
 * SOURCE_EVENT_UNREADABLE, SOURCE_EVENT_UNKNOWN: an event that cannot be decoded, or whose type is not known (stop).
 * SOURCE_EVENT_DAMAGED: the checksum of an event is wrong (retry: the link or the disk damaged it).
 * SOURCE_ROW_IMAGE, SOURCE_ROW_METADATA, SOURCE_PARTIAL_JSON, SOURCE_STATEMENT_LOGGED, SOURCE_BINLOG_ENCRYPTED,
 * SOURCE_COMPRESSED_TRANSACTION: the server writes less than is needed (stop).
 * SOURCE_TRANSACTION_BROKEN: the source crashed while it wrote a large transaction into its binlog (stop).
 * SOURCE_ROLLBACK_LOGGED: a large transaction was logged and then rolled back (stop).
 * SOURCE_INCIDENT: the server says that changes are missing from its binlog (resync).
 * SOURCE_XA_UNKNOWN, SOURCE_XA_TOO_LARGE: see prepared.ts; SOURCE_XA_PREPARED: see preflight.ts.
 */

/**
 * What ends a dump at the server: purged, damaged, or another reader with our identity; MySQL has one number for all,
 * MariaDB 4052 for the last and 1945, 1951, 1955 for positions it does not find. The next start tells which it is.
 */
const DUMP_ENDED: ReadonlySet<unknown> = new Set([1236, 1945, 1951, 1955, 4052]);

/** A failure of the link, classified; one of ours as it is. */
export function linkError(error: unknown): SluiceError {
  if (!(error instanceof Error) || !('errno' in error) || !DUMP_ENDED.has(error.errno)) {
    return sourceError(error, 'reading the binlog');
  }
  return retry(
    'SOURCE_BINLOG_UNREADABLE',
    `The source cannot send its binlog on (${error.errno}): ${error.message}`,
    'It is tried again. When it stays: no second reader may have the same serverId; look into the error log of the source.',
    error,
  );
}

export function stop(code: string, message: string, remedy: string, cause?: unknown): SluiceError {
  return new SluiceError({ code, message, remedy, disposition: 'stop', cause });
}

export function retry(code: string, message: string, remedy: string, cause?: unknown): SluiceError {
  return new SluiceError({ code, message, remedy, disposition: 'retry', cause });
}

export function resync(code: string, message: string, remedy: string, cause?: unknown): SluiceError {
  return new SluiceError({ code, message, remedy, disposition: 'resync', cause });
}

/** What a decoder threw, told with the place of the event; never with its bytes. */
export function unreadable(error: unknown, type: number, place: string): unknown {
  if (!(error instanceof RangeError) && !isZlibError(error)) return error;
  return stop(
    'SOURCE_EVENT_UNREADABLE',
    `The event of type ${type} at ${place} cannot be read: ${(error as Error).message}.`,
    'Keep that binlog file and report it with the server version.',
    error,
  );
}

function isZlibError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code.startsWith('ERR_BUFFER_TOO_LARGE');
}

export function incompleteImage(table: { readonly database: string; readonly table: string }): SluiceError {
  return stop(
    'SOURCE_ROW_IMAGE',
    `The binlog has rows of ${table.database}.${table.table} without all of their columns.`,
    "SET GLOBAL binlog_row_image = 'FULL' (and in the option file), end the older sessions, then `sluice run --resync`: changes written so far are not complete.",
  );
}

export function missingMetadata(table: { readonly database: string; readonly table: string }): SluiceError {
  return stop(
    'SOURCE_ROW_METADATA',
    `The binlog describes ${table.database}.${table.table} without column names.`,
    "SET GLOBAL binlog_row_metadata = 'FULL' (and in the option file), then `sluice run --resync`: changes written so far cannot be read.",
  );
}
