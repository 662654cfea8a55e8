import { decodeText } from '../column/charset.ts';
import type { EventCursor } from './event-cursor.ts';
import { inflated } from './mariadb-compression.ts';

export interface QueryEvent {
  /** The session's default database; empty without one. */
  readonly database: string;
  readonly statement: string;
  readonly hasAnsiQuotes: boolean;
  readonly hasBackslashEscapes: boolean;
  /** sql_mode STRICT_TRANS_TABLES or STRICT_ALL_TABLES. */
  readonly isStrict: boolean;
  /** sql_mode NO_AUTO_VALUE_ON_ZERO. */
  readonly keepsZero: boolean;
}

const STATUS = { flags2: 0, sqlMode: 1, autoIncrement: 3, charset: 4, catalog: 6 } as const;
const ANSI_QUOTES = 0x4n;
const NO_AUTO_VALUE_ON_ZERO = 0x80000n;
const NO_BACKSLASH_ESCAPES = 0x100000n;
const STRICT = 0x600000n;

/** QUERY_EVENT, MariaDB's compressed form too. `charsets` names the character set of a collation id. */
export function readQuery(cursor: EventCursor, isCompressed: boolean, charsets: Charsets): QueryEvent {
  cursor.skip(8);
  const databaseBytes = cursor.byte();
  cursor.skip(2);
  const statusBytes = cursor.uint(2);
  const statusEnd = cursor.position + statusBytes;
  const { sqlMode, collation } = readStatus(cursor, statusEnd);
  cursor.position = statusEnd;
  const database = cursor.text(databaseBytes);
  cursor.skip(1);
  const bytes = isCompressed ? inflated(cursor) : cursor.slice(cursor.rest);
  return {
    database,
    statement: decodeText(bytes, charsets.get(collation) ?? 'utf8mb4'),
    hasAnsiQuotes: (sqlMode & ANSI_QUOTES) !== 0n,
    hasBackslashEscapes: (sqlMode & NO_BACKSLASH_ESCAPES) === 0n,
    isStrict: (sqlMode & STRICT) !== 0n,
    keepsZero: (sqlMode & NO_AUTO_VALUE_ON_ZERO) !== 0n,
  };
}

/** Names of character sets by collation id, as the server lists them. */
export type Charsets = ReadonlyMap<number, string>;

const UTF8MB4_GENERAL_CI = 45;

/** The status variables come in ascending order of their codes up to the character set; what follows is not needed. */
function readStatus(cursor: EventCursor, end: number): { readonly sqlMode: bigint; readonly collation: number } {
  let sqlMode = 0n;
  while (cursor.position < end) {
    switch (cursor.byte()) {
      case STATUS.flags2:
      case STATUS.autoIncrement:
        cursor.skip(4);
        break;
      case STATUS.sqlMode:
        sqlMode = cursor.uint64();
        break;
      case STATUS.catalog:
        cursor.skip(cursor.byte());
        break;
      case STATUS.charset:
        return { sqlMode, collation: cursor.uint(2) };
      default:
        return { sqlMode, collation: UTF8MB4_GENERAL_CI };
    }
  }
  return { sqlMode, collation: UTF8MB4_GENERAL_CI };
}
