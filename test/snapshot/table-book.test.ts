import { expect, test } from 'vitest';
import type { Change, RowChange } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import { type Cascade, type TableVersion, tableVersion } from '../../src/contract/table.ts';
import type { RowPage } from '../../src/mysql/raw-rows.ts';
import { TableBook } from '../../src/snapshot/table-book.ts';
import type { TableEntry } from '../../src/snapshot/table-entry.ts';
import {
  parseState,
  printState,
  type TableState,
  UNREAD,
  withDone,
  withSplit,
} from '../../src/snapshot/table-state.ts';
import type { Window } from '../../src/snapshot/window.ts';

const LOW: Position = { server: 'mysql', text: 'low' };

const version = (table: string, key: readonly number[] = [0], cascades: readonly Cascade[] = []): TableVersion =>
  tableVersion({
    database: 'd',
    table,
    columns: [{ name: 'id', type: { kind: 'text', charset: 'utf8mb4' }, nullable: false }],
    key,
    uniques: [],
    cascades,
  });

const T = version('t');

const row = (
  table: TableVersion,
  op: RowChange['op'],
  key: string | null,
  oldKey: string | null = null,
): RowChange => ({
  tag: 'row',
  op,
  table,
  before: op === 'd' ? Buffer.from(key ?? '') : null,
  after: op === 'd' ? null : Buffer.from(key ?? ''),
  key: key === null ? null : Buffer.from(key),
  oldKey: oldKey === null ? null : Buffer.from(oldKey),
  cascades: table.cascades.length > 0,
});

const schema = (table: string, statement: string, after: TableVersion | null): Change => ({
  tag: 'schema',
  database: 'd',
  table,
  statement,
  before: null,
  after,
});

const bookOf = (...tables: readonly string[]) =>
  new TableBook(
    tables.map((table, rank) => ({ database: 'd', table, rank })),
    new Map(),
  );

const entryOf = (book: TableBook, table: string): TableEntry =>
  book.get({ database: 'd', table }) ?? expect.unreachable();

/** A chunk whose rows have keys of one letter each. */
const keysLeft = (window: Window, keys: string): string => {
  const bytes = Buffer.from(keys);
  const bounds = [...keys].flatMap((_, i) => [i, i + 1, i, i + 1]);
  const page: RowPage = { bytes, rows: keys.length, bounds };
  const high = { serverId: 's', file: 'f.1', offset: 1 };
  const arrays = window.changes({ version: T, pages: [page], rows: keys.length, high }, 2);
  return [...arrays]
    .flat()
    .map((change) => Buffer.from(change.key ?? '').toString())
    .join('');
};

test('INV-43: keys that go out while a window is open, old and new ones, are left out of its chunk', () => {
  const book = bookOf('t');
  book.see(row(T, 'c', 'a'));
  const window = entryOf(book, 't').openWindow(LOW);
  book.see(row(T, 'u', 'c', 'b'));
  book.see(row(T, 'd', 'e'));
  expect(keysLeft(window, 'abcdef')).toBe('adf');
});

test('each window notes from its own opening on, and no longer than it is open', () => {
  const book = bookOf('t');
  const entry = entryOf(book, 't');
  const [first, second] = [entry.openWindow(LOW), entry.openWindow(LOW)];
  book.see(row(T, 'c', 'a'));
  entry.closeWindow(first);
  book.see(row(T, 'c', 'b'));
  expect(keysLeft(first, 'abc')).toBe('bc');
  expect(keysLeft(second, 'abc')).toBe('c');
  expect(keysLeft(entry.openWindow(LOW), 'abc')).toBe('abc');
});

test('keys of an XA transaction stay noted for every later window of the table', () => {
  const book = bookOf('t');
  book.see({ tag: 'begin', gtid: null, committedAtUs: 0n, coordinate: null, isXa: true });
  book.see(row(T, 'u', 'a'));
  book.see({ tag: 'commit', position: LOW, committedAtUs: 0n });
  book.see(row(T, 'u', 'b'));
  expect(keysLeft(entryOf(book, 't').openWindow(LOW), 'abc')).toBe('bc');
});

test('INV-43: TRUNCATE and DDL void the open windows of their table, and of no other', () => {
  const book = bookOf('t', 'other');
  const [window, other] = [entryOf(book, 't').openWindow(LOW), entryOf(book, 'other').openWindow(LOW)];
  book.see({ tag: 'truncate', table: T });
  expect([window.isVoid, other.isVoid]).toEqual([true, false]);
  const later = entryOf(book, 't').openWindow(LOW);
  book.see(schema('t', 'ALTER TABLE t ADD x INT', T));
  expect([later.isVoid, other.isVoid]).toEqual([true, false]);
});

test('INV-43: a cascade that the source did not log voids the windows of the child', () => {
  const cascade: Cascade = {
    childDatabase: 'd',
    childTable: 'child',
    childColumns: ['p'],
    parentColumns: ['id'],
    onDelete: 'cascade',
    onUpdate: null,
  };
  const parent = version('parent', [0], [cascade]);
  const book = bookOf('parent', 'child');
  const window = entryOf(book, 'child').openWindow(LOW);
  book.see(row(parent, 'c', 'a'));
  book.see(row(parent, 'u', 'b', 'a'));
  expect(window.isVoid).toBe(false);
  book.see(row(parent, 'd', 'b'));
  expect(window.isVoid).toBe(true);
});

test('a window that notes more keys than it may hold gives up instead', () => {
  const book = bookOf('t');
  const window = entryOf(book, 't').openWindow(LOW);
  for (let i = 0; i <= 100_000; i++) book.see(row(T, 'c', String(i)));
  expect(window.isVoid).toBe(true);
});

