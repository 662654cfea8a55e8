import { once } from 'node:events';
import { expect, test } from 'vitest';
import { closeCheckpoint } from '../../src/sink/checkpoint.ts';
import { create, EpochSeries, header, read, remove, stream, table, update } from './source.ts';
import { NEVER, Target } from './target.ts';

const ITEM = table('item', ['id int', 'name text?', 'stock int']);
const ITEM_DDL = 'CREATE TABLE item (id integer PRIMARY KEY, name text, stock integer NOT NULL)';

test('rows and checkpoint of an epoch stand together, and the next start goes on from there', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  expect(await sink.start()).toBeNull();
  const log = new EpochSeries();
  await sink.apply(stream(log.next([create(ITEM, [1, 'tab\there', 2]), create(ITEM, [2, null, 3])])), NEVER);
  await sink.apply(
    stream(log.next([update(ITEM, [1, 'tab\there', 2], [1, 'b\\N', 7]), remove(ITEM, [2, null, 3])])),
    NEVER,
  );
  expect(await target.rows('item')).toEqual(['1|b\\N|7']);
  await sink.close();
  expect(await target.sink().start()).toEqual({
    logId: 'log-1',
    epoch: 2,
    next: 2,
    position: { server: 'mysql', text: 'p2' },
    lastCommitUs: 2_000_000n,
    heartbeat: 'beat 2',
    closedBy: null,
  });
});

test('an epoch that was applied already, or that does not follow, is refused and changes nothing', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  const first = log.next([create(ITEM, [1, 'a', 1])]);
  const second = log.next([create(ITEM, [2, 'b', 1])]);
  const third = log.next([create(ITEM, [3, 'c', 1])]);
  await sink.start();
  await expect(sink.apply(stream(second), NEVER)).rejects.toMatchObject({ code: 'TARGET_EPOCH_GAP' });
  await sink.start();
  await sink.apply(stream(first), NEVER);
  await expect(sink.apply(stream(first), NEVER)).rejects.toMatchObject({ code: 'TARGET_EPOCH_GAP' });
  await sink.start();
  // The second follows, the third is then missing its predecessor twice over: both are rolled back together.
  await expect(sink.apply(stream(second, first), NEVER)).rejects.toMatchObject({ code: 'TARGET_EPOCH_GAP' });
  await sink.start();
  await expect(sink.apply(stream(third), NEVER)).rejects.toMatchObject({ code: 'TARGET_EPOCH_GAP' });
  const other = new EpochSeries('log-2', 1).next([create(ITEM, [9, 'x', 1])]);
  await sink.start();
  await expect(sink.apply(stream(other), NEVER)).rejects.toMatchObject({ code: 'TARGET_OTHER_LOG' });
  expect((await sink.start())?.epoch).toBe(1);
  expect(await target.rows('item')).toEqual(['1|a|1']);
});

test('a stream that was closed where it stands takes nothing more, from a sink that runs or one that starts', async () => {
  await using target = await Target.open(ITEM_DDL);
  const key = { pipeline: 'shop', lane: 'main' };
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a', 1])])), NEVER);
  const at = sink.checkpoint;
  if (at === null) throw new Error('no checkpoint');
  const elsewhere = { at: { ...at, epoch: at.epoch + 1 }, by: 'cutover 1' };
  expect(await closeCheckpoint(target.session, key, elsewhere)).toBe(false);
  expect(await closeCheckpoint(target.session, key, { at, by: 'cutover 1' })).toBe(true);
  expect(await closeCheckpoint(target.session, key, { at, by: 'cutover 2' })).toBe(false);
  const late = stream(log.next([create(ITEM, [2, 'b', 1])]));
  await expect(sink.apply(late, NEVER)).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT_MOVED' });
  await expect(target.sink().start()).rejects.toMatchObject({ code: 'TARGET_CLOSED', disposition: 'stop' });
  expect(await target.rows('item')).toEqual(['1|a|1']);
});

test('a log that ends before the checkpoint, or is another log, is refused at the start', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start({ logId: 'log-1', last: null, state: new Map() });
  await sink.apply(stream(log.next([]), log.next([])), NEVER);
  const behind = { logId: 'log-1', last: header(1), state: new Map<string, string>() };
  await expect(sink.start(behind)).rejects.toMatchObject({ code: 'TARGET_LOG_BEHIND', disposition: 'resync' });
  await expect(sink.start({ ...behind, last: null })).rejects.toMatchObject({ code: 'TARGET_LOG_BEHIND' });
  await expect(sink.start({ ...behind, logId: 'log-2' })).rejects.toMatchObject({ code: 'TARGET_OTHER_LOG' });
  expect((await sink.start({ ...behind, last: header(2) }))?.epoch).toBe(2);
});

test('a failure is told at once, though the next epoch is waited for and never comes', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const epoch = new EpochSeries().next([create(ITEM, [1, 'a', 1])]);
  const failed = new AbortController();
  const idle = async function* () {
    yield epoch;
    await once(failed.signal, 'abort');
  };
  await sink.start();
  await target.session.query('ALTER TABLE sluice.checkpoint RENAME TO elsewhere');
  const applying = sink.apply(idle(), NEVER, () => failed.abort());
  await expect(applying).rejects.toMatchObject({ code: 'TARGET_SCHEMA' });
});

