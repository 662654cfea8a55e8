import type { Position } from '../contract/position.ts';
import { resync, retry, stop, unreadable } from './error.ts';
import { EVENT, type EventHeader, IGNORED_EVENTS } from './event.ts';
import type { EventCursor } from './event-cursor.ts';
import { readHeartbeat } from './heartbeat-event.ts';
import type { History, Opening } from './history.ts';
import type { Outbox } from './outbox.ts';
import type { Place } from './place.ts';
import { type PreparedTransactions, readXaPrepare, unknownXa, type XaStatement, xaStatement } from './prepared.ts';
import { type Charsets, type QueryEvent, readQuery } from './query-event.ts';
import { ROWS_FORMS, type RowsForm, RowsReader } from './rows-event.ts';
import { schemaChanges } from './schema-signal.ts';
import { effectOf, type StatementEffect } from './schema-statement.ts';
import type { TableName } from './table-map.ts';
import type { TableRegistry } from './table-registry.ts';

export interface AssemblerParts {
  readonly history: History;
  readonly place: Place;
  readonly tables: TableRegistry;
  readonly outbox: Outbox;
  readonly prepared: PreparedTransactions;
  readonly charsets: Charsets;
}

/** The source transaction being read. */
interface OpenTransaction extends Opening {
  /** Past BEGIN: a statement does not end it. */
  hasBegun: boolean;
  isXa: boolean;
}

const SAVEPOINT = /^SAVEPOINT (.+)$/i;
const ROLLBACK_TO = /^ROLLBACK TO (?:SAVEPOINT )?(.+)$/i;

/** Puts events together into changes: transactions, XA, DDL. Every event goes through `take`, in order. */
export class Assembler {
  readonly #parts: AssemblerParts;
  readonly #rows = new RowsReader();
  #open: OpenTransaction | null = null;

  constructor(parts: AssemblerParts) {
    this.#parts = parts;
  }

  /** One event whose header was read, the cursor at its body. A promise only where the catalogue must be asked. */
  take(cursor: EventCursor, header: EventHeader): Promise<void> | undefined {
    const { type } = header;
    const told = (error: unknown): never => {
      throw unreadable(error, type, this.where);
    };
    try {
      const form = ROWS_FORMS.get(type);
      if (form) return this.#readRows(cursor, form);
      return this.#dispatch(cursor, header)?.catch(told);
    } catch (error) {
      return told(error);
    }
  }

  get where(): string {
    const { file, offset } = this.#parts.place.coordinate;
    return `${file}:${offset}`;
  }

