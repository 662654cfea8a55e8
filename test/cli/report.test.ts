import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInside } from './run-sluice.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-report-'));
  const text = `pipeline: shop
source: { url: mysql://me:Planted-Secret-1@db/shop, databases: [shop] }
target: { url: postgresql://me:Planted-Secret-2@db/shop }
`;
  writeFileSync(join(folder, 'sluice.yaml'), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function report(stage: string, ...words: readonly string[]) {
  return await runInside(['report', ...words], { folder, environment: { STAGE: stage, USER: 'Planted-Secret-2' } });
}

it('writes both files for this account alone, prints the root hash to note and the command that checks it', async () => {
  const { exit, stdout, stderr } = await report('clean', '--out', 'proof');
  expect(exit, stderr).toBe(0);
  const [, root = ''] = /root hash ([0-9a-f]{64})/.exec(stdout) ?? [];
  expect(stderr).toContain(`sluice report --check proof.html --root ${root}`);
  for (const name of ['proof.html', 'proof.json']) {
    expect(readFileSync(join(folder, name), 'utf8')).toContain(root);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(await report('', '--check', name, '--root', root.toUpperCase())).toMatchObject({ exit: 0 });
  }
});

it('has no secret in file or output, and says so when one would have been there', async () => {
  const { stdout, stderr } = await report('clean', '--out', 'secret', '--json');
  const written = ['secret.html', 'secret.json'].map((name) => readFileSync(join(folder, name), 'utf8'));
  for (const text of [stdout, stderr, ...written]) expect(text).not.toContain('Planted-Secret');
  expect(written[1]).toContain('*** were hidden'.replace('***', '1'));
});

it('writes the file though a server is away, says what is missing and ends with 6', async () => {
  const { exit, stdout, stderr } = await report('broken', '--out', 'gap');
  expect(exit).toBe(6);
  expect(stdout).toContain('not read: the source: connection refused');
  expect(stderr).toContain('REPORT_INCOMPLETE');
  expect(stderr).toContain('could not be noted on the target');
  expect(readFileSync(join(folder, 'gap.html'), 'utf8')).toContain('SOURCE_UNREACHABLE');
});

it.each([
  [['--check', 'nothing.html'], 'USAGE_NO_EVIDENCE'],
  [['--check', 'sluice.yaml'], 'USAGE_NO_EVIDENCE'],
  [['--out', 'sluice.yaml/proof'], 'USAGE_OUT'],
  [['--root', '00'], 'USAGE_FLAG_VALUE'],
])('refuses %j as %s', async (words, code) => {
  expect(await report('clean', ...words)).toMatchObject({ exit: 2, stderr: expect.stringContaining(code) });
});

it('names the part that was changed, and a root that is not the one that was noted', async () => {
  await report('clean', '--out', 'kept');
  const html = readFileSync(join(folder, 'kept.html'), 'utf8');
  writeFileSync(join(folder, 'kept.html'), html.replace('bob', 'eve'));
  const { exit, stderr } = await report('', '--check', 'kept.html', '--root', '0'.repeat(64));
  expect({ exit, said: /is not what was sealed: [^(]*/.exec(stderr)?.[0].trim() }).toEqual({
    exit: 4,
    said: 'is not what was sealed: repairs, root',
  });
});

it('makes the folder that --out names, for this account alone', async () => {
  expect(await report('clean', '--out', 'made/deep/proof')).toMatchObject({ exit: 0 });
  expect(statSync(join(folder, 'made', 'deep')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'made', 'deep', 'proof.json')).mode & 0o777).toBe(0o600);
});

it.each(['html', 'json'])('tells a cut off %s file as changed, and not as none of ours', async (kind) => {
  await report('clean', '--out', 'whole');
  const text = readFileSync(join(folder, `whole.${kind}`), 'utf8');
  for (const part of [0.9, 0.5, 0.1]) {
    writeFileSync(join(folder, `cut.${kind}`), text.slice(0, Math.floor(text.length * part)));
    const { exit, stderr } = await report('', '--check', `cut.${kind}`);
    expect([part, exit]).toEqual([part, 4]);
    expect(stderr).toContain('REPORT_CHANGED');
  }
});
