import { randomUUID } from 'node:crypto';
import type { RowChange } from '../contract/change.ts';
import type { Position } from '../contract/position.ts';
import type { TableName } from '../mysql/identifier.ts';
import type { ReadableTable } from '../mysql/readable-table.ts';
import { type TableState, UNREAD } from './table-state.ts';
import { keyText, Window } from './window.ts';

/** A table of the pipeline while the snapshot runs: what is left of it, and its open windows. */
export class TableEntry implements TableName {
  readonly database: string;
  readonly table: string;
  /** 0 is read first. */
  readonly rank: number;
  #state: TableState;
  #round = 0;
  #generation = 0;
  #loaded: { readonly generation: number; readonly table: ReadableTable } | null = null;
  #isGone = false;
  readonly #id = randomUUID();
  #voids = 0;
  readonly #windows = new Set<Window>();
  readonly #xaKeys = new Set<string>();

  constructor(name: TableName, rank: number, state: TableState) {
    this.database = name.database;
    this.table = name.table;
    this.rank = rank;
    this.#state = state;
  }

  get state(): TableState {
    return this.#state;
  }

  set state(state: TableState) {
    this.#state = state;
    if (this.isDone) this.#xaKeys.clear();
  }

  get isDone(): boolean {
    return this.#state.left.length === 0;
  }

  /** Dropped at the source. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Grows when the table is begun anew: what an older round read is void. */
  get round(): number {
    return this.#round;
  }

  /** Grows with every DDL on the table: what was loaded before may not be what the table is. */
  get generation(): number {
    return this.#generation;
  }

  loaded(generation: number): ReadableTable | null {
    return this.#loaded?.generation === generation ? this.#loaded.table : null;
  }

  setLoaded(generation: number, table: ReadableTable): void {
    this.#loaded = { generation, table };
  }

  /** From the first row on; a table that was still to be emptied at the target still is. */
  restart(state: TableState = { ...UNREAD, isToEmpty: this.#state.isToEmpty }): void {
    this.#round++;
    this.#state = state;
    this.makeVoid();
  }

  changeSchema(): void {
    this.#generation++;
    this.makeVoid();
  }

  drop(): void {
    this.#isGone = true;
    this.#round++;
    this.state = { ...this.#state, left: [] };
    this.makeVoid();
  }

  /** Keys of XA transactions are noted, whose rows may not be visible yet. */
  get hasXaKeys(): boolean {
    return this.#xaKeys.size > 0;
  }

  /** The target's table was emptied: what was emitted before is to be read again. */
  setEmptied(): void {
    this.#state = { ...this.#state, isToEmpty: false };
    this.#xaKeys.clear();
    this.makeVoid();
  }

  openWindow(low: Position): Window {
    const { round, generation } = this;
    const window = new Window({ low, round, generation, alwaysNoted: this.#xaKeys });
    this.#windows.add(window);
    return window;
  }

  closeWindow(window: Window): void {
    this.#windows.delete(window);
  }

  /** Another one after everything that changes rows of the table without a change of each: TRUNCATE, DDL, a reload. */
  get era(): string {
    return `${this.#id}.${this.#voids}`;
  }

  makeVoid(): void {
    this.#voids++;
    for (const window of this.#windows) window.makeVoid();
  }

  /** A change of the table goes out: no chunk whose window is open may overwrite it (INV-43). */
  note(change: RowChange, isXa: boolean): void {
    if (this.#windows.size === 0 && !isXa) return;
    for (const key of [change.key, change.oldKey]) {
      if (key === null) continue;
      const text = keyText(key);
      for (const window of this.#windows) window.note(text);
      if (isXa) this.#xaKeys.add(text);
    }
  }
}