  #dispatch(cursor: EventCursor, header: EventHeader): Promise<void> | undefined {
    switch (header.type) {
      case EVENT.gtid:
      case EVENT.taggedGtid:
      case EVENT.mariadbGtid:
        return this.#begin(cursor, header);
      case EVENT.tableMap:
        return this.#isSkipped() ? undefined : this.#parts.tables.map(cursor);
      case EVENT.query:
      case EVENT.queryCompressed:
        return this.#query(readQuery(cursor, header.type === EVENT.queryCompressed, this.#parts.charsets), header);
      case EVENT.xid:
        return this.#commit();
      case EVENT.xaPrepare:
        return this.#xaPrepare(cursor);
      case EVENT.rotate:
        return this.#rotate(cursor, header);
      case EVENT.formatDescription:
        return header.isArtificial || header.endOffset === 0 ? undefined : this.#abandon();
      case EVENT.heartbeat:
      case EVENT.heartbeatV2:
        return this.#heartbeat(cursor, header);
      default:
        return refuse(header);
    }
  }

  #begin(cursor: EventCursor, header: EventHeader): undefined {
    const { history, place, outbox, prepared } = this.#parts;
    this.#abandon();
    prepared.discard();
    const opening = history.begin(cursor, header);
    this.#open = { ...opening };
    if (!opening.isNew) return;
    const { gtid, committedAtUs } = opening;
    const coordinate = place.startOf(header.sizeBytes);
    const xa = opening.isXaDecision ? ({ isXa: true } as const) : {};
    outbox.begin({ tag: 'begin', gtid, committedAtUs, ...xa, coordinate });
  }

  /** The position moves here and nowhere else (INV-2). */
  #commit(): undefined {
    const { history, place, outbox } = this.#parts;
    const { isNew, committedAtUs } = this.#opened();
    history.handled();
    if (isNew) outbox.end({ tag: 'commit', position: history.position(place.coordinate), committedAtUs });
    this.#open = null;
  }

  /** A new file or transaction begins while one is open: the server crashed inside it, and it never committed. */
  #abandon(): undefined {
    if (this.#open) this.#parts.outbox.abandon();
    this.#open = null;
  }

  #readRows(cursor: EventCursor, form: RowsForm): undefined {
    if (this.#isSkipped()) return;
    const { tables, outbox, prepared } = this.#parts;
    const open = this.#opened();
    const id = cursor.uint(6);
    if (id === NO_TABLE) return;
    const decoder = tables.decoder(id);
    if (decoder === null) return;
    if (open.isXa) prepared.count(this.#rows.read(cursor, form, decoder, prepared.keep));
    else outbox.count(this.#rows.read(cursor, form, decoder, outbox.push));
  }

  /** Rows that were handled before and belong to no undecided XA transaction. */
  #isSkipped(): boolean {
    return this.#open !== null && !this.#open.isNew && !this.#open.isXa;
  }

  #query(query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const open = this.#opened();
    const statement = query.statement.trim();
    const xa = xaStatement(statement);
    if (xa) return this.#xa(open, xa);
    switch (statement.toUpperCase()) {
      case 'BEGIN':
        open.hasBegun = true;
        return undefined;
      case 'COMMIT':
        return this.#commit();
      case 'ROLLBACK':
        if (open.isNew) this.#parts.outbox.rollback();
        return this.#commit();
    }
    return this.#savepoint(open, statement) ? undefined : this.#statement(open, query, header);
  }

  #savepoint(open: OpenTransaction, statement: string): boolean {
    const name = SAVEPOINT.exec(statement)?.[1];
    const target = ROLLBACK_TO.exec(statement)?.[1];
    if (open.isNew && name !== undefined) this.#parts.outbox.savepoint(name);
    if (open.isNew && target !== undefined) this.#parts.outbox.rollback(target);
    return name !== undefined || target !== undefined;
  }

  #statement(open: OpenTransaction, query: QueryEvent, header: EventHeader): Promise<void> | undefined {
    const { tables, outbox, place } = this.#parts;
    const effect = (open.hasBegun ? null : emptied(query)) ?? effectOf(query.statement, query.database, query);
    const end = () => (open.hasBegun ? undefined : this.#commit());
    if (effect.kind === 'none' || open.isAlterPending) return end();
    if (effect.kind === 'rows') throw statementLogged(effect.table);
    const at = place.startOf(header.sizeBytes);
    return schemaChanges(effect, { query, at, tables }).then((changes) => {
      if (open.isNew) for (const change of changes) outbox.push(change);
      return end();
    });
  }

  #xa(open: OpenTransaction, { verb, xid }: XaStatement): undefined {
    const { history, outbox, prepared } = this.#parts;
    open.hasBegun = true;
    if (verb === 'START') open.isXa = true;
    if (verb === 'START' || verb === 'END') return;
    const rows = prepared.take(xid);
    if (verb === 'COMMIT' && open.isNew) {
      if (rows === null) throw unknownXa();
      for (const row of rows) outbox.push(row);
    }
    history.decided(xid);
    this.#commit();
  }

  #xaPrepare(cursor: EventCursor): undefined {
    const { history, outbox, prepared } = this.#parts;
    const { isOnePhase, xid } = readXaPrepare(cursor);
    if (!isOnePhase) {
      prepared.prepare(xid);
      history.prepared(xid);
    } else if (this.#opened().isNew) for (const row of prepared.takeOpen()) outbox.push(row);
    this.#commit();
  }

  #rotate(cursor: EventCursor, header: EventHeader): undefined {
    const offset = Number(cursor.uint64());
    this.#parts.place.rotate(cursor.text(cursor.rest), offset);
    if (!header.isArtificial) this.#abandon();
  }

  #heartbeat(cursor: EventCursor, header: EventHeader): undefined {
    this.#parts.place.beat(readHeartbeat(cursor, header));
    if (this.#open === null) this.idle();
  }

  /** The source was asked, or said by itself, that there is nothing more. */
  idle(): undefined {
    this.#parts.outbox.push({ tag: 'idle', position: this.position, seenAtMs: Date.now() });
  }

  get position(): Position {
    const { history, place } = this.#parts;
    return history.position(place.coordinate);
  }

  #opened(): OpenTransaction {
    if (this.#open) return this.#open;
    throw new RangeError('it belongs to a transaction, but none was opened');
  }
}

