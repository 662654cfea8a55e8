import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change, RowChange } from '../../src/contract/change.ts';
import { tableVersion } from '../../src/contract/table.ts';
import { PostgresqlPosition } from '../../src/position/postgresql.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { beginMarked, emitHeartbeat } from '../../src/postgres/wal-message.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { publish } from '../../src/wal/publication.ts';
import { WalReader } from '../../src/wal/read-wal.ts';
import type { ReturnTable } from '../../src/wal/return-table.ts';
import { createSlot, dropSlot, readSlot } from '../../src/wal/slot.ts';

const SLOT = `read_wal_${process.pid}`;
const NAME = { schema: 'public', table: 't' };

let database: FreshDatabase;
let session: PostgresSession;
let catalogue: PostgresSession;
let end: AbortController;

beforeEach(async () => {
  database = await freshDatabase(await startServer('postgres'), 'read_wal');
  const settings = { url: database.url, pipeline: 'shop' };
  [session, catalogue] = [await connectPostgres(settings), await connectPostgres(settings)];
  end = new AbortController();
  await session.query('CREATE TABLE t (id integer PRIMARY KEY, amount numeric, note text)');
  await session.query('ALTER TABLE t REPLICA IDENTITY FULL');
  await publish(session, SLOT, [NAME]);
  await createSlot(session, SLOT);
});

afterEach(async () => {
  end.abort();
  await dropSlot(session, SLOT);
  await Promise.all([session.close(), catalogue.close()]);
  await database.drop();
});

const TABLE: ReturnTable = {
  version: tableVersion({
    database: 'shop',
    table: 't',
    columns: [
      { name: 'id', type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: false },
      { name: 'amount', type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: true },
      { name: 'note', type: { kind: 'text', charset: 'utf8mb4' }, nullable: true },
    ],
    key: [0],
    uniques: [],
    cascades: [],
  }),
  columns: ['id', 'amount', 'note'].map((targetName) => ({
    targetName,
    columnType: targetName === 'note' ? 'text' : 'int',
    policy: { nul: 'refuse', zeroDate: 'null' },
  })),
};

async function readFrom(lsn: string): Promise<{ reader: WalReader; next: () => Promise<readonly Change[]> }> {
  const reader = new WalReader({
    settings: { url: database.url, pipeline: 'shop' },
    catalogue,
    slot: SLOT,
    publication: SLOT,
    from: PostgresqlPosition.parse(lsn),
    pipeline: 'shop',
    states: { heartbeat: 'beat', drain: 'drain' },
    tableOf: () => TABLE,
    signal: end.signal,
  });
  const iterator = reader.changes()[Symbol.asyncIterator]();
  /** The next batch that tells more than silence. */
  const next = async () => {
    for (;;) {
      const { value, done } = await iterator.next();
      if (done) return [];
      const told = (value as readonly Change[]).filter(({ tag }) => tag !== 'idle');
      if (told.length > 0) return told;
    }
  };
  return { reader, next };
}

async function untilCommit(next: () => Promise<readonly Change[]>): Promise<Change[]> {
  const changes: Change[] = [];
  while (changes.every(({ tag }) => tag !== 'commit')) changes.push(...(await next()));
  return changes;
}

const rowsOf = (changes: readonly Change[]) => changes.filter((change): change is RowChange => change.tag === 'row');

test('the slot moves only to what was confirmed, and a reader that starts there again gets exactly the rest', async () => {
  const start = (await readSlot(session, SLOT))?.confirmedLsn ?? '';
  const first = await readFrom(start);
  await session.query("INSERT INTO t VALUES (1, 1, 'one')");
  const told = await untilCommit(first.next);
  await session.query("INSERT INTO t VALUES (2, 2, 'two')");
  await untilCommit(first.next);
  const commit = told.find((change) => change.tag === 'commit');
  if (commit?.tag !== 'commit') throw new Error('no commit');
  first.reader.confirm(commit.position);
  end.abort();
  await first.next();
  await expect.poll(async () => (await readSlot(session, SLOT))?.isActive).toBe(false);
  expect((await readSlot(session, SLOT))?.confirmedLsn).toBe(commit.position.text);

  end = new AbortController();
  const second = await readFrom(commit.position.text);
  const again = rowsOf(await untilCommit(second.next));
  expect(again.map(({ after }) => after?.toString())).toEqual([expect.stringContaining('two')]);
});

test('nothing of a transaction that the forward sink marked is told, and all of the others', async () => {
  const { next } = await readFrom((await readSlot(session, SLOT))?.confirmedLsn ?? '');
  await beginMarked(session);
  await session.query("INSERT INTO t VALUES (1, 1, 'echo'); COMMIT");
  await session.query("INSERT INTO t VALUES (2, 2, 'own')");
  const rows = rowsOf(await untilCommit(next));
  expect(rows).toHaveLength(1);
  expect(Buffer.from(rows[0]?.after ?? []).toString()).toContain('own');
});

test('a heartbeat of this pipeline becomes state of the log, one of another does not', async () => {
  const { next } = await readFrom((await readSlot(session, SLOT))?.confirmedLsn ?? '');
  await emitHeartbeat(session, 'other', 1n);
  await emitHeartbeat(session, 'shop', 42n);
  const changes = await next();
  expect(changes.filter(({ tag }) => tag === 'mark')).toEqual([{ tag: 'mark', state: new Map([['beat', '42']]) }]);
});

test('a value that the source has no form for goes as text, in a version of the table that says so', async () => {
  const { next } = await readFrom((await readSlot(session, SLOT))?.confirmedLsn ?? '');
  await session.query("INSERT INTO t VALUES (1, 1.5, 'odd'); INSERT INTO t VALUES (2, 3.00, 'even')");
  const rows = rowsOf(await untilCommit(next));
  expect(rows.map(({ table }) => table.columns[1]?.type.kind)).toEqual(['text', 'integer']);
  expect(Buffer.from(rows[0]?.after ?? []).toString('latin1')).toContain('1.5');
  expect(rows[1]?.table).toBe(TABLE.version);
});

test('an unchanged value that was not sent again is taken from the old row', async () => {
  await session.query(
    "ALTER TABLE t ALTER COLUMN note SET STORAGE EXTERNAL; INSERT INTO t VALUES (1, 1, repeat('long ', 5000))",
  );
  const { next } = await readFrom(
    (await session.query('SELECT pg_current_wal_lsn()::text AS lsn')).rows[0]?.['lsn'] ?? '',
  );
  await session.query('UPDATE t SET amount = 2');
  const [row] = rowsOf(await untilCommit(next)).slice(-1);
  expect(row?.after?.length).toBeGreaterThan(25_000);
  expect(row).toMatchObject({ op: 'u', oldKey: null });
});
