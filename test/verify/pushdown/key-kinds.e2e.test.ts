/** Tables of every kind of key, and without one, compared by hashes inside both servers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowDifference, VerifyReport } from '../../../src/contract/verify.ts';
import { bucketsFor, compareSums, sourceSums, targetSums } from '../../../src/verify/pushdown/chunk-sums.ts';
import { hashPlan } from '../../../src/verify/pushdown/hash-plan.ts';
import { runSluice } from '../../cli/run-sluice.ts';
import { caughtUpSince } from '../../e2e/line.ts';
import { startProcess, untilProcess } from '../../e2e/line-process.ts';
import { onSource, onTarget } from '../../e2e/statement.ts';
import { type BothSides, bothSides } from './both-sides.ts';
import { KEY_KINDS, type KeyKind, keyKindTable, ROWS } from './key-kind.ts';

describe.each(['mysql', 'mariadb'] as const)('tables of every kind of key of %s', (source) => {
  const kinds = KEY_KINDS.filter(({ only }) => only === undefined || only === source);
  let sides: BothSides;

  beforeAll(async () => {
    sides = await bothSides(source, {
      yaml: 'verify: { throttle: 100% }',
      fill: (line) => onSource(line, ...kinds.flatMap(keyKindTable)),
    });
  });
  afterAll(() => sides?.close());

  test.each(kinds.map(({ name }) => name))(
    '%s is equal by hash for at least fifty times fewer bytes than its rows',
    async (name) => {
      const plan = hashPlan(await sides.table(name));
      const wire = () => (sides.line.proxies?.source.passedBytes ?? 0) + (sides.line.proxies?.target.passedBytes ?? 0);
      const chunk = { where: null, buckets: bucketsFor(ROWS) };
      const start = wire();
      const [here, there] = [await sourceSums(sides.source, plan, chunk), await targetSums(sides.target, plan, chunk)];
      expect(compareSums(here, there)).toMatchObject({ isEqual: true, sourceRows: ROWS, targetRows: ROWS });
      const hashed = wire();
      await sides.source.rows(`SELECT * FROM ${plan.table.source}`);
      await sides.target.query(`SELECT * FROM ${plan.table.target}`);
      expect((wire() - hashed) / (hashed - start)).toBeGreaterThan(50);
    },
  );

  test('are hashed, not read; a changed, a missing and an extra row of each are named and repaired', async () => {
    const { line } = sides;
    const child = startProcess(line, 'run');
    try {
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
      const verify = async (...words: readonly string[]) => {
        const all = ['verify', '--restart', '--mode', 'pushdown', ...words, '--json', '--quiet'];
        const ran = await runSluice(all, { folder: line.folder });
        return (JSON.parse(ran.stdout) as { data: VerifyReport }).data.tables;
      };
      const clean = { state: 'equal', streamed: [], sourceRows: ROWS, targetRows: ROWS, equal: ROWS };
      for (const one of await verify()) expect(one, one.table).toMatchObject(clean);
      await onTarget(line, kinds.map(planted).join(';'));
      const found = await verify();
      expect(found.length).toBe(kinds.length);
      for (const { differences, ...one } of found) {
        const isBag = one.table === BAG_TABLE;
        expect(one, one.table).toMatchObject({ state: 'different', streamed: [], equal: ROWS - 2, targetRows: ROWS });
        expect(differences.map(shown).sort(), one.table).toEqual(isBag ? BAG : KEYED);
        expect(new Set(differences.map(({ key }) => JSON.stringify(key))).size).toBe(isBag ? 4 : 3);
      }
      const repaired = await verify('--repair', '--confirm', line.config.pipeline);
      const keyed = new Set(kinds.filter(({ isBag }) => !isBag).map(({ name }) => name));
      for (const { table, state } of repaired)
        if (keyed.has(table)) expect({ table, state }).toEqual({ table, state: 'equal' });
      expect(await child.stop(), child.log).toBe(0);
    } finally {
      await child.kill();
    }
  });
});

/** Of multisets no row can be repaired. */
const BAG_TABLE = 'no_key';
const CHANGED = 77;
const MISSING = 3_999;
const KEYED = ['different t', 'extra', 'missing'];
const BAG = ['extra', 'extra', 'missing', 'missing'];

function planted({ name, row, other }: KeyKind): string {
  return `UPDATE ${name} SET t = t || ' ' WHERE ${row(CHANGED)}; DELETE FROM ${name} WHERE ${row(MISSING)};
    INSERT INTO ${name} VALUES (${other}, 'extra', 1)`;
}

function shown({ kind, column }: RowDifference): string {
  return column === null ? kind : `${kind} ${column}`;
}
