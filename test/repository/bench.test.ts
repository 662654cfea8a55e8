import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { benchOptions } from '../../bench/option.ts';

function bench(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.ts', ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('npm run bench -- --help prints its flags and starts no server', () => {
  const ran = bench('--help');
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  for (const flag of ['--rows', '--changes', '--tables', '--rounds', '--log', '--only', '--json', '--profile'])
    expect(ran.stdout).toContain(flag);
});

test('words that the benchmark does not know are refused with exit 2 and no stack trace', () => {
  const ran = bench('--rowz', '5');
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('--rowz');
  expect(ran.stderr).not.toMatch(/^\s+at /m);
});

test('numbers and choices of the benchmark are checked before anything starts', () => {
  expect(() => benchOptions(['--rows', '1e6'])).toThrow('--rows: expected a whole number');
  expect(() => benchOptions(['--log', 'pulsar'])).toThrow('--log: expected embedded or kafka, not "pulsar"');
  expect(() => benchOptions(['--only', 'snapshot,all'])).toThrow('--only');
  expect(benchOptions(['--rows', '10', '--only', 'parts'])).toMatchObject({ rows: 10, only: new Set(['parts']) });
});
