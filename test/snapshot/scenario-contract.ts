import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change, RowChange } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import type { TableName } from '../../src/mysql/identifier.ts';
import type { ReadView, ViewSource } from '../../src/mysql/read-view.ts';
import { openViews } from '../../src/mysql/views.ts';
import type { TableProgress } from '../../src/snapshot/progress.ts';
import { parseState, stateEntry } from '../../src/snapshot/table-state.ts';
import { type TestSource, testSource } from '../mysql/source.ts';
import { head, isAt, type PipeOptions, pipe, sourceRows } from './pipe.ts';
import { Replica } from './replica.ts';

/** Steps of a snapshot, each in a database of its own with traffic at one chosen instant. */
export function scenarioContract(kind: TestSource['kind']): void {
  let source: TestSource;

  beforeEach(async () => {
    source = await testSource(kind, 'scenario');
  });
  afterEach(() => source[Symbol.asyncDispose]());

  const run = async (...statements: readonly string[]) => {
    for (const statement of statements) await source.connection.run(statement);
  };

  /**
   * Views in which something happens once, between a read and its high position; on MariaDB, whose reads keep DDL
   * waiting until they end, between the snapshot and the read.
   */
  const interrupted = async (nth: number, act: () => Promise<void>): Promise<ViewSource> => {
    const honest = await openViews(source.settings);
    let reads = 0;
    const count = async (at: TestSource['kind']) => {
      if (at === kind && ++reads === nth) await act();
    };
    const open = async (low: Position): Promise<ReadView> => {
      const view = await honest.open(low);
      await count('mariadb');
      return {
        ...view,
        high: async () => {
          await count('mysql');
          return view.high();
        },
      };
    };
    return { ...honest, open };
  };

  /** Follows until complete, and then to the source's end. */
  const follow = async (options: Partial<PipeOptions> & { readonly start: Position }) => {
    const replica = new Replica();
    const changes: Change[] = [];
    const abort = new AbortController();
    let until: Position | null = null;
    const stream = await pipe(source, { signal: abort.signal, parallel: 2, ...options });
    for await (const batch of stream) {
      for (const change of batch) replica.apply(change);
      changes.push(...batch);
      if (replica.isComplete) until ??= await head(source);
      if (until && batch.some((change) => until && isAt(change, until))) break;
      if (until && isAt({ tag: 'idle', position: options.start, seenAtMs: 0 }, until)) break;
    }
    abort.abort();
    return { replica, changes };
  };

  const expectEqual = async (replica: Replica, ...tables: readonly string[]) => {
    for (const table of tables) expect(replica.rows(table), table).toEqual(await sourceRows(source, table));
  };

  test('an idle source is read to the end: nothing waits for a transaction that never comes', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2), (3)', 'CREATE TABLE e (id INT)');
    const { replica } = await follow({ start: await head(source), chunkRows: 1 });
    await expectEqual(replica, 't', 'e');
    expect(replica.rowsRead).toBe(3);
  });

  test('a binlog file that begins in the middle of a read stops nothing', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2), (3), (4)');
    const views = await interrupted(2, () => run('FLUSH BINARY LOGS'));
    const { replica } = await follow({ start: await head(source), chunkRows: 1, views });
    await expectEqual(replica, 't');
  });

  test('INV-40: rows of the snapshot and of the stream carry one and the same table version', async () => {
    await run(
      `CREATE TABLE p (id BIGINT UNSIGNED PRIMARY KEY, e ENUM('a','it''s'), s SET('x','y'), d DECIMAL(9,2), b BIT(9),
        c CHAR(3) CHARACTER SET latin1, v VARCHAR(9) CHARACTER SET utf8mb3, t TEXT, l LONGBLOB, x BINARY(4),
        y VARBINARY(5), f FLOAT, g DOUBLE, ts TIMESTAMP(3) NULL, dt DATETIME(6), ti TIME(2), da DATE, ye YEAR,
        m MEDIUMINT, ti1 TINYINT(1), gen INT GENERATED ALWAYS AS (m + 1) STORED, UNIQUE ux (v), UNIQUE uy (m, ti1))`,
      `CREATE TABLE c (a INT NOT NULL, n INT, p BIGINT UNSIGNED, UNIQUE k (a), UNIQUE j (n, a),
        FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL)`,
      'INSERT INTO p (id, v) VALUES (1, "one")',
      'INSERT INTO c VALUES (1, 1, 1)',
    );
    const start = await head(source);
    await run('INSERT INTO p (id, v) VALUES (2, "two")', 'INSERT INTO c VALUES (2, 2, 2)', 'CREATE TABLE z (a INT)');
    const { changes, replica } = await follow({ start });
    const rows = changes.filter((change): change is RowChange => change.tag === 'row');
    for (const table of ['p', 'c']) {
      const versions = new Set(rows.filter((row) => row.table.table === table).map((row) => row.table.fingerprint));
      expect([...versions], table).toHaveLength(1);
      expect(new Set(rows.filter((row) => row.table.table === table).map((row) => row.op))).toEqual(
        new Set(['r', 'c']),
      );
    }
    await expectEqual(replica, 'p', 'c', 'z');
  });

  test('a column added between a read and its high position is in every row at the end', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY, a INT)', 'INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4)');
    const views = await interrupted(2, () =>
      run('ALTER TABLE t ADD b INT NOT NULL DEFAULT 7', 'UPDATE t SET b = 8 WHERE id = 4'),
    );
    const { replica } = await follow({ start: await head(source), chunkRows: 1, views });
    const rows = await sourceRows(source, 't');
    // Chunks that were done before keep their shape: the target's own ALTER fills the column of rows that stand there.
    for (const line of replica.rows('t')) expect(rows.map((row) => row.slice(0, 6))).toContain(line.slice(0, 6));
    expect(replica.rows('t')).toContain(rows.find((row) => row.startsWith('["4"')));
  });

  test('another primary key made while the table is read begins it anew', async () => {
    await run(
      'CREATE TABLE t (a INT PRIMARY KEY, b INT NOT NULL)',
      'INSERT INTO t VALUES (1, 9), (2, 8), (3, 7), (4, 6)',
    );
    const views = await interrupted(2, () => run('ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b)'));
    const { replica, changes } = await follow({ start: await head(source), chunkRows: 1, views });
    const last = changes.findLast((change): change is RowChange => change.tag === 'row');
    expect(last?.table.key).toEqual([1]);
    expect(replica.state.get('snapshot/complete')).toBe('done');
  });

  test('a table dropped or emptied while it is read ends as the source is', async () => {
    await run('CREATE TABLE gone (id INT PRIMARY KEY)', 'CREATE TABLE t (id INT PRIMARY KEY)');
    await run('INSERT INTO gone VALUES (1), (2), (3)', 'INSERT INTO t VALUES (1), (2), (3)');
    const views = await interrupted(2, () => run('TRUNCATE TABLE t', 'INSERT INTO t VALUES (9)', 'DROP TABLE gone'));
    const gone: string[] = [];
    const observe = { moved: () => {}, gone: ({ table }: TableName) => void gone.push(table) };
    const { replica } = await follow({ start: await head(source), chunkRows: 1, views, observe });
    await expectEqual(replica, 't', 'gone');
    expect(gone).toEqual(['gone']);
    expect([...replica.state.keys()].some((key) => key.endsWith('/gone'))).toBe(false);
  });

  test('rows that a foreign key removed do not come back with a chunk that was read before', async () => {
    await run(
      'CREATE TABLE p (id INT PRIMARY KEY)',
      'CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)',
      'INSERT INTO p VALUES (1), (2), (3)',
      'INSERT INTO c VALUES (1, 1), (2, 2), (3, 3), (4, 1)',
    );
    for (const nth of [1, 2]) {
      const views = await interrupted(nth, () => run(`DELETE FROM p WHERE id = ${nth}`));
      const { replica } = await follow({ start: await head(source), parallel: 1, views });
      await expectEqual(replica, 'p', 'c');
    }
  });

  test('a table made while the snapshot runs is complete from the stream alone', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)');
    const views = await interrupted(1, () =>
      run('CREATE TABLE made (id INT PRIMARY KEY)', 'INSERT INTO made VALUES (5)'),
    );
    const told = new Map<string, TableProgress>();
    const observe = { moved: (one: TableProgress) => void told.set(one.table, one), gone: () => {} };
    const { replica, changes } = await follow({ start: await head(source), chunkRows: 1, views, observe });
    await expectEqual(replica, 't', 'made');
    expect(told.get('made')).toMatchObject({ phase: 'copied', rowsDone: 0 });
    const read = changes.filter((change) => change.tag === 'row' && change.op === 'r' && change.table.table === 'made');
    expect(read).toEqual([]);
    expect(replica.state.get(`snapshot/${source.database}/made`)).toBe('done');
  });

  test('INV-45: a table without a key arrives with every duplicate, whatever is written meanwhile', async () => {
    await run('CREATE TABLE t (a INT, b VARCHAR(9))', "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)");
    const start = await head(source);
    await run("INSERT INTO t VALUES (1, 'x')", 'DELETE FROM t WHERE a IS NULL', "UPDATE t SET b = 'y' LIMIT 1");
    const { replica, changes } = await follow({ start });
    await expectEqual(replica, 't');
    const seen = changes.filter((change) => change.tag === 'row' || change.tag === 'truncate');
    expect(seen[0]?.tag).toBe('truncate');
    expect(seen.slice(1).every((change) => change.tag === 'row' && change.op === 'r')).toBe(true);
    expect(seen).toHaveLength(4);
  });

  test('a table without a key waits for a transaction that holds it, and the others do not', async () => {
    await run('CREATE TABLE t (a INT)', 'INSERT INTO t VALUES (1)', 'CREATE TABLE k (id INT PRIMARY KEY)');
    await run('INSERT INTO k VALUES (1), (2)');
    await using other = await testSource(kind, 'scenario_other');
    await other.connection.run(`USE ${source.database}`);
    await other.connection.run('START TRANSACTION');
    await other.connection.run('INSERT INTO t VALUES (2)');
    const start = await head(source);
    const told: TableProgress[] = [];
    const followed = follow({
      start,
      observe: {
        moved: (progress) => {
          told.push(progress);
          if (progress.table === 'k' && progress.phase === 'copied') void other.connection.run('COMMIT');
        },
        gone: () => {},
      },
    });
    await expectEqual((await followed).replica, 't', 'k');
    expect(told.filter(({ phase }) => phase === 'copied').map(({ table }) => table)).toEqual(['k', 't']);
  });

  test('INV-46: rows larger than a chunk may hold are read in smaller chunks', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY, b LONGTEXT)');
    for (let id = 0; id < 12; id++) await run(`INSERT INTO t VALUES (${id}, REPEAT('${id % 10}', 700000))`);
    const { replica } = await follow({ start: await head(source), parallel: 1, windowBytes: 4 * 1024 * 1024 });
    expect(replica.rows('t').length).toBe(12);
    expect(replica.rowsRead).toBe(12);
  });

  test('a connection that is killed under a reader is replaced', async () => {
    await run('CREATE TABLE t (id INT PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2), (3), (4)');
    const honest = await openViews(source.settings);
    let opened = 0;
    const open: ViewSource['open'] = async (low) => {
      const view = await honest.open(low);
      if (++opened % 2 === 1) await run(`KILL ${view.connection.threadId}`);
      return view;
    };
    const { replica } = await follow({ start: await head(source), chunkRows: 2, views: { ...honest, open } });
    await expectEqual(replica, 't');
  });

  test('progress is told per table, up to the rows that were copied', async () => {
    await run('CREATE TABLE a (id INT PRIMARY KEY)', 'INSERT INTO a VALUES (1), (2), (3)', 'CREATE TABLE b (id INT)');
    const told = new Map<string, TableProgress>();
    await follow({
      start: await head(source),
      chunkRows: 2,
      observe: { moved: (progress) => told.set(progress.table, progress), gone: () => {} },
    });
    expect(told.get('a')).toMatchObject({ phase: 'copied', rowsDone: 3, rowsEstimate: 3 });
    expect(told.get('b')).toMatchObject({ phase: 'copied', rowsDone: 0 });
  });

  test('how many rows were copied is known to the next run, with a key and without', async () => {
    await run('CREATE TABLE a (id INT PRIMARY KEY)', 'INSERT INTO a VALUES (1), (2), (3)');
    await run('CREATE TABLE b (id INT)', 'INSERT INTO b VALUES (1), (1)');
    const { replica } = await follow({ start: await head(source), chunkRows: 2 });
    const rows = ['a', 'b'].map(
      (table) => parseState(replica.state.get(stateEntry({ database: source.database, table })) ?? '').rows,
    );
    expect(rows).toEqual([3, 2]);
  });
}
