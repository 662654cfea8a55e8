import { expect, test } from 'vitest';
import type { Change, RowChange } from '../../src/contract/change.ts';
import { SluiceError } from '../../src/contract/error.ts';
import { tableVersion } from '../../src/contract/table.ts';
import type { ViewSource } from '../../src/mysql/read-view.ts';
import { interleave } from '../../src/snapshot/interleave.ts';
import { COMPLETE_ENTRY, DONE, parseState, stateEntry } from '../../src/snapshot/table-state.ts';

const POSITION = { server: 'mysql', text: JSON.stringify({}) } as const;
const KEYLESS = tableVersion({
  database: 'd',
  table: 'bag',
  columns: [{ name: 'n', type: { kind: 'blob' }, nullable: false }],
  key: [],
  uniques: [],
  cascades: [],
});
const ENTRY = stateEntry(KEYLESS);
const TARGET = { database: 'd', table: 'bag', rank: 0 };

const begin: Change = { tag: 'begin', gtid: null, committedAtUs: 1n, coordinate: null };
const commit: Change = { tag: 'commit', position: POSITION, committedAtUs: 1n };

function row(text: string): RowChange {
  const after = Buffer.from(text);
  return { tag: 'row', op: 'c', table: KEYLESS, before: null, after, key: null, oldKey: null, cascades: false };
}

/** Nothing can be read: what is seen is the stream alone. */
const away: ViewSource = {
  open: async () => never(),
  openLocked: async () => never(),
  close: async () => {},
};

function never(): never {
  throw new SluiceError({ code: 'SOURCE_LOCK_CONFLICT', message: 'locked', remedy: '', disposition: 'retry' });
}

test('a table added inside a transaction begins anew behind it, with what was given in the same Mark (INV-45)', async () => {
  async function* transactions(): AsyncIterable<readonly Change[]> {
    yield [begin, row('a')];
    stream.add([TARGET], new Map([['reload/asked', '7']]));
    yield [row('b'), commit];
    yield [begin, row('c'), commit];
  }
  const stream = interleave({
    stream: transactions(),
    start: POSITION,
    views: away,
    tables: [TARGET],
    state: new Map([
      [ENTRY, DONE],
      [COMPLETE_ENTRY, DONE],
    ]),
  });
  const seen: string[] = [];
  let state: ReadonlyMap<string, string | null> = new Map();
  for await (const batch of stream) {
    for (const change of batch) {
      if (change.tag === 'row') seen.push(Buffer.from(change.after ?? '').toString());
      if (change.tag === 'commit') seen.push('commit');
      if (change.tag !== 'mark') continue;
      seen.push('mark');
      state = change.state;
    }
  }
  // Rows of before the Mark go out: a crash behind that commit would find the table done. Later ones are read.
  expect(seen).toEqual(['a', 'b', 'commit', 'mark', 'commit']);
  expect(state.get('reload/asked')).toBe('7');
  expect(state.get(COMPLETE_ENTRY)).toBe(null);
  expect(parseState(state.get(ENTRY) ?? '')).toMatchObject({ isToEmpty: true, rows: 0 });
});