/**
 * A MEMORY table that the server found empty after its restart: servers older than MySQL 9 write a DELETE in the
 * place of TRUNCATE, without BEGIN, whatever the format.
 */
function emptied({ statement }: QueryEvent): StatementEffect | null {
  const [, database, table] = /^DELETE FROM `([^`]+)`\.`([^`]+)`$/.exec(statement.trim()) ?? [];
  return database === undefined || table === undefined ? null : { kind: 'truncate', table: { database, table } };
}

/** The id of rows events that only end a statement. */
const NO_TABLE = 0xffffff;

/** Whatever is not known to be harmless ends the stream: nothing is skipped in silence (INV-14). */
function refuse(header: EventHeader): undefined {
  const { type, isIgnorable } = header;
  if (IGNORED_EVENTS.has(type) || isIgnorable) return;
  const refusal = REFUSALS.get(type);
  if (refusal) throw refusal();
  throw stop(
    'SOURCE_EVENT_UNKNOWN',
    `The binlog has an event of type ${type}, which this version does not know.`,
    'Report it with the server version.',
  );
}

const REFUSALS: ReadonlyMap<number, () => Error> = new Map([
  [
    EVENT.anonymousGtid,
    () =>
      stop(
        'SOURCE_GTID_OFF',
        'The binlog has transactions without GTID.',
        'SET GLOBAL gtid_mode in steps up to ON (and in the option file), then `sluice run --resync`.',
      ),
  ],
  [
    EVENT.partialUpdateRows,
    () =>
      stop(
        'SOURCE_PARTIAL_JSON',
        'The binlog has JSON documents in parts.',
        "SET GLOBAL binlog_row_value_options = '' (and in the option file), end the older sessions, then `sluice run --resync`.",
      ),
  ],
  [EVENT.executeLoadQuery, () => statementLogged(null)],
  [
    EVENT.incident,
    () =>
      resync(
        'SOURCE_INCIDENT',
        'The source says that changes are missing from its binlog.',
        'Look into the error log of the source, then run `sluice run --resync`.',
      ),
  ],
  [
    EVENT.startEncryption,
    () =>
      retry(
        'SOURCE_BINLOG_ENCRYPTED',
        'The source sends its binlog encrypted.',
        'The server decrypts for readers; report it with the server version.',
      ),
  ],
]);

/**
 * Whatever database a statement names, it may change published tables by a trigger, a function or a view: none passes.
 */
function statementLogged(table: TableName | null): Error {
  const where = table === null ? '' : ` on ${table.database}.${table.table}`;
  return stop(
    'SOURCE_STATEMENT_LOGGED',
    `The binlog has a statement${where} in the place of the rows that it changed.`,
    "SET GLOBAL binlog_format = 'ROW' (and in the option file), end the older sessions, then `sluice run --resync`.",
  );
}
