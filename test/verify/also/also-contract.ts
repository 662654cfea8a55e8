/** What is compared beside the rows, on real servers, for any source: what is planted is told, and nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceLogin, targetLogin } from '../../../src/config/login.ts';
import type { BesideStatus, ComparedObject } from '../../../src/contract/compared-object.ts';
import { connectMysql, type MysqlConnection } from '../../../src/mysql/connection.ts';
import { watchBeside } from '../../../src/pipeline/verify/beside-watch.ts';
import { compareAlso } from '../../../src/pipeline/verify/compare-also.ts';
import { connectPostgres, type PostgresSession } from '../../../src/postgres/connection.ts';
import { caughtUpSince, type Line, openLine, type SourceKind, startLine } from '../../e2e/line.ts';
import { fillShop } from '../../e2e/shop.ts';

const RULES = `tables:
  rules:
    customer: { exclude: [secret], mask: { email: "null" }, nul: { note: strip }, zeroDate: { since: "1970-01-01" }, cast: { vip: boolean } }
`;

const FILL = [
  `CREATE TABLE customer (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(40), secret TEXT, note TEXT, since DATE NOT NULL, seen DATETIME,
    vip INT NOT NULL DEFAULT 0, n INT DEFAULT 1, CONSTRAINT adult CHECK (n >= 0))`,
  'CREATE TABLE bill (id BIGINT PRIMARY KEY, customer_id INT, total DECIMAL(10,2), CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id))',
  `INSERT INTO customer (id, email, secret, note, since, seen, vip) VALUES (1, 'a@b', 's', x'610062', '0000-00-00', '2024-01-01', 1),
    (2, NULL, NULL, 'plain', '2024-01-01', '0000-00-00 00:00:00', 0), (50, 'c', 's', NULL, '2024-01-01', NULL, 1)`,
  'INSERT INTO bill VALUES (1, 1, 1.50), (2, 50, 2.25), (3, NULL, 100)',
  'DELETE FROM customer WHERE id = 2',
  'CREATE VIEW dues AS SELECT c.id, b.total FROM customer c JOIN bill b ON b.customer_id = c.id',
  'CREATE VIEW contact AS SELECT id, email FROM customer',
  'CREATE VIEW reached AS SELECT count(*) AS n FROM contact WHERE email IS NOT NULL',
];

/** It tells a zero date from NULL. */
const DIFFERENT_VIEWS = ['view public.v_open_invoice'];

