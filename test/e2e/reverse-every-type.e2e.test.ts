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
import { LAX, typeSamples } from '../verify/type-sample.ts';
import { openReverseLine } from './reverse-line.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe.each(['mysql', 'mariadb'] as const)('on %s', (source) => {
  test('after the cutover one cell of every type that is changed at the source, behind the way back, is found and named', async () => {
    const samples = typeSamples(source);
    const columns = samples.map(({ name, type }) => `${name} ${type}`).join(', ');
    const values = (id: number) => [id, ...samples.map(({ value }) => value), id].join(', ');
    const made = await openReverseLine({
      ...{ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' },
      fill: async (_, connection) => {
        await connection.run(LAX);
        await connection.run(`CREATE TABLE every_type (id int PRIMARY KEY, ${columns}, n int)`);
        for (let id = 1; id <= 4; id++) await connection.run(`INSERT INTO every_type VALUES (${values(id)})`);
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
    try {
      const scope = scopeOf(line.config);
      const scopes = (await scopedTables(mysql, scope)).flatMap(({ version }) => tableScope(scope, version) ?? []);
      await expect.poll(() => follower.point, { timeout: 60_000 }).not.toBeNull();
      await keys.takeOver(null, end.signal);
      const how = { restart: true, repair: null, signal: end.signal, onProgress: () => {} } as const;
      const compare = async (mode: VerifyMode) => {
        const around = { onRest: () => {}, signal: end.signal };
        const tables = await reverseVerifier(follower)(
          line.config,
          keys,
          (verifier) => verifier.compare(scopes, { ...how, mode }),
          around,
        );
        const differences = tables.flatMap((table) => table.differences);
        return differences.map(({ kind, key, column }) => `${key['id']} ${kind} ${column ?? ''}`.trim()).sort();
      };
      for (const mode of ['stream', 'pushdown'] as const) expect(await compare(mode), mode).toEqual([]);
      const cells = samples.map(({ name, home }) => `${name} = ${home.replaceAll(/\bc\b/g, name)}`).join(', ');
      await mysql.run(`UPDATE every_type SET ${cells} WHERE id = 1`);
      await mysql.run('UPDATE every_type SET n = 5 - n WHERE id IN (2, 3)');
      await mysql.run('DELETE FROM every_type WHERE id = 4');
      await mysql.run('INSERT INTO every_type (id) VALUES (5)');
      const expected = [...samples.map(({ name }) => `1 different ${name}`), '2 different n', '3 different n'];
      for (const mode of ['stream', 'pushdown'] as const)
        expect(await compare(mode), mode).toEqual([...expected, '4 extra', '5 missing'].sort());
    } finally {
      end.abort();
      await run.stop().catch(() => {});
      await made.close();
    }
  }, 300_000);
});
