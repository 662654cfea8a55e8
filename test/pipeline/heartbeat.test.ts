import { expect, test } from 'vitest';
import { AvroWriter } from '../../src/avro/writer.ts';
import type { Change, RowChange } from '../../src/contract/change.ts';
import { tableVersion } from '../../src/contract/table.ts';
import { HEARTBEAT_STATE, withoutHeartbeats } from '../../src/pipeline/heartbeat.ts';

const OURS = { database: 'sluice', pipeline: 'shop' };
const POSITION = { server: 'mysql', text: '' } as const;
const begin: Change = { tag: 'begin', gtid: null, committedAtUs: 1n, coordinate: null };
const commit: Change = { tag: 'commit', position: POSITION, committedAtUs: 1n };
const other: Change = row('shop', 't', new Uint8Array());

test('a beat of ours leaves the stream as the state of its transaction, behind its commit', async () => {
  const seen = await through([begin, beat('shop', 7n), commit]);
  expect(seen).toEqual([begin, commit, mark('7')]);
});

test('a beat of another pipeline leaves without a trace, and so does DDL of its table', async () => {
  const ddl: Change = {
    tag: 'schema',
    database: 'sluice',
    table: 'heartbeat',
    statement: '',
    before: null,
    after: null,
  };
  expect(await through([begin, beat('other', 7n), commit, begin, ddl, commit])).toEqual([begin, commit, begin, commit]);
});

test('rows of others pass in order, whatever stands between them', async () => {
  const seen = await through([begin, other, beat('shop', 1n), other, beat('shop', 2n), commit, begin, other, commit]);
  expect(seen).toEqual([begin, other, other, commit, mark('2'), begin, other, commit]);
});

test('a transaction that is cut into batches keeps its beat until its commit', async () => {
  expect(await through([begin, beat('shop', 3n)], [other], [commit, begin, commit])).toEqual([
    begin,
    other,
    commit,
    mark('3'),
    begin,
    commit,
  ]);
});

test('a batch without a beat is passed as it is', async () => {
  const batch = [begin, other, commit];
  for await (const seen of withoutHeartbeats(batches(batch), OURS)) expect(seen).toBe(batch);
});

async function through(...given: readonly Change[][]): Promise<Change[]> {
  const seen: Change[] = [];
  for await (const batch of withoutHeartbeats(batches(...given), OURS)) seen.push(...batch);
  return seen;
}

async function* batches(...given: readonly Change[][]): AsyncIterable<readonly Change[]> {
  yield* given;
}

function mark(us: string): Change {
  return { tag: 'mark', state: new Map([[HEARTBEAT_STATE, us]]) };
}

function beat(pipeline: string, us: bigint): RowChange {
  const out = new AvroWriter(64);
  out.string(pipeline);
  out.bigLong(us);
  return row('sluice', 'heartbeat', out.take());
}

function row(database: string, table: string, after: Uint8Array): RowChange {
  const version = tableVersion({
    database,
    table,
    columns: [
      { name: 'pipeline', type: { kind: 'text', charset: 'ascii' }, nullable: false },
      { name: 'beat_us', type: { kind: 'integer', bytes: 8, unsigned: false }, nullable: false },
    ],
    key: [0],
    uniques: [],
    cascades: [],
  });
  return { tag: 'row', op: 'u', table: version, before: null, after, key: null, oldKey: null, cascades: false };
}
