import type { RowChange } from '../contract/change.ts';
import { resync, stop } from './error.ts';
import type { EventCursor } from './event-cursor.ts';

interface Prepared {
  readonly rows: readonly RowChange[];
  readonly bytes: number;
}

/**
 * Rows of XA transactions until they are decided. They are kept in memory, up to `limitBytes` for all together: a
 * restart has the server send them again.
 *
 * SOURCE_XA_TOO_LARGE (stop): the rows of undecided XA transactions pass the limit.
 * SOURCE_XA_UNKNOWN (resync): an XA transaction is committed whose PREPARE lies before the position that was started
 * from, so that its rows are unknown.
 */
export class PreparedTransactions {
  readonly #limitBytes: number;
  readonly #byXid = new Map<string, Prepared>();
  #open: RowChange[] = [];
  #openBytes = 0;
  #keptBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Keeps a row of the XA transaction that is being read. */
  readonly keep = (row: RowChange): void => {
    this.#open.push(row);
  };

  /** Counts what was kept. */
  count(bytes: number): void {
    this.#openBytes += bytes;
    if (this.#keptBytes + this.#openBytes <= this.#limitBytes) return;
    throw stop(
      'SOURCE_XA_TOO_LARGE',
      `Undecided XA transactions hold more than ${this.#limitBytes} bytes of rows.`,
      'Commit or roll back prepared XA transactions on the source (XA RECOVER lists them) and keep them smaller.',
    );
  }

  /** Forgets the one that is being read. */
  discard(): void {
    this.#open = [];
    this.#openBytes = 0;
  }

  prepare(xid: string): void {
    this.#byXid.set(xid, { rows: this.#open, bytes: this.#openBytes });
    this.#keptBytes += this.#openBytes;
    this.discard();
  }

  /** Rows of the one that is being read, which commits without a PREPARE (XA COMMIT ... ONE PHASE). */
  takeOpen(): readonly RowChange[] {
    const rows = this.#open;
    this.discard();
    return rows;
  }

  /** Rows of a prepared one, in order; it is decided now. */
  take(xid: string): readonly RowChange[] | null {
    const prepared = this.#byXid.get(xid);
    this.#byXid.delete(xid);
    this.#keptBytes -= prepared?.bytes ?? 0;
    return prepared?.rows ?? null;
  }
}

export function unknownXa(): Error {
  return resync(
    'SOURCE_XA_UNKNOWN',
    'An XA transaction was committed that had been prepared before the stream began.',
    'Run `sluice run --resync`; start a pipeline only while XA RECOVER on the source is empty.',
  );
}

/** The event that ends an XA PREPARE, or an XA COMMIT ONE PHASE. */
export function readXaPrepare(cursor: EventCursor): { readonly isOnePhase: boolean; readonly xid: string } {
  const isOnePhase = cursor.byte() !== 0;
  const format = cursor.uint(4);
  const gtridLength = cursor.uint(4);
  const bqualLength = cursor.uint(4);
  const gtrid = cursor.slice(gtridLength).toString('hex');
  const bqual = cursor.slice(bqualLength).toString('hex');
  return { isOnePhase, xid: `${gtrid},${bqual},${format}` };
}

export interface XaStatement {
  readonly verb: 'START' | 'END' | 'COMMIT' | 'ROLLBACK';
  readonly xid: string;
}

const XA = /^XA (START|END|COMMIT|ROLLBACK) X'([0-9a-f]*)'(?:,X'([0-9a-f]*)')?(?:,(\d+))?/i;

/** The statements of XA as both servers write them into the binlog; null for any other statement. */
export function xaStatement(statement: string): XaStatement | null {
  const match = XA.exec(statement);
  if (!match) return null;
  const [, verb = '', gtrid = '', bqual = '', format = '1'] = match;
  return {
    verb: verb.toUpperCase() as XaStatement['verb'],
    xid: `${gtrid.toLowerCase()},${bqual.toLowerCase()},${format}`,
  };
}