/** What the watch of a running pipeline tells, with parts of one row and one block. */
async function watched({ config }: Line, isThere: (beside: BesideStatus) => boolean): Promise<BesideStatus> {
  const end = new AbortController();
  const found = Promise.withResolvers<BesideStatus>();
  const watching = watchBeside({
    ...{ config, signal: end.signal, logger: silent, onRest: () => {}, size: { rows: 1, blocks: 1 } },
    ...{ isLoaded: () => true, holdUp: () => null },
    rowCounts: () => [{ table: 'shop.a', sourceRows: 2, targetRows: 1, position: 'p' }],
    onCompared: (beside) => {
      if (isThere(beside)) found.resolve(beside);
    },
  });
  const told = await found.promise;
  end.abort();
  await watching;
  return told;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function alsoContract(kind: SourceKind): void {
  let line: Line;
  let source: MysqlConnection;
  let target: PostgresSession;

  beforeAll(async () => {
    line = await openLine({ source: kind, log: 'embedded', yaml: RULES });
    source = await connectMysql({ ...sourceLogin(line.config.source), database: line.source.name });
    for (const statement of FILL) await source.run(statement);
    const running = startLine(line);
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    target = await connectPostgres(targetLogin(line.config));
  });

  afterAll(async () => {
    await Promise.all([source?.close(), target?.close()]);
    await line?.close();
  });

  const compare = async (isStill = true) => {
    const signal = new AbortController().signal;
    return await compareAlso(line.config, { isStill, countsLosses: true, countsOrphans: true, rowCounts: [], signal });
  };

  const different = async () => (await compare()).filter(({ state }) => state === 'different');

  /** What is told while something is planted, which is taken back then. */
  const planted = async (statement: string, undo: string): Promise<readonly ComparedObject[]> => {
    await target.query(statement);
    try {
      return await different();
    } finally {
      await target.query(undo);
    }
  };

  test('equal sides differ in nothing, and all kinds of objects are told', async () => {
    const all = await compare();
    expect(all.filter(({ state }) => state === 'different')).toEqual([]);
    const names = new Set(all.map(({ name }) => name));
    for (const name of ['sequence', 'constraint', 'index', 'orphan', 'view', 'schema', 'declared-loss'])
      expect(names, name).toContain(name);
    expect(all).toContainEqual(
      expect.objectContaining({
        name: 'view',
        object: 'public.dues',
        state: 'equal',
        source: '2 rows',
        target: '2 rows',
      }),
    );
  });

  test('declared losses are counted apart, by column, and are no differences', async () => {
    const losses = (await compare()).filter(({ name }) => name === 'declared-loss');
    const told = losses.map(({ object, state, source: rows, target: becomes }) => [
      object.replace(/^.*?\./, ''),
      state,
      rows,
      becomes,
    ]);
    expect(told).toEqual([
      ['customer.email', 'not-compared', 'varchar(40)', 'character varying(40)'],
      ['customer.secret', 'not-compared', 'text', null],
      ['customer.note', 'equal', '1 row', 'without the character'],
      ['customer.since', 'equal', '1 row', '1970-01-01'],
      ['customer.vip', 'equal', '2 rows', 'boolean'],
    ]);
  });

  test("a next number below the rows, or below the source's, is told with the statement that raises it", async () => {
    const low = await planted(
      "SELECT setval('customer_id_seq', 50, false)",
      "SELECT setval('customer_id_seq', 50, true)",
    );
    expect(low).toEqual([
      expect.objectContaining({ name: 'sequence', object: 'public.customer.id', source: '51', target: '50' }),
    ]);
    expect(low[0]?.cure).toContain('51, false');
    await source.run('ALTER TABLE customer AUTO_INCREMENT = 5001');
    try {
      expect(await different()).toContainEqual(
        expect.objectContaining({ name: 'sequence', source: '5001', target: '51' }),
      );
      const moving = (await compare(false)).find(({ name }) => name === 'sequence');
      expect(moving).toMatchObject({ state: 'not-compared', reason: expect.stringContaining('still coming') });
    } finally {
      await source.run('ALTER TABLE customer AUTO_INCREMENT = 51');
    }
  });

  test('a constraint that was never validated is told with the statement that does', async () => {
    const found = await planted(
      "UPDATE pg_constraint SET convalidated = false WHERE conname = 'of_customer'",
      'ALTER TABLE bill VALIDATE CONSTRAINT of_customer',
    );
    expect(found).toContainEqual(
      expect.objectContaining({
        name: 'constraint',
        object: 'public.bill.of_customer',
        cure: 'ALTER TABLE "public"."bill" VALIDATE CONSTRAINT "of_customer"',
      }),
    );
  });

  test('a row without its parent is told though its foreign key is validated', async () => {
    const found = await planted(
      'DELETE FROM customer WHERE id = 50',
      "INSERT INTO customer VALUES (50, NULL, NULL, '2024-01-01', NULL, true, 1)",
    );
    expect(found).toContainEqual(
      expect.objectContaining({ name: 'orphan', object: 'public.bill.of_customer', target: '1' }),
    );
  });

  test('an index that is not valid and a trigger that is off are told', async () => {
    await target.query(
      "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER off BEFORE INSERT ON bill FOR EACH ROW EXECUTE FUNCTION nothing(); CREATE INDEX broken ON bill (total)",
    );
    const found = await planted(
      "ALTER TABLE bill DISABLE TRIGGER off; UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass",
      'DROP TRIGGER off ON bill; DROP FUNCTION nothing; DROP INDEX broken',
    );
    expect(found).toContainEqual(expect.objectContaining({ name: 'trigger', object: 'public.bill.off', target: 'D' }));
    expect(found).toContainEqual(expect.objectContaining({ name: 'index', object: 'public.bill.broken' }));
    expect(found).toContainEqual(expect.objectContaining({ name: 'schema', object: 'public.bill.broken' }));
  });

  test('a view over a masked column, or over such a view, is not compared and says why', async () => {
    const views = (await compare()).filter(({ name }) => name === 'view');
    const reason = 'it reads customer.email, which is masked';
    expect(views.map((one) => [one.object, one.state, one.reason]).sort()).toEqual([
      ['public.contact', 'not-compared', reason],
      ['public.dues', 'equal', null],
      ['public.reached', 'not-compared', reason],
    ]);
  });

  test('a view that gives other values, or other rows, is told; while rows come it is not compared', async () => {
    const other = await planted(
      'UPDATE bill SET total = 1.51 WHERE id = 1',
      'UPDATE bill SET total = 1.50 WHERE id = 1',
    );
    expect(other).toEqual([
      expect.objectContaining({
        name: 'view',
        object: 'public.dues',
        reason: 'the servers give other values in some rows',
      }),
    ]);
    const fewer = await planted(
      'UPDATE bill SET customer_id = NULL WHERE id = 1',
      'UPDATE bill SET customer_id = 1 WHERE id = 1',
    );
    expect(fewer).toEqual([expect.objectContaining({ name: 'view', source: '2 rows', target: '1 rows' })]);
    const dues = async () => (await compare(false)).find(({ object }) => object === 'public.dues');
    const still = await dues();
    expect(still).toMatchObject({ state: 'equal' });
    // The source has something that the target has not yet.
    await source.run("ALTER TABLE bill COMMENT = ''");
    await target.query('UPDATE bill SET total = 1.51 WHERE id = 1');
    const moving = await dues();
    await target.query('UPDATE bill SET total = 1.50 WHERE id = 1');
    expect(moving).toMatchObject({ state: 'not-compared', reason: expect.stringContaining('still coming') });
  });

  test('drift of the schema is told both ways, in words and with what to do', async () => {
    const found = await planted('ALTER TABLE bill ADD COLUMN own int', 'ALTER TABLE bill DROP COLUMN own');
    expect(found).toEqual([
      expect.objectContaining({ name: 'schema', object: 'public.bill.own', reason: expect.stringContaining('own') }),
    ]);
  });

  test('a running pipeline tells losses, rows without parents and row counts too, counted part by part', async () => {
    await target.query(
      'DELETE FROM customer WHERE id = 50; INSERT INTO bill SELECT g, 50, 1 FROM generate_series(1000, 5000) g; ANALYZE bill',
    );
    try {
      const whole = (await compare()).filter(({ name }) => name === 'orphan' || name === 'declared-loss');
      const told = await watched(line, (beside) => beside.objects.some(({ name }) => name === 'declared-loss'));
      const counted = told.objects.filter(({ name }) => name === 'orphan' || name === 'declared-loss');
      const sorted = (of: readonly ComparedObject[]) => of.map((one) => JSON.stringify(one)).sort();
      // What is equal without a reason is only counted.
      expect(sorted(counted)).toEqual(
        sorted(whole.filter(({ state, reason }) => state !== 'equal' || reason !== null)),
      );
      const orphan = { name: 'orphan', object: 'public.bill.of_customer', state: 'different', target: '4002' };
      expect(counted).toContainEqual(expect.objectContaining(orphan));
      expect(told.objects).toContainEqual(
        expect.objectContaining({ name: 'row-count', object: 'shop.a', target: '1' }),
      );
    } finally {
      await target.query(
        "DELETE FROM bill WHERE id >= 1000; INSERT INTO customer VALUES (50, NULL, NULL, '2024-01-01', NULL, true, 1)",
      );
    }
  });

  test('a shop differs in nothing but two views that mean something else on the target', async () => {
    const shop = await openLine({ source: kind, log: 'embedded' });
    try {
      await fillShop(shop, 0.3);
      const running = startLine(shop);
      await running.until(caughtUpSince(Date.now()));
      await running.stop();
      const options = {
        isStill: true,
        countsLosses: true,
        countsOrphans: true,
        rowCounts: [],
        signal: new AbortController().signal,
      };
      const all = await compareAlso(shop.config, options);
      const told = all.filter(({ state }) => state === 'different');
      expect(told.map(({ name, object }) => `${name} ${object}`)).toEqual(DIFFERENT_VIEWS);
      expect(all.filter(({ name, state }) => name === 'view' && state === 'equal').length).toBeGreaterThan(1);
    } finally {
      await shop.close();
    }
  });
}
