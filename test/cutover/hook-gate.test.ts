import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hooksGate } from '../../src/cutover/hook-gate.ts';

const key = 'cutover.hooks.flip';

describe('the gate hooks', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-hook-'));
    writeFileSync(join(folder, 'mine.sh'), '#!/bin/sh\ntouch ran\n');
    chmodSync(join(folder, 'mine.sh'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const problems = async (line: string) => (await hooksGate([{ key, line }], folder)).problems.map(({ text }) => text);

  it.each(['true', './mine.sh now', 'until test -e go; do sleep 1; done', 'A=b env', '"$HOME"/x y', 'printf a > side'])(
    'takes what the shell can run: %s',
    async (line) => {
      expect(await problems(line)).toEqual([]);
    },
  );

  it('runs none of them', async () => {
    await problems('./mine.sh');
    expect(await problems('test ! -e ran || ./nowhere')).toEqual([]);
    expect((await hooksGate([], folder)).problems).toEqual([]);
  });

  it.each(['no-such-program --now', './nowhere.sh'])('is red for a program that is not there: %s', async (line) => {
    expect(await problems(line)).toEqual([`${key} begins with a program that is not found: ${line.split(' ')[0]}`]);
  });

  it('is red for a line that is no shell, and does not show it', async () => {
    expect(await problems('curl -H "secret')).toEqual([`${key} is not a line that sh understands`]);
  });
});
