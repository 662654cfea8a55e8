import type { Change, RowChange, SchemaChange } from '../contract/change.ts';
import type { TableVersion } from '../contract/table.ts';
import type { TableName } from '../mysql/identifier.ts';
import { TableEntry } from './table-entry.ts';
import { DONE, parseState, printState, RELOAD, stateEntry, type TableState, UNREAD } from './table-state.ts';

export interface SnapshotTarget extends TableName {
  /** 0 is read first; tables that appear while the pipeline runs come last. */
  readonly rank: number;
}

/** After every other table. */
const LATE_RANK = 1_000_000;

/**
 * Every table of the pipeline, told of every change in the order in which changes go out. Knows no clock and no server:
 * what it decides follows from the changes alone.
 */
export class TableBook {
  readonly #entries = new Map<string, TableEntry>();
  readonly #byVersion = new WeakMap<TableVersion, TableEntry>();
  readonly #created = new Set<string>();
  /** Tables that a RENAME in hand took from their names, and whether they were read whole. */
  readonly #renamed = new Map<string, boolean>();
  #marks = new Map<string, string | null>();
  #arrived: TableEntry[] = [];
  #isXa = false;

  constructor(targets: readonly SnapshotTarget[], state: ReadonlyMap<string, string>) {
    for (const target of targets) {
      const text = state.get(stateEntry(target));
      this.#add(target, target.rank, text === undefined ? UNREAD : parseState(text));
    }
  }

  get entries(): Iterable<TableEntry> {
    return this.#entries.values();
  }

  get isComplete(): boolean {
    return [...this.#entries.values()].every((entry) => entry.isDone);
  }

  get(name: TableName): TableEntry | undefined {
    return this.#entries.get(nameKey(name));
  }

  /** A table to read anew: what the target holds of it goes first. */
  add(target: SnapshotTarget): TableEntry {
    const entry = this.get(target) ?? this.#add(target, target.rank, UNREAD);
    entry.restart(RELOAD);
    this.#marks.set(stateEntry(entry), printState(entry.state));
    return entry;
  }

  /** Takes in a change that is about to go out. False: it must not, the table's snapshot will hold it (INV-45). */
  see(change: Change): boolean {
    switch (change.tag) {
      case 'begin':
        this.#isXa = change.isXa ?? false;
        return true;
      case 'row':
        return this.#seeRow(change);
      case 'truncate':
        this.#entryOf(change.table).makeVoid();
        return true;
      case 'schema':
        if (change.was || change.to) this.#seeRename(change);
        else this.#seeSchema(change);
        return true;
      case 'commit':
        this.#isXa = false;
        this.#renamed.clear();
        return true;
      case 'mark':
      case 'idle':
        return true;
    }
  }

  get hasNews(): boolean {
    return this.#marks.size > 0 || this.#arrived.length > 0;
  }

  /** State entries that follow from the changes seen since last asked: for a Mark at the next transaction end. */
  takeMarks(): ReadonlyMap<string, string | null> {
    const marks = this.#marks;
    if (marks.size > 0) this.#marks = new Map();
    return marks;
  }

  /** Tables met in the stream that nobody named and whose rows of before must be read. */
  takeArrived(): readonly TableEntry[] {
    const arrived = this.#arrived;
    if (arrived.length > 0) this.#arrived = [];
    return arrived;
  }

  #seeRow(change: RowChange): boolean {
    const entry = this.#entryOf(change.table);
    if (change.cascades && actsOnChildren(change)) this.#voidChildren(change.table, new Set());
    if (entry.isDone) {
      // Only where single rows are read anew.
      entry.note(change, false);
      return true;
    }
    entry.note(change, this.#isXa);
    return change.key !== null;
  }

  /**
   * A key's action changed rows of the children without a word in the binlog: what their windows read may be older. One
   * too many only costs another read.
   */
  #voidChildren(parent: TableVersion, seen: Set<TableEntry>): void {
    for (const { childDatabase, childTable } of parent.cascades) {
      const child = this.get({ database: childDatabase, table: childTable });
      if (!child || seen.has(child)) continue;
      seen.add(child);
      child.makeVoid();
      const version = child.loaded(child.generation)?.version;
      if (version) this.#voidChildren(version, seen);
    }
  }

  /**
   * Only a plain CREATE makes a table of which the stream tells everything; a name that a RENAME gives has rows already.
   * For a table that was listed, the snapshot goes on as well: reading too much would be harmless, too little would not.
   */
  #seeSchema(change: SchemaChange): void {
    const known = this.get(change);
    const key = nameKey(change);
    if (change.after === null) {
      known?.drop();
      this.#entries.delete(key);
      this.#created.delete(key);
      if (known) this.#marks.set(stateEntry(change), null);
    } else if (known) known.changeSchema();
    else if (isCreation(change.statement)) {
      this.#created.add(key);
      this.#arrive(change);
    }
  }

  /**
   * What was read of a table is read whatever it is called; one that was not whole is read anew under its new name, and
   * so is one of which nothing was known. Entries of one statement's other names wait in #renamed for their turn.
   */
  #seeRename(change: SchemaChange): void {
    const { was, to } = change;
    const known = this.get(change);
    if (known && to) this.#renamed.set(nameKey(change), known.isDone);
    if (known) this.#remove(known);
    this.#created.delete(nameKey(change));
    if (!was) return;
    const old = nameKey(was);
    const isWhole = this.#renamed.get(old) ?? this.#entries.get(old)?.isDone ?? this.#created.has(old);
    this.#renamed.delete(old);
    const entry = this.#add(change, LATE_RANK, isWhole ? { ...UNREAD, left: [] } : RELOAD);
    this.#marks.set(stateEntry(change), printState(entry.state));
    if (!isWhole) this.#arrived.push(entry);
  }

  #remove(entry: TableEntry): void {
    entry.drop();
    this.#entries.delete(nameKey(entry));
    this.#marks.set(stateEntry(entry), null);
  }

  #entryOf(version: TableVersion): TableEntry {
    const cached = this.#byVersion.get(version);
    if (cached && !cached.isGone) return cached;
    const entry = this.get(version) ?? this.#arrive(version);
    this.#byVersion.set(version, entry);
    return entry;
  }

  #arrive(name: TableName): TableEntry {
    const isWhole = this.#created.has(nameKey(name));
    const entry = this.#add(name, LATE_RANK, isWhole ? { ...UNREAD, left: [] } : UNREAD);
    if (isWhole) this.#marks.set(stateEntry(name), DONE);
    else this.#arrived.push(entry);
    return entry;
  }

  #add(name: TableName, rank: number, state: TableState): TableEntry {
    const entry = new TableEntry(name, rank, state);
    this.#entries.set(nameKey(name), entry);
    return entry;
  }
}

function nameKey({ database, table }: TableName): string {
  return `${database}\0${table}`;
}

/** RESTRICT never comes this far; an update acts only where it moves a referenced column. */
function actsOnChildren(change: RowChange): boolean {
  if (change.op === 'd') return change.table.cascades.some((cascade) => cascade.onDelete !== null);
  if (change.op !== 'u') return false;
  const keyNames = change.table.key.map((index) => change.table.columns[index]?.name);
  return change.table.cascades.some(
    ({ onUpdate, parentColumns }) =>
      onUpdate !== null && (change.oldKey !== null || !parentColumns.every((name) => keyNames.includes(name))),
  );
}

/** Past comments; anything unclear counts as no creation, which costs a snapshot and loses nothing. */
function isCreation(statement: string): boolean {
  return /^(\s|\/\*(?!!)[\s\S]*?\*\/)*CREATE\b/i.test(statement);
}