test('INV-45: changes of a table without a key do not go out before its snapshot, and do after', () => {
  const keyless = version('k', []);
  const book = bookOf('k');
  expect(book.see(row(keyless, 'c', null))).toBe(false);
  const entry = entryOf(book, 'k');
  entry.state = { ...entry.state, left: [] };
  expect(book.see(row(keyless, 'c', null))).toBe(true);
});

test('a table made while the stream runs is complete at once; one that was met without its CREATE is read', () => {
  const book = bookOf();
  book.see(schema('made', 'create table made (id int)', version('made')));
  book.see(row(version('met'), 'c', 'a'));
  book.see(schema('renamed', 'RENAME TABLE old TO renamed', version('renamed')));
  book.see(row(version('renamed'), 'c', 'a'));
  expect(book.takeMarks()).toEqual(new Map([['snapshot/d/made', 'done']]));
  expect(book.takeArrived().map((entry) => entry.table)).toEqual(['met', 'renamed']);
  expect(book.hasNews).toBe(false);
});

test('a listed table goes on being read whatever CREATE the stream tells of it', () => {
  const book = bookOf('t');
  book.see(schema('t', 'CREATE TABLE IF NOT EXISTS t (id int)', T));
  expect(entryOf(book, 't').isDone).toBe(false);
});

test('a dropped table is forgotten, its state too, and its successor is a new one', () => {
  const book = bookOf('t');
  const entry = entryOf(book, 't');
  const window = entry.openWindow(LOW);
  book.see(row(T, 'c', 'a'));
  book.see(schema('t', 'DROP TABLE t', null));
  expect([entry.isGone, window.isVoid]).toEqual([true, true]);
  expect(book.takeMarks()).toEqual(new Map([['snapshot/d/t', null]]));
  book.see(schema('t', 'CREATE TABLE t (id int)', T));
  book.see(row(T, 'c', 'a'));
  expect(entryOf(book, 't').isDone).toBe(true);
});

test('what the log kept of a table is what is left of it', () => {
  let state: TableState = { ...UNREAD, order: 'o' };
  state = withSplit(state, { lower: null, upper: null }, ['5']);
  state = withSplit(state, { lower: ['5'], upper: null }, ['9']);
  state = withDone(state, { lower: ['5'], upper: ['9'] }, 40);
  const target = { database: 'd', table: 'a/b', rank: 0 };
  const book = new TableBook([target], new Map([['snapshot/d/a%2Fb', printState(state)]]));
  expect(entryOf(book, 'a/b').state).toEqual(state);
  expect(state.left).toEqual([
    { lower: null, upper: ['5'] },
    { lower: ['9'], upper: null },
  ]);
  state = withDone(withDone(state, { lower: null, upper: ['5'] }, 1), { lower: ['9'], upper: null }, 1);
  expect([printState(state), parseState(printState(state)).rows]).toEqual(['done 42', 42]);
});

test('a table that is to be emptied first still is when its reading begins again, whatever made it begin again', () => {
  const book = bookOf('t');
  const entry = book.add({ database: 'd', table: 't', rank: 0 });
  expect(book.takeMarks()).toEqual(new Map([['snapshot/d/t', printState(entry.state)]]));
  entry.restart();
  expect(entry.state.isToEmpty).toBe(true);
  entry.setEmptied();
  entry.restart();
  expect(entry.state.isToEmpty).toBe(false);
});

test('what was read whole stays read under the name that a RENAME gives it, all else is read anew', () => {
  const done = ['a', 'b'].map((table) => [`snapshot/d/${table}`, 'done'] as const);
  const names = ['a', 'b', 'c'];
  const targets = names.map((table, rank) => ({ database: 'd', table, rank }));
  const book = new TableBook(targets, new Map(done));
  const at = (table: string) => ({ database: 'd', table });
  const rename = (table: string, was: string | null, to: string | null) =>
    book.see({
      ...(schema(table, 'RENAME TABLE', was === null ? null : version(table)) as Extract<Change, { tag: 'schema' }>),
      ...(was === null ? {} : { was: at(was) }),
      ...(to === null ? {} : { to: at(to) }),
    });
  rename('a', 'b', 'b');
  rename('b', 'a', 'a');
  rename('d', 'c', null);
  rename('c', null, 'd');
  rename('e', 'unknown', null);
  expect(['a', 'b', 'd', 'e'].map((table) => entryOf(book, table).isDone)).toEqual([true, true, false, false]);
  expect(book.get(at('c'))).toBeUndefined();
  expect(book.takeArrived().map(({ table, state }) => [table, state.isToEmpty])).toEqual([
    ['d', true],
    ['e', true],
  ]);
  expect([...book.takeMarks()].map(([entry, state]) => [entry.slice(-1), state === 'done'])).toEqual([
    ['a', true],
    ['b', true],
    ['d', false],
    ['c', false],
    ['e', false],
  ]);
});

test('what changes a table as a whole ends its era, rows do not (INV-191)', () => {
  const book = bookOf('t');
  const entry = entryOf(book, 't');
  const eras = [entry.era];
  book.see(row(T, 'c', 'a'));
  book.see({ tag: 'commit', position: LOW, committedAtUs: 1n });
  expect(entry.era).toBe(eras[0]);
  book.see({ tag: 'truncate', table: T });
  eras.push(entry.era);
  book.see(schema('t', 'ALTER TABLE', T));
  eras.push(entry.era);
  book.add({ database: 'd', table: 't', rank: 0 });
  eras.push(entry.era, entryOf(bookOf('t'), 't').era);
  expect(new Set(eras).size).toBe(5);
});
