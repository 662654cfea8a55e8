import { type Bound, type KeyRange, WHOLE } from '../mysql/key-order.ts';

/** What of a table is still to be read, in key order without overlap. Immutable. */
export interface TableState {
  /** Identity of the key order in which the bounds are meant; null before the first chunk. */
  readonly order: string | null;
  /** Ranges not done yet; those in hand are among them. Empty: the table is done. */
  readonly left: readonly KeyRange[];
  readonly rows: number;
  /** A reload: what the target holds goes before the first chunk. */
  readonly isToEmpty: boolean;
}

export const UNREAD: TableState = { order: null, left: [WHOLE], rows: 0, isToEmpty: false };

/** A table that is read anew because the target may hold what the source does not. */
export const RELOAD: TableState = { ...UNREAD, isToEmpty: true };

/** Followed by how many rows were copied, where that is known. */
export const DONE = 'done';

const PREFIX = 'snapshot/';

/** A table's entry says that all of it was read. */
export function isDone(text: string | null | undefined): boolean {
  return text === DONE || (text?.startsWith(`${DONE} `) ?? false);
}

export const COMPLETE_ENTRY = `${PREFIX}complete`;

/** Entry of the log's state map; names are encoded, so that a slash in one is no separator. */
export function stateEntry({ database, table }: { readonly database: string; readonly table: string }): string {
  return `${PREFIX}${encodeURIComponent(database)}/${encodeURIComponent(table)}`;
}

/** Entries that take the place of all that a state map says of the snapshot: every table is emptied and read anew. */
export function reloadEntries(
  known: ReadonlyMap<string, string>,
  tables: readonly { readonly database: string; readonly table: string }[],
): ReadonlyMap<string, string | null> {
  // Of a table that does not take part now the target may hold rows all the same.
  const entries = [...tableEntries(known), ...tables.map(stateEntry)];
  return new Map([[COMPLETE_ENTRY, null], ...entries.map((entry) => [entry, printState(RELOAD)] as const)]);
}

/**
 * Entries for tables that were read and do not take part any more: nobody notes what happens to them from here on, so
 * they are emptied and read anew should they come back (INV-47). Empty when all that is said already.
 */
export function leftOutEntries(
  known: ReadonlyMap<string, string>,
  takesPart: (database: string, table: string) => boolean,
): ReadonlyMap<string, string> {
  const left = tableEntries(known).filter((entry) => !takesPart(...namesOf(entry)));
  const text = printState(RELOAD);
  return new Map(left.filter((entry) => known.get(entry) !== text).map((entry) => [entry, text]));
}

/** Tables of which a state map, or a change of one, says that they are not wholly copied. */
export function loadingTables(
  state: ReadonlyMap<string, string | null>,
): readonly { readonly database: string; readonly table: string }[] {
  return [...state].flatMap(([key, text]) => {
    if (!key.startsWith(PREFIX) || key === COMPLETE_ENTRY || isDone(text)) return [];
    const [database, table] = namesOf(key);
    return [{ database, table }];
  });
}

function tableEntries(known: ReadonlyMap<string, string>): readonly string[] {
  return [...known.keys()].filter((key) => key.startsWith(PREFIX) && key !== COMPLETE_ENTRY);
}

function namesOf(entry: string): [database: string, table: string] {
  const [database = '', table = ''] = entry.slice(PREFIX.length).split('/').map(decodeURIComponent);
  return [database, table];
}

export function printState(state: TableState): string {
  if (state.left.length === 0) return state.rows === 0 ? DONE : `${DONE} ${state.rows}`;
  const left = state.left.map(({ lower, upper }) => [lower, upper]);
  return JSON.stringify({ order: state.order, left, rows: state.rows, empty: state.isToEmpty });
}

/** Throws a RangeError for a text that printState did not make. */
export function parseState(text: string): TableState {
  if (isDone(text)) return { ...UNREAD, left: [], rows: rowsOf(text) };
  const { order, left, rows, empty } = JSON.parse(text) as Record<string, unknown>;
  if ((order !== null && typeof order !== 'string') || !Array.isArray(left) || typeof rows !== 'number')
    throw unreadable();
  return { order, left: left.map(parseRange), rows, isToEmpty: empty === true };
}

function rowsOf(done: string): number {
  const rows = Number(done.slice(DONE.length));
  if (!Number.isSafeInteger(rows) || rows < 0) throw unreadable();
  return rows;
}

/** The first `chunk` of a range is planned: the range becomes two. */
export function withSplit(state: TableState, range: KeyRange, at: Bound): TableState {
  const halves: readonly KeyRange[] = [
    { lower: range.lower, upper: at },
    { lower: at, upper: range.upper },
  ];
  return { ...state, left: state.left.flatMap((other) => (sameRange(other, range) ? halves : [other])) };
}

export function withDone(state: TableState, range: KeyRange, rows: number): TableState {
  const left = state.left.filter((other) => !sameRange(other, range));
  return { ...state, left, rows: state.rows + rows };
}

/** Ranges come from one planner, so equal bounds have equal text: no value is compared here. */
export function sameRange(a: KeyRange, b: KeyRange): boolean {
  return JSON.stringify([a.lower, a.upper]) === JSON.stringify([b.lower, b.upper]);
}

function parseRange(range: unknown): KeyRange {
  if (!Array.isArray(range)) throw unreadable();
  return { lower: parseBound(range[0]), upper: parseBound(range[1]) };
}

function parseBound(bound: unknown): Bound | null {
  if (bound === null) return null;
  if (!Array.isArray(bound) || !bound.every((text) => typeof text === 'string')) throw unreadable();
  return bound;
}

function unreadable(): RangeError {
  return new RangeError('a snapshot state that this version did not write');
}
