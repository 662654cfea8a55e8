/**
 * Messages of pgoutput, protocol version 1 with text values (PostgreSQL, "Logical Replication Message Formats"). A big
 * transaction waits in the server's own spill files until it commits, so its rows come in one piece, in order.
 */

/** One value of a row: bytes of the server's text, NULL, or a TOASTed value that was not sent because it did not change. */
export type Field = Buffer | null | 'unchanged';
export type Tuple = readonly Field[];

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
}

export interface Relation {
  readonly tag: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** `f` for REPLICA IDENTITY FULL. */
  readonly identity: string;
  readonly columns: readonly RelationColumn[];
}

export type WalMessage =
  | { readonly tag: 'begin'; readonly commitLsn: bigint; readonly committedAtUs: bigint }
  | { readonly tag: 'commit'; readonly endLsn: bigint; readonly committedAtUs: bigint }
  | Relation
  | { readonly tag: 'insert'; readonly oid: number; readonly after: Tuple }
  /** `before` null: the table has no REPLICA IDENTITY FULL. */
  | { readonly tag: 'update'; readonly oid: number; readonly before: Tuple | null; readonly after: Tuple }
  | { readonly tag: 'delete'; readonly oid: number; readonly before: Tuple | null }
  | { readonly tag: 'truncate'; readonly oids: readonly number[] }
  /** What `pg_logical_emit_message` wrote. */
  | { readonly tag: 'message'; readonly isTransactional: boolean; readonly prefix: string; readonly content: string }
  | { readonly tag: 'other' };

/** Microseconds from 1970 to PostgreSQL's own epoch, 2000-01-01. */
const EPOCH_US = 946_684_800_000_000n;

const LETTER = { begin: 0x42, commit: 0x43, relation: 0x52, insert: 0x49, update: 0x55, delete: 0x44 } as const;
const TRUNCATE = 0x54;
const MESSAGE = 0x4d;
const FULL_ROW = 0x4f;
const NEW_ROW = 0x4e;

/** Reads one message, `bytes` from its letter on. A RangeError for bytes that end inside it. */
export function parseMessage(bytes: Buffer): WalMessage {
  const cursor = new Cursor(bytes);
  switch (cursor.byte()) {
    case LETTER.begin:
      return { tag: 'begin', commitLsn: cursor.lsn(), committedAtUs: cursor.time() };
    case LETTER.commit:
      return commit(cursor);
    case LETTER.relation:
      return relation(cursor);
    case LETTER.insert:
      return { tag: 'insert', oid: cursor.int(), after: newRow(cursor) };
    case LETTER.update:
      return update(cursor);
    case LETTER.delete:
      return { tag: 'delete', oid: cursor.int(), before: oldRow(cursor, cursor.byte()) };
    case TRUNCATE:
      return truncate(cursor);
    case MESSAGE:
      return message(cursor);
    default:
      // Types and origins say nothing that a row does not.
      return { tag: 'other' };
  }
}

function commit(cursor: Cursor): WalMessage {
  cursor.byte();
  cursor.lsn();
  return { tag: 'commit', endLsn: cursor.lsn(), committedAtUs: cursor.time() };
}

function relation(cursor: Cursor): Relation {
  const oid = cursor.int();
  const schema = cursor.text();
  const table = cursor.text();
  const identity = String.fromCharCode(cursor.byte());
  const columns = Array.from({ length: cursor.short() }, (): RelationColumn => {
    cursor.byte();
    return { name: cursor.text(), typeOid: cursor.int(), typeModifier: cursor.signedInt() };
  });
  return { tag: 'relation', oid, schema: schema === '' ? 'pg_catalog' : schema, table, identity, columns };
}

function update(cursor: Cursor): WalMessage {
  const oid = cursor.int();
  const letter = cursor.byte();
  if (letter === NEW_ROW) return { tag: 'update', oid, before: null, after: tuple(cursor) };
  return { tag: 'update', oid, before: oldRow(cursor, letter), after: newRow(cursor) };
}

/** Only a whole row is of use; that of an index holds its columns alone. */
function oldRow(cursor: Cursor, letter: number): Tuple | null {
  const row = tuple(cursor);
  return letter === FULL_ROW ? row : null;
}

function newRow(cursor: Cursor): Tuple {
  cursor.byte();
  return tuple(cursor);
}

function tuple(cursor: Cursor): Tuple {
  const fields: Field[] = [];
  for (let left = cursor.short(); left > 0; left--) fields.push(field(cursor));
  return fields;
}

function field(cursor: Cursor): Field {
  switch (String.fromCharCode(cursor.byte())) {
    case 'n':
      return null;
    case 'u':
      return 'unchanged';
    default:
      return cursor.take(cursor.int());
  }
}

function truncate(cursor: Cursor): WalMessage {
  const count = cursor.int();
  cursor.byte();
  return { tag: 'truncate', oids: Array.from({ length: count }, () => cursor.int()) };
}

function message(cursor: Cursor): WalMessage {
  const isTransactional = cursor.byte() === 1;
  cursor.lsn();
  const prefix = cursor.text();
  return { tag: 'message', isTransactional, prefix, content: cursor.take(cursor.int()).toString('utf8') };
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  short(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  int(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  signedInt(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  lsn(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64BE(this.#at - 8);
  }

  time(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8) + EPOCH_US;
  }

  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('a text of a pgoutput message has no end');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a pgoutput message ends inside a value');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
