import { expect, test } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { create, EpochSeries, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?']);
const OTHER = table('other', ['id int']);
const DDL = ['CREATE TABLE item (id integer PRIMARY KEY, name text)', 'CREATE TABLE other (id integer PRIMARY KEY)'];

async function loaded() {
  const target = await Target.open(...DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a']), create(ITEM, [2, 'b'])])), NEVER);
  return { target, sink, log };
}

test('rows deleted or made behind our back are put right by the next change of their key', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query("DELETE FROM item WHERE id = 1; INSERT INTO item VALUES (3, 'not ours')");
  const changes = [update(ITEM, [1, 'a'], [1, 'A']), create(ITEM, [3, 'c']), remove(ITEM, [2, 'b'])];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('item')).toEqual(['1|A', '3|c']);
});

test.each([
  ['a column dropped', 'ALTER TABLE item DROP name', 'TARGET_TABLE_UNFIT'],
  ['the key dropped', 'ALTER TABLE item DROP CONSTRAINT item_pkey', 'TARGET_TABLE_UNFIT'],
])(
  '%s on the target stops with a code at the next row, and keeps its place for when it is back',
  async (_, sql, code) => {
    const { target, sink, log } = await loaded();
    await using __ = target;
    await target.session.query(sql);
    const epoch = log.next([create(ITEM, [3, 'c'])]);
    await expect(sink.apply(stream(epoch), NEVER)).rejects.toMatchObject({ disposition: 'stop' });
    const again = target.sink();
    expect(await again.start()).toMatchObject({ epoch: 1 });
    await expect(again.apply(stream(epoch), NEVER)).rejects.toMatchObject({ code, disposition: 'stop' });
    await target.session.query("DROP TABLE IF EXISTS item; CREATE TABLE item AS SELECT 1 AS id, 'a' AS name");
    await target.session.query('ALTER TABLE item ADD PRIMARY KEY (id)');
    const last = target.sink();
    await last.start();
    await last.apply(stream(epoch), NEVER);
    expect(await target.rows('item')).toEqual(['1|a', '3|c']);
  },
);

test('a table dropped on the target waits for its reload: it is not taken for a new one, the others go on', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query('DROP TABLE item');
  const epoch = log.next([create(ITEM, [3, 'c']), create(OTHER, [1])]);
  await expect(sink.apply(stream(epoch), NEVER)).rejects.toMatchObject({ disposition: 'stop' });
  await sink.start();
  await sink.apply(stream(epoch), NEVER);
  expect(sink.pausedTables).toMatchObject([{ table: 'item', advice: expect.stringContaining('sluice tables reload') }]);
  expect(await target.rows('other')).toEqual(['1']);
});

test('a unique index that somebody added sets aside what it refuses, with the reason, and nothing else', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query('CREATE UNIQUE INDEX ON item (name)');
  await sink.apply(stream(log.next([create(ITEM, [3, 'a']), create(ITEM, [4, 'd']), create(OTHER, [1])])), NEVER);
  expect(await target.rows('item')).toEqual(['1|a', '2|b', '4|d']);
  expect(await sink.quarantine.list()).toMatchObject([{ key: '{"id":3}', reason: 'sqlstate-23505' }]);
});

test('a checkpoint that was deleted is missed at once and at the next start; nothing is done twice', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query('DELETE FROM sluice.checkpoint');
  const epoch = log.next([create(ITEM, [3, 'c'])]);
  await expect(sink.apply(stream(epoch), NEVER)).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT_MOVED' });
  await expect(target.sink().start()).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT_LOST', disposition: 'resync' });
  expect(await target.rows('item')).toEqual(['1|a', '2|b']);
});

test('a schema sluice that was dropped whole while the link was broken is missed by the sink that saw it', async () => {
  const { target, sink } = await loaded();
  await using _ = target;
  await sink.close();
  await target.session.query('DROP SCHEMA sluice CASCADE');
  for (let time = 0; time < 2; time++)
    await expect(sink.start()).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT_LOST', disposition: 'resync' });
  expect(await target.rows('item')).toEqual(['1|a', '2|b']);
});

test('a table that a sink leaves out though the log has it waits for its reload when it takes part again (INV-48)', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await sink.close();
  const targetOf = (_: string, name: string) => (name === 'item' ? null : { schema: 'public', table: name });
  const narrow = target.sink({ mapping: { targetOf } });
  await narrow.start();
  const missed = [create(ITEM, [3, 'c']), remove(ITEM, [1, 'a']), create(OTHER, [1])];
  await narrow.apply(stream(log.next(missed)), NEVER);
  expect(narrow.pausedTables).toEqual([]);
  await narrow.close();
  const wide = target.sink();
  await wide.start();
  await wide.apply(stream(log.next([create(ITEM, [4, 'd']), create(OTHER, [2])])), NEVER);
  expect(wide.pausedTables).toMatchObject([{ table: 'item', advice: expect.stringContaining('sluice tables reload') }]);
  expect(await target.rows('item')).toEqual(['1|a', '2|b']);
  expect(await target.rows('other')).toEqual(['1', '2']);
  await wide.apply(stream(log.next([{ tag: 'truncate', table: ITEM }, create(ITEM, [5, 'e'])])), NEVER);
  expect(wide.pausedTables).toEqual([]);
  expect(await target.rows('item')).toEqual(['5|e']);
});

test('a checkpoint that was changed fits no epoch', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  await target.session.query("UPDATE sluice.checkpoint SET position = 'elsewhere'");
  await sink.start();
  const epoch = log.next([create(ITEM, [3, 'c'])]);
  await expect(sink.apply(stream(epoch), NEVER)).rejects.toMatchObject({ code: 'TARGET_EPOCH_GAP' });
});

test('a lock that an analyst holds is an error to try again, and then goes on', async () => {
  const { target, sink: first, log } = await loaded();
  await using _ = target;
  await first.close();
  const analyst = await connectPostgres({ url: target.url, pipeline: 'analyst' });
  await analyst.query('BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE');
  const settings = { url: target.url, pipeline: 'shop', lockTimeoutMs: 50 };
  const epoch = log.next([create(ITEM, [3, 'c'])]);
  const sink = target.sink({ target: settings, lockWaitMs: 5_000 });
  await sink.start();
  await expect(sink.apply(stream(epoch), NEVER)).rejects.toMatchObject({
    code: 'TARGET_CONFLICT',
    disposition: 'retry',
  });
  await analyst.query('COMMIT');
  await analyst.close();
  await sink.start();
  await sink.apply(stream(epoch), NEVER);
  expect(await target.rows('item')).toEqual(['1|a', '2|b', '3|c']);
});

test('a target that has become read-only says so, and is gone on with when it is not any more', async () => {
  const { target, sink, log } = await loaded();
  await using _ = target;
  const { rows } = await target.session.query('SELECT current_database() AS name');
  const database = `"${rows[0]?.['name']}"`;
  await target.session.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
  await sink.close();
  const closed = target.sink();
  await closed.start();
  const epoch = log.next([create(ITEM, [3, 'c'])]);
  await expect(closed.apply(stream(epoch), NEVER)).rejects.toMatchObject({ code: 'TARGET_READ_ONLY' });
  await closed.close();
  await target.session.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
  const last = target.sink();
  await last.start();
  await last.apply(stream(epoch), NEVER);
  expect(await target.rows('item')).toEqual(['1|a', '2|b', '3|c']);
});