test('a second sink of the pipeline is refused while the first is connected', async () => {
  await using target = await Target.open(ITEM_DDL);
  const first = target.sink();
  await first.start();
  const second = target.sink({ lockWaitMs: 100 });
  await expect(second.start()).rejects.toMatchObject({ code: 'TARGET_SINK_RUNNING', disposition: 'stop' });
  const other = target.sink({ target: { url: target.url, pipeline: 'other' } });
  await other.start();
  await first.close();
  await second.start();
});

test('a sink whose checkpoint was moved behind its back writes nothing', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a', 1])])), NEVER);
  await target.session.query(`UPDATE sluice.checkpoint SET epoch = 7, position = 'p7'`);
  const late = sink.apply(stream(log.next([create(ITEM, [2, 'b', 1])])), NEVER);
  await expect(late).rejects.toMatchObject({ code: 'TARGET_CHECKPOINT_MOVED', disposition: 'stop' });
  expect(await target.rows('item')).toEqual(['1|a|1']);
});

test('epochs that are there already share a transaction; one that is larger than a piece flows through in pieces', async () => {
  await using target = await Target.open(ITEM_DDL);
  const batches: number[] = [];
  const sink = target.sink({ pieceBytes: 500, observer: { applied: (batch) => batches.push(batch.epochs.length) } });
  const log = new EpochSeries();
  const many = Array.from({ length: 40 }, (_, n) =>
    Array.from({ length: 25 }, (_, i) => create(ITEM, [n * 25 + i, 'x', n])),
  );
  await sink.start();
  await sink.apply(stream(log.next(...many), log.next([remove(ITEM, [3, 'x', 0])]), log.next([])), NEVER);
  expect(batches).toEqual([3]);
  expect(await target.rows('item')).toHaveLength(999);
});

test('snapshot rows that are there already are overwritten, also when COPY had gone straight into the table', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  const rows = (stock: number) => Array.from({ length: 200 }, (_, id) => read(ITEM, [id, 'n', stock]));
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [150, 'early', 5])]), log.next(rows(1)), log.next(rows(2))), NEVER);
  await sink.apply(stream(log.next(rows(3))), NEVER);
  const { rows: sums } = await target.session.query(
    'SELECT count(*) AS n, sum(stock) AS stock, max(name) AS name FROM item',
  );
  expect(sums[0]).toEqual({ n: '200', stock: '600', name: 'n' });
});

test('two rows that exchange a unique value, and a row that moves to a key just freed, arrive as at the source', async () => {
  const user = table('account', ['id int', 'mail text'], { uniques: [[1]] });
  await using target = await Target.open('CREATE TABLE account (id integer PRIMARY KEY, mail text NOT NULL UNIQUE)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(stream(log.next([create(user, [1, 'a']), create(user, [2, 'b']), create(user, [3, 'c'])])), NEVER);
  const swap = [update(user, [1, 'a'], [1, 'x']), update(user, [2, 'b'], [2, 'a']), update(user, [1, 'x'], [1, 'b'])];
  await sink.apply(stream(log.next([...swap, remove(user, [3, 'c']), update(user, [2, 'a'], [3, 'a'])])), NEVER);
  expect(await target.rows('account')).toEqual(['1|b', '3|a']);
});

test('a table without a key loses exactly as many equal rows as the source did', async () => {
  const note = table('note', ['text text?', 'n int?'], { key: [] });
  await using target = await Target.open('CREATE TABLE note (text text, n integer)');
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const rows = [create(note, ['a', 1]), create(note, ['a', 1]), create(note, ['a', 1]), create(note, [null, null])];
  await sink.apply(stream(log.next([...rows, create(note, ['', null])])), NEVER);
  await sink.apply(
    stream(log.next([remove(note, ['a', 1]), update(note, ['a', 1], ['b', 2]), remove(note, [null, null])])),
    NEVER,
  );
  expect(await target.rows('note')).toEqual(['a|1', 'b|2', '|NULL']);
  const missing = sink.apply(stream(log.next([remove(note, ['z', 1])])), NEVER);
  await expect(missing).rejects.toMatchObject({ code: 'TARGET_ROW_MISSING', disposition: 'resync' });
});

test('a target table that does not fit is refused with all its problems at once', async () => {
  await using target = await Target.open('CREATE TABLE item (id integer, stock date NOT NULL, extra text NOT NULL)');
  const sink = target.sink();
  await sink.start();
  const log = new EpochSeries();
  const error = await sink.apply(stream(log.next([create(ITEM, [1, 'a', 1])])), NEVER).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'TARGET_TABLE_UNFIT', disposition: 'stop' });
  const { message } = error as Error;
  expect(message).toContain('column name is missing');
  expect(message).toContain('column stock (integer) does not go into type date');
  expect(message).toContain('no primary key or unique index');
  expect(message).toContain('target column extra is NOT NULL without a default');
  const other = table('nowhere', ['id int']);
  await sink.start();
  const gone = sink.apply(stream(new EpochSeries().next([create(other, [1])])), NEVER);
  await expect(gone).rejects.toMatchObject({ code: 'TARGET_TABLE_MISSING', disposition: 'stop' });
});

