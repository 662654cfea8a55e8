import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ran, runInside } from './run-sluice.ts';

const CONFIG = `pipeline: shop
source: { url: "mysql://u:hidden-password@127.0.0.1:1/shop" }
target: { url: "postgresql://u@127.0.0.1:1/d" }
`;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-assess-'));
  writeFileSync(join(folder, 'sluice.yaml'), CONFIG);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sluice(stage: string, ...argv: readonly string[]): Promise<Ran> {
  return runInside(['assess', ...argv], { folder, environment: { STAGE: stage } });
}

test('assess ends with exit 3 while a choice is open that a run needs, and says which', async () => {
  const { exit, stdout, stderr } = await sluice('refused');
  expect(exit).toBe(3);
  expect(stdout).toContain('What must be decided before a run');
  expect(stdout).toContain('born: null');
  expect(stderr).toContain('ASSESS_OPEN_CHOICE');
});

test('assess ends with exit 0 when every choice is made', async () => {
  const { exit, stdout } = await sluice('clean');
  expect(exit).toBe(0);
  expect(stdout).toContain('nothing stands in the way of a run');
});

test('the cost of the scan is said on stderr before the report', async () => {
  const { stderr } = await sluice('clean');
  expect(stderr).toContain('the scan reads about 100 rows (16.0 KiB) of 1 tables, for about 0.0 s, rests included');
});

test('assess --json gives the report in the envelope of kind Assess', async () => {
  const { exit, stdout } = await sluice('refused', '--json');
  expect(exit).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'Assess',
    status: 'action_required',
    data: {
      counts: { converts: 1, choice: 1, hand: 1 },
      findings: [{ rule: 'zero-date', rows: { kind: 'exact', rows: 12 }, isOpen: true }, {}],
    },
  });
});

test('assess --html writes one page', async () => {
  const { exit } = await sluice('clean', '--html', 'page.html');
  expect(exit).toBe(0);
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  expect(page).toContain('Assessment of shop');
  expect(page).not.toContain('hidden-password');
});

test.each([
  [['--throttle', 'fast'], '--throttle'],
  [['--sample', '5', '--whole'], 'exclude each other'],
])('flags that mean nothing are a mistake of usage: %s', async (argv, said) => {
  const { exit, stderr } = await sluice('clean', ...argv);
  expect(exit).toBe(2);
  expect(stderr).toContain(said);
});
