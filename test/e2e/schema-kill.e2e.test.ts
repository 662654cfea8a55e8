import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeTables, scopedTables } from '../../src/pipeline/schema/target-schema.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { oddSchema } from '../convert/odd-schema.ts';
import { sidesOf } from '../pipeline/sides.ts';
import { type Line, openLine } from './line.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

test.each(['mysql', 'mariadb'] as const)(
  'sluice schema apply that is killed with -9 again and again is finished by the same command, from %s',
  async (source) => {
    const line = await openLine({ source, log: 'embedded' });
    const sides = await sidesOf(line);
    try {
      for (const statement of oddSchema(source, 45)) await sides.source.run(statement);
      const made = async () => {
        const { rows } = await sides.target.query(
          "SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        );
        return Number(rows[0]?.['n']);
      };
      for (const least of [5, 90, 140]) {
        const running = sluice(line, 'apply');
        await expect
          .poll(async () => running.child.exitCode !== null || (await made()) >= least, { timeout: 60_000 })
          .toBe(true);
        running.child.kill('SIGKILL');
        await running.ended;
      }
      expect(await sluice(line, 'apply').ended).toMatchObject({ code: 0 });
      expect(await sluice(line, 'diff').ended).toMatchObject({
        code: 0,
        text: expect.stringContaining('no difference'),
      });
    } finally {
      await sides.close();
      await line.close();
    }
  },
);

test('a table that cannot stand on the target stops a run before anything is made, with its name and the cure', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded' });
  const sides = await sidesOf(line);
  try {
    await sides.onSource(`CREATE TABLE good (id INT PRIMARY KEY); CREATE TABLE part (id INT) ENGINE = MyISAM;
      CREATE TABLE crashed (id INT, other INT) ENGINE = MERGE UNION = (part)`);
    const scope = scopeOf(line.config);
    const tables = await scopedTables(sides.source, scope);
    await expect(makeTables(tables, scope, sides.source, sides.target)).rejects.toMatchObject({
      code: 'TARGET_TABLE_IMPOSSIBLE',
      message: expect.stringContaining('.crashed ('),
      remedy: expect.stringContaining('tables: { exclude: ["crashed"] }'),
    });
    expect((await sides.target.query("SELECT 1 FROM pg_class WHERE relname = 'good'")).rows).toEqual([]);
  } finally {
    await sides.close();
    await line.close();
  }
});

function sluice(line: Line, verb: string) {
  const child = spawn(process.execPath, [MAIN, 'schema', verb, '--config', line.file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({ code, text }));
  return { child, ended };
}