test('generated and identity columns, names with quotes, and tables left out', async () => {
  await using target = await Target.open(
    `CREATE TABLE "we""ird tAble" (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "the ""name""" text,
      up text GENERATED ALWAYS AS (upper("the ""name""")) STORED)`,
  );
  const named = table('we"ird tAble', ['id int', 'n text', 'up text', 'secret text']);
  const sink = target.sink({
    mapping: {
      targetOf: (_, name) => (name === 'skipped' ? null : { schema: 'public', table: name }),
      columnOf: (_, __, column) => (column === 'secret' ? null : column === 'n' ? 'the "name"' : column),
    },
  });
  const log = new EpochSeries();
  await sink.start();
  await sink.apply(
    stream(log.next([create(named, [7, 'x', 'X', 'pw']), create(table('skipped', ['id int']), [1])])),
    NEVER,
  );
  await sink.apply(stream(log.next([update(named, [7, 'x', 'X', 'pw'], [7, 'y', 'Y', 'pw'])])), NEVER);
  expect(await target.rows('"we""ird tAble"')).toEqual(['7|y|Y']);
});

test('truncate empties the table, in source order', async () => {
  await using target = await Target.open(ITEM_DDL);
  const sink = target.sink();
  const log = new EpochSeries();
  await sink.start();
  const changes = [create(ITEM, [1, 'a', 1]), { tag: 'truncate' as const, table: ITEM }, create(ITEM, [2, 'b', 1])];
  await sink.apply(stream(log.next(changes)), NEVER);
  expect(await target.rows('item')).toEqual(['2|b|1']);
});

test('after the signal the transaction in hand is committed and no other begun', async () => {
  await using target = await Target.open(ITEM_DDL);
  const stop = new AbortController();
  const sink = target.sink({ onStep: (step) => (step === 'rows-written' ? stop.abort() : undefined) });
  const log = new EpochSeries();
  async function* endless() {
    for (let id = 1; ; id++) {
      yield log.next([create(ITEM, [id, 'a', 1])]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await sink.start();
  await sink.apply(endless(), stop.signal);
  expect((await sink.start())?.epoch).toBe(1);
  expect(await target.rows('item')).toEqual(['1|a|1']);
});

test('where foreign keys and triggers would act on replicated rows the sink says so instead of writing', async () => {
  await using target = await Target.open(
    ITEM_DDL,
    'CREATE TABLE part (id integer PRIMARY KEY, item integer REFERENCES item)',
    `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    'CREATE TRIGGER always BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION f()',
  );
  const log = new EpochSeries();
  const sink = target.sink();
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [1, 'a', 1])])), NEVER);
  await target.session.query('ALTER TABLE item ENABLE ALWAYS TRIGGER always');
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [2, 'a', 1])])), NEVER);
  const cure = 'ALTER TABLE "public"."item" ENABLE TRIGGER "always"';
  expect(sink.pausedTables).toMatchObject([{ table: 'item', kind: 'shape', advice: expect.stringContaining(cure) }]);
  expect(sink.pausedTables[0]?.advice).not.toMatch(/GRANT|rule|reload/);
  expect(await target.rows('item')).toHaveLength(1);
  await target.session.query(cure);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  expect(sink.pausedTables).toEqual([]);
  await target.session.query('ALTER TABLE item ENABLE REPLICA TRIGGER always');
  await sink.start();
  await sink.apply(stream(log.next([create(ITEM, [3, 'a', 1])])), NEVER);
  const disable = 'ALTER TABLE "public"."item" DISABLE TRIGGER "always"';
  expect(sink.pausedTables[0]?.advice).toContain(`is ENABLE REPLICA, so it acts on replicated rows alone: ${disable}`);
  await target.session.query(disable);
  expect(await sink.quarantine.retry('all')).toEqual({ applied: 1, remaining: 0 });
  const name = `plain_sink_${process.pid}`;
  await target.session.query(`CREATE ROLE ${name} LOGIN; GRANT ALL ON SCHEMA public, sluice TO ${name}`);
  await target.session.query(`GRANT ALL ON ALL TABLES IN SCHEMA public, sluice TO ${name}`);
  const url = new URL(target.url);
  url.username = name;
  const plain = target.sink({ target: { url: url.href, pipeline: 'shop' } });
  await sink.close();
  await plain.start();
  expect(plain.isReplica).toBe(false);
  await plain.apply(stream(new EpochSeries('log-1', 3).next([create(ITEM, [4, 'a', 1])])), NEVER);
  expect(plain.pausedTables[0]?.advice).toContain('foreign key or trigger part_item_fkey acts on replicated rows');
  expect(plain.pausedTables[0]?.advice).toContain('GRANT SET ON PARAMETER session_replication_role TO CURRENT_USER');
  await plain.close();
  await target.session.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
});
