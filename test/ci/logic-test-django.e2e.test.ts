import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInside } from '../cli/run-sluice.ts';
import { guidePrograms, guideTables } from '../logic/guide.ts';
import { type Moved, move } from '../logic/move.ts';
import { pythonWith } from './django-project.ts';

const VIEWS = [
  'CREATE VIEW rich AS SELECT id, name, salary FROM staff WHERE salary > 4000',
  'CREATE VIEW sold AS SELECT i.code, COUNT(*) AS sales, SUM(s.qty * s.price) AS total, MAX(s.day) AS latest FROM item i JOIN sale s ON s.item_id = i.id GROUP BY i.id, i.code',
  "CREATE VIEW moves AS SELECT 'item' AS kind, id, price, NULL AS qty FROM item UNION ALL SELECT 'sale', id, price, qty FROM sale",
  'CREATE VIEW moved AS SELECT kind, COUNT(*) AS many, SUM(price) AS total FROM moves GROUP BY kind',
  'CREATE VIEW rich_boss AS SELECT r.id, r.name, b.name AS boss FROM rich r LEFT JOIN staff b ON b.id = r.id - 1',
];

/** Differ where the converter says so, or by an argument that docs/operate/stored-programs.md tells of. */
const TOLD = [
  ...['sd_cases', 'sd_upsert_values', 'str_handler_warning', 'str_to_dt'],
  ...['old_outbox', 'ty_members_written', 'bz_two_changed'],
  ...['ma_quotient', 'ma_quotient_digits', 'ma_quotient_given', 'ma_quotient_stored'],
];

interface Told {
  readonly kind: string;
  readonly name: string;
  readonly cases: number;
  readonly equal: number;
  readonly django: { readonly source: number; readonly target: number; readonly refused?: string };
  readonly differences: readonly object[];
}

/** Have a function of ours on the target, which SQL of services does not call, a type that Python has not, or SQL of run time. */
const REFUSED = ['str_sha1', 'ty_members_by_number', 'ty_float_places', 'bz_list'];

describe.each([
  { source: 'mysql', series: '5.2', files: ['stranger-flow.sql', 'stranger-data.sql', 'business.sql'], least: 60 },
  { source: 'mariadb', series: '4.2', files: ['mariadb.sql', 'decade.sql', 'type.sql'], least: 60 },
] as const)('from $source under Django $series', ({ source: kind, series, files, least }) => {
  let moved: Moved;

  beforeAll(async () => {
    const programs = files.flatMap((file) => guidePrograms(file));
    moved = await move(
      async ({ source: { url } }) => {
        const connection = await createConnection({ uri: url });
        for (const statement of [...guideTables(), ...VIEWS]) await connection.query(statement);
        await connection.end();
      },
      { source: kind, programs },
    );
  }, 600_000);
  afterAll(async () => moved?.[Symbol.asyncDispose]());

  test('logic test runs the services of Django and the models of views on both servers beside the conversion', async () => {
    const { folder, source, target } = moved.line;
    const python = await pythonWith(series);
    const { stdout } = await runInside(
      ['logic', 'test', '--cases', '4', '--python', python, '--html', 'proof.html', '--json'],
      { folder, environment: { SLUICE_SCRATCH_SOURCE: source.url, SLUICE_SCRATCH_TARGET: target.url } },
    );
    const { data, error } = JSON.parse(stdout) as { data: { programs: readonly Told[] }; error?: object };
    expect(error).toBeUndefined();
    const run = data.programs.filter(({ cases }) => cases > 0);
    const refused = run.filter(({ kind, django }) => kind !== 'trigger' && django.refused !== undefined);
    expect
      .soft(
        refused.filter(({ name }) => !REFUSED.includes(name)).map(({ name, django }) => `${name}: ${django.refused}`),
      )
      .toEqual([]);
    const others = run.filter(({ name }) => !TOLD.includes(name));
    expect(
      others.flatMap(({ name, differences }) => differences.map((one) => JSON.stringify({ name, ...one }))),
    ).toEqual([]);
    const views = run.filter(({ kind }) => kind === 'view').map(({ name }) => name);
    expect(views.toSorted()).toEqual(['moved', 'moves', 'rich', 'rich_boss', 'sold']);
    expect(run.length).toBeGreaterThan(least);
    expect(readFileSync(join(folder, 'proof.html'), 'utf8')).toContain('Django on the target');
  });
});
