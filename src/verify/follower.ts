import type { Change, RowChange, TableName } from '../contract/change.ts';
import type { LogOffset } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { BinlogCoordinate, Position } from '../contract/position.ts';
import type { TableVersion } from '../contract/table.ts';
import { hasReached } from '../position/position.ts';
import { TableChanges, type Window } from './table-changes.ts';

/** Where the target stands. */
export interface AppliedPoint {
  readonly logId: string;
  readonly epoch: number;
  /** Offset in the log at which the next epoch stands. */
  readonly next: LogOffset;
  readonly position: Position;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Follows the sink of this process: which keys of the followed tables change, from before each commit on, and how far
 * the target has come. What is told here is told in the words of the sink's observer.
 */
export class Follower {
  readonly #tables = new Map<string, TableChanges>();
  readonly #names = new Map<TableChanges, TableName>();
  #byVersion = new WeakMap<TableVersion, TableChanges | null>();
  #transaction = 0;
  #isInside = false;
  #entered = 0;
  #point: AppliedPoint | null = null;
  #waiters: Waiter[] = [];
  #onFull: () => void = () => {};

  /** Called, often, while a table keeps more keys than should be in memory. */
  onFull(act: () => void): void {
    this.#onFull = act;
  }

  begun(): void {
    this.#transaction += 1;
    this.#isInside = true;
  }

  entered(epoch: number): void {
    this.#entered = Math.max(this.#entered, epoch);
  }

  met(changes: readonly Change[]): void {
    if (this.#tables.size === 0) return;
    for (const change of changes) {
      if (change.tag === 'row') this.#of(change.table)?.note(change, this.#transaction);
      else if (change.tag === 'truncate') this.#named(change.table)?.makeVoid('the table was emptied');
      else if (change.tag === 'schema') {
        for (const name of [change, change.was, change.to].filter((one) => one !== undefined))
          this.#named(name)?.makeVoid('DDL changed the table');
      }
    }
  }

  /** Changes that were applied by an earlier process, before the sink begins here. */
  recalled(changes: readonly Change[]): void {
    this.met(changes);
    if (changes.some((change) => change.tag === 'row' && mayCascade(change)))
      this.loseAll('a cascade changed rows whose keys are not known, shortly before a restart');
  }

  wants(table: TableName): boolean {
    return this.#named(table) !== undefined;
  }

  touched(table: TableName, keys: readonly (readonly string[])[] | null): void {
    const changes = this.#named(table);
    if (keys === null) changes?.makeVoid('rows changed whose keys are not known');
    else for (const key of keys) changes?.notePrinted(key, this.#transaction);
  }

  unfollowed(): void {
    this.loseAll('rows without a parent were looked for');
  }

  /** Nothing that was compared before holds any more. */
  loseAll(reason: string): void {
    for (const changes of this.#tables.values()) changes.makeVoid(reason);
  }

  /** The sink stands here: at its start, and after each of its transactions, before any other begins. */
  stands(point: AppliedPoint | null): void {
    this.#isInside = false;
    this.#point = point;
    this.#entered = Math.max(this.#entered, point?.epoch ?? 0);
    this.#wake();
  }

  get point(): AppliedPoint | null {
    return this.#point;
  }

  /** Whether all that is on the target at this point was told here; else another process has applied it. */
  knows({ epoch }: AppliedPoint): boolean {
    return epoch <= this.#entered;
  }

  /** Follows a table from now on; resolves once no transaction is under way that was not followed from its beginning. */
  async follow(table: TableName, signal: AbortSignal): Promise<TableChanges> {
    const known = this.#named(table);
    if (known !== undefined) return known;
    const changes = new TableChanges(() => this.#onFull());
    this.#tables.set(nameKey(table), changes);
    this.#names.set(changes, { database: table.database, table: table.table });
    this.#byVersion = new WeakMap();
    const { isInside, transaction } = { isInside: this.#isInside, transaction: this.#transaction };
    if (isInside) await this.#until(() => !this.#isInside || this.#transaction !== transaction, signal);
    return changes;
  }

  /** Every table that is followed. */
  get followed(): readonly (readonly [TableName, TableChanges])[] {
    return [...this.#names].map(([changes, name]) => [name, changes]);
  }

  /** Of a table that is followed. */
  changesOf(table: TableName): TableChanges | undefined {
    return this.#named(table);
  }

  /** A window of a table that `follow` gave, and where the target stands at its beginning. */
  open(changes: TableChanges): { readonly window: Window; readonly low: AppliedPoint } {
    const low = this.#point;
    if (low === null) throw notYet();
    return { window: changes.open(this.#isInside ? this.#transaction : null), low };
  }

  /** Resolves when the target is at or past a coordinate of the source; POSITION_OF_ANOTHER_SERVER after a failover. */
  async untilReached(high: BinlogCoordinate, signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#point !== null && hasReached(this.#point.position, high), signal);
  }

  /** Resolves when the target has this epoch. */
  async untilEpoch(epoch: number, signal: AbortSignal): Promise<void> {
    await this.#until(() => (this.#point?.epoch ?? 0) >= epoch, signal);
  }

  async #until(isDone: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (isDone()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { isDone, resolve, reject };
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiters.push(waiter);
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiters = this.#waiters.filter((one) => one !== waiter);
    }
  }

  #wake(): void {
    for (const { isDone, resolve, reject } of this.#waiters) {
      try {
        if (isDone()) resolve();
      } catch (error) {
        reject(error);
      }
    }
  }

  #of(version: TableVersion): TableChanges | null {
    const known = this.#byVersion.get(version);
    if (known !== undefined) return known;
    const found = this.#named(version) ?? null;
    this.#byVersion.set(version, found);
    return found;
  }

  #named(table: TableName): TableChanges | undefined {
    return this.#tables.get(nameKey(table));
  }
}

/** The source did to other rows, without logging it, what a foreign key says (protocols 4); in doubt it did. */
function mayCascade({ op, cascades: isUnlogged, oldKey, table }: RowChange): boolean {
  if (!isUnlogged || table.cascades.length === 0) return false;
  if (op === 'd') return table.cascades.some(({ onDelete }) => onDelete !== null);
  const key = new Set(table.key.map((index) => table.columns[index]?.name ?? ''));
  const isMoved = (columns: readonly string[]) => oldKey !== null || columns.some((column) => !key.has(column));
  return op === 'u' && table.cascades.some((one) => one.onUpdate !== null && isMoved(one.parentColumns));
}

function nameKey({ database, table }: TableName): string {
  return `${database}\0${table}`;
}

function notYet(): SluiceError {
  return new SluiceError({
    code: 'VERIFY_NOT_YET',
    message: 'the target does not stand at a position of the source yet',
    remedy: 'sluice status says what the pipeline waits for. Ask again when it streams.',
    disposition: 'retry',
  });
}
