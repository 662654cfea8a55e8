import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOf } from '../../src/logic/differential/call-of.ts';
import type { Case } from '../../src/logic/differential/case.ts';
import type { Program } from '../../src/logic/program.ts';
import { ReachFinder } from '../../src/logic/reach.ts';
import { hasResultSets } from '../../src/logic/result-set.ts';
import { type GuideProgram, guideFiles, guidePrograms, guideTables } from './guide.ts';
import { type Moved, move } from './move.ts';

describe.each([
  { source: 'mysql', files: guideFiles() },
  {
    source: 'mariadb',
    files: [
      'mariadb.sql',
      'business.sql',
      'stranger-flow.sql',
      'stranger-data.sql',
      'decade.sql',
      'trial.sql',
      'type.sql',
      'shown.sql',
      'silent.sql',
      'known.sql',
      'digit.sql',
      'rest.sql',
      'ordinary.sql',
      'crossing.sql',
      'sorted.sql',
      'nought.sql',
      'running.sql',
    ],
  },
] as const)('INV-113 of the routines over the guide, from $source', ({ source, files }) => {
  const programs = files.flatMap((file) => guidePrograms(file).map((one) => ({ file, ...one })));
  let moved: Moved;
  let reach: ReachFinder;
  let giving: ReadonlySet<string>;

  beforeAll(async () => {
    moved = await move(
      async ({ source: { url } }) => {
        const connection = await createConnection({ uri: url });
        for (const statement of guideTables()) await connection.query(statement);
        await connection.end();
      },
      { source, isKept: false, programs },
    );
    const all = moved.converted.map(({ program }) => program);
    reach = new ReachFinder(all);
    giving = hasResultSets(all);
  }, 300_000);
  afterAll(async () => moved?.[Symbol.asyncDispose]());

  test('every one is made by the target', () => {
    expect(moved.refused).toEqual([]);
  });

  test('at least 95 of 100 are automatic', () => {
    const broken = moved.converted.flatMap(({ name, items }) =>
      items.filter(({ severity }) => severity === 'stands').map(({ code, reason }) => `${name} ${code}: ${reason}`),
    );
    expect(new Set(broken.map((text) => text.split(' ')[0])).size).toBeLessThanOrEqual(programs.length / 20);
  });

  test.each(programs)('$name does on PostgreSQL what it does on its source', async (one) => {
    const found = moved.converted.find(({ name }) => name === one.name);
    if (found === undefined || found.outcome === 'skeleton' || found.outcome === 'none') return;
    const { writes, commits } = reach.of(found.program);
    const given = giving.has(one.name);
    for (const each of casesOf(one, found.program, { hasResultSets: given, commits })) {
      const was = await moved.mysql.run(each, [...writes]);
      const is = await moved.postgres.run(each, [...writes]);
      expect({ each, ...is }).toEqual({ each, ...was });
    }
  });
});

function casesOf(
  { calls, statements }: GuideProgram,
  program: Program,
  what: { readonly hasResultSets: boolean; readonly commits: boolean },
): readonly Case[] {
  return [
    ...calls.flatMap((values) => callOf(program, values, what) ?? []),
    ...statements.map((statement): Case => ({ tag: 'statements', statements: [statement] })),
  ];
}
