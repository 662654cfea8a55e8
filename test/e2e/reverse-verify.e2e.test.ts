import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { targetLogin } from '../../src/config/login.ts';
import type { VerifyMode } from '../../src/contract/verify.ts';
import { ReverseFollower } from '../../src/pipeline/reverse/follower.ts';
import { Reverse } from '../../src/pipeline/reverse/reverse.ts';
import { reverseVerifier } from '../../src/pipeline/reverse/verifier.ts';
import { scopedTables } from '../../src/pipeline/schema/target-schema.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { tableScope } from '../../src/pipeline/verify/table-scope.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { ChangedKeys } from '../../src/verify/changed-keys.ts';
import type { Verifier } from '../../src/verify/verifier.ts';
import { openReverseLine } from './reverse-line.ts';

const ROWS = 1_000;
const FILL = [
  'CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, note varchar(40) NULL)',
  'CREATE TABLE keyless (n int NOT NULL, note varchar(40) NULL)',
  `INSERT INTO t (n, note) WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS}) SELECT i, 'row' FROM s`,
  'INSERT INTO keyless SELECT n, note FROM t WHERE id <= 200',
];
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Slower than the way back carries it: each look waits for as long as the way back lags. */
const PACE_MS = 20;

/** Changes even ids alone, until it is stopped. */
function startWriting(url: string) {
  let isOver = false;
  let transactions = 0;
  const done = (async () => {
    const session = await connectPostgres({ url, pipeline: 'application' });
    await session.query("SET session_replication_role = 'origin'");
    for (; !isOver; transactions++) {
      const id = 2 * (1 + Math.floor(Math.random() * (ROWS / 2)));
      await session.query('BEGIN');
      await session.query(
        `UPDATE t SET n = n + 1, note = md5(n::text) WHERE id BETWEEN ${id} AND ${id + 20} AND id % 2 = 0`,
      );
      await session.query(`DELETE FROM t WHERE id = ${id}`);
      await session.query(`INSERT INTO t (id, n) VALUES (${id}, 0)`);
      await session.query(`UPDATE keyless SET note = 'x${transactions}' WHERE n = ${id % 200}`);
      await session.query('COMMIT');
      await sleep(PACE_MS);
    }
    await session.close();
  })();
  return {
    stop: async () => {
      isOver = true;
      await done;
      return transactions;
    },
  };
}

describe.each(['mysql', 'mariadb'] as const)('on %s', (source) => {
  test('both sides are equal over the way back while an application writes on the target, and what is not is told', async () => {
    const made = await openReverseLine({
      ...{ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' },
      fill: async (_, connection) => {
        for (const statement of FILL) await connection.run(statement);
      },
    });
    const { line, source: mysql } = made;
    const follower = new ReverseFollower();
    const keys = new ChangedKeys({
      ...{ follower, pipeline: line.config.pipeline, recall: async function* () {} },
      connect: () => connectPostgres(targetLogin(line.config)),
    });
    const reverse = new Reverse({ config: line.config, logger: silent, follower });
    const end = new AbortController();
    await reverse.prepare();
    const run = reverse.start();
    const writing = startWriting(line.target.url);
    try {
      const scope = scopeOf(line.config);
      const scopes = (await scopedTables(mysql, scope)).flatMap(({ version }) => tableScope(scope, version) ?? []);
      await expect.poll(() => follower.point).not.toBeNull();
      await keys.takeOver(null, end.signal);
      const withVerifier = <T>(work: (verifier: Verifier) => Promise<T>) =>
        reverseVerifier(follower)(line.config, keys, work, { onRest: () => {}, signal: end.signal });
      const how = { restart: true, repair: null, signal: end.signal, onProgress: () => {} } as const;
      const compare = (mode: VerifyMode) => withVerifier((verifier) => verifier.compare(scopes, { ...how, mode }));
      for (let round = 0; round < 2; round++) {
        const tables = await compare(round === 0 ? 'stream' : 'pushdown');
        expect(tables.flatMap(({ differences }) => differences)).toEqual([]);
        expect(tables.find(({ table }) => table === 't')).toMatchObject({ state: 'equal', differenceCount: 0 });
      }
      const changed = await withVerifier((verifier) => verifier.recheck(scopes, end.signal));
      expect(changed.map(({ scope: { table }, differences }) => ({ table, differences }))).toEqual([
        { table: 't', differences: [] },
      ]);
      expect(changed[0]?.keys.size).toBeGreaterThan(0);
      // Behind the back of the way back, in rows that the application leaves alone.
      await mysql.run('UPDATE t SET n = n + 1 WHERE id = 101');
      await mysql.run('DELETE FROM t WHERE id = 103');
      await mysql.run(`INSERT INTO t (id, n) VALUES (${2 * ROWS + 1}, 0)`);
      for (const mode of ['stream', 'pushdown'] as const) {
        const tables = await compare(mode);
        const found = tables.find(({ table }) => table === 't')?.differences ?? [];
        const told = found.map(({ kind, key }) => `${kind} ${Object.values(key).join()}`).sort();
        expect(told, mode).toEqual(['different 101', 'extra 103', `missing ${2 * ROWS + 1}`]);
      }
      expect(await writing.stop()).toBeGreaterThan(10);
    } finally {
      await writing.stop();
      end.abort();
      await run.stop().catch(() => {});
      await made.close();
    }
  }, 300_000);
});
