import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Line {
  readonly id: string;
  readonly tests: string;
}

const lines: readonly Line[] = readFileSync(join(ROOT, 'docs/invariants.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, , tests] = line.split('|').map((cell) => cell.trim());
    return id?.startsWith('INV-') ? [{ id, tests: tests ?? '' }] : [];
  });

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => statSync(join(ROOT, name)).isFile());
}

/** Numbers named in src/, with a file that names each. */
function named(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of filesUnder('src')) {
    for (const [id] of readFileSync(join(ROOT, file), 'utf8').matchAll(/INV-\d+/g)) found.set(id, file);
  }
  return found;
}

/** Test files that a line names; `*` stands for anything within one name. */
function testFiles(tests: string): readonly string[][] {
  const all = filesUnder('test');
  return [...tests.matchAll(/test\/[\w*./-]+\.ts\b/g)].map(([path]) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    return all.filter((file) => pattern.test(file));
  });
}

test('every invariant that the code names has a line in docs/invariants.md', () => {
  const known = new Set(lines.map(({ id }) => id));
  expect([...named()].filter(([id]) => !known.has(id))).toEqual([]);
});

test('every invariant has one line', () => {
  const ids = lines.map(({ id }) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

test('every line names a test file that exists', () => {
  const wrong = lines.filter(({ tests }) => {
    const found = testFiles(tests);
    return found.length === 0 || found.some((files) => files.length === 0);
  });
  expect(wrong).toEqual([]);
});
