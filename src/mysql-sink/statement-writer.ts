import { ValueError } from '../contract/error.ts';
import type { MysqlConnection, Outcome } from '../mysql/connection.ts';
import type { ChangeSql } from './change-sql.ts';

/** A statement went through and did not do what it should have: nobody may believe the row. */
export class Suspicion extends Error {
  readonly reason: 'row-missing' | 'changed-in-silence';

  constructor(reason: Suspicion['reason'], message: string) {
    super(message);
    this.name = 'Suspicion';
    this.reason = reason;
  }
}

interface Piece {
  readonly kind: ChangeSql['kind'];
  readonly head: string;
  readonly parts: string[];
}

const PIECE_CHARACTERS = 512 * 1024;
const PIECE_STATEMENTS = 1_000;
/** Room for what is not a row in a packet. */
const PACKET_HEAD_BYTES = 1_024;

/**
 * Sends changes in their order, many in one packet; inserts into one table that follow each other are one statement.
 * Everything that was sent is looked at: each change found its row, and the server had nothing to say (INV-146).
 */
export class StatementWriter {
  readonly #connection: MysqlConnection;
  readonly #limitBytes: number;
  #pieces: Piece[] = [];
  #characters = 0;
  #count = 0;

  constructor(connection: MysqlConnection, maxPacketBytes: number) {
    this.#connection = connection;
    this.#limitBytes = maxPacketBytes - PACKET_HEAD_BYTES;
  }

  /** ValueError `too-large` for what no packet can hold. */
  async add(change: ChangeSql): Promise<void> {
    this.#refuseLarge(change);
    const last = this.#pieces.at(-1);
    if (last && change.kind === 'insert' && last.head === change.head) last.parts.push(change.sql);
    else this.#pieces.push({ kind: change.kind, head: change.head, parts: [change.sql] });
    this.#characters += change.sql.length;
    this.#count++;
    const limit = Math.min(PIECE_CHARACTERS, this.#limitBytes / 4);
    if (this.#characters > limit || this.#count >= PIECE_STATEMENTS) await this.flush();
  }

  /** One change by itself. */
  async only(change: ChangeSql): Promise<void> {
    this.#refuseLarge(change);
    const [outcome] = await this.#connection.outcomes(change.head + change.sql);
    assertDone({ kind: change.kind, head: '', parts: [''] }, outcome);
  }

  async flush(): Promise<void> {
    if (this.#pieces.length === 0) return;
    const pieces = this.#pieces;
    this.forget();
    const outcomes = await this.#connection.outcomes(
      pieces.map(({ head, parts }) => head + parts.join(',\n')).join(';\n'),
    );
    for (const [i, piece] of pieces.entries()) assertDone(piece, outcomes[i]);
  }

  /** After a rollback. */
  forget(): void {
    this.#pieces = [];
    this.#characters = 0;
    this.#count = 0;
  }

  #refuseLarge({ head, sql }: ChangeSql): void {
    const isFar = (head.length + sql.length) * 3 < this.#limitBytes;
    if (isFar || Buffer.byteLength(head) + Buffer.byteLength(sql) < this.#limitBytes) return;
    throw new ValueError('too-large', `the row is larger than max_allowed_packet of the source`);
  }
}

function assertDone({ kind, parts }: Piece, outcome: Outcome | undefined): void {
  const { rows = 0, warnings = 0 } = outcome ?? {};
  if (warnings > 0) throw new Suspicion('changed-in-silence', 'the source would change the value (a warning)');
  const expected = kind === 'insert' ? parts.length : 1;
  if (rows !== expected) throw new Suspicion('row-missing', `the source has ${rows} rows where ${expected} should be`);
}
