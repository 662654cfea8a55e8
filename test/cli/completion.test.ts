import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from '../../src/cli/completion.ts';
import { VERBS } from '../../src/cli/verb-table.ts';
import { runInside } from './run-sluice.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-completion-'));
  writeFileSync(join(folder, 'sluice.bash'), completionScript('bash', VERBS));
  writeFileSync(join(folder, 'shop.yaml'), '');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a real bash offers after these words; the last is the one being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `source ./sluice.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['-uc', script, 'bash', 'sluice', ...words], { cwd: folder, encoding: 'utf8' });
  return printed.split('\n').filter((line) => line !== '');
}

describe('the completion of bash', () => {
  it('offers every first word, and every second word of a group', () => {
    expect(new Set(offered(''))).toEqual(new Set([...VERBS.map(({ name }) => name.split(' ')[0]), 'help']));
    const plans = VERBS.filter(({ name }) => name.startsWith('cutover ')).map(({ name }) => name.split(' ')[1]);
    expect(new Set(offered('cutover', ''))).toEqual(new Set(plans));
    expect(offered('help', 'cutover', 'reh')).toEqual(['rehearse']);
  });

  it.each(VERBS)('offers the flags of sluice $name, and those of every verb', (verb) => {
    const flags = offered(...verb.name.split(' '), '--');
    for (const name of [...verb.flags.map(({ name }) => name), 'json', 'help']) expect(flags).toContain(`--${name}`);
    expect(flags.includes('--source-url')).toBe(verb.takesConfig);
  });

  it('offers choices and files where a flag wants one, and nothing where it wants a word of its own', () => {
    expect(offered('run', '--until', '')).toEqual(['caught-up']);
    expect(offered('status', '--config', 'sh')).toEqual(['shop.yaml']);
    expect(offered('status', '--source-url', '')).toEqual([]);
    expect(offered('completion', '')).toEqual([...SHELLS]);
  });

  it('knows the verb behind flags with values, and before operands', () => {
    expect(offered('--config', 'cutover', 'status', '--wat')).toEqual(['--watch']);
    expect(offered('quarantine', 'show', '17', '--js')).toEqual(['--json']);
  });
});

it('names every verb and flag in the script of fish too', () => {
  const script = completionScript('fish', VERBS);
  for (const { name, flags } of VERBS) {
    for (const word of name.split(' ')) expect(script).toContain(word);
    for (const flag of flags) expect(script).toContain(`-l ${flag.name}`);
  }
  expect(script.split('\n').every((line) => /^(#|complete -c sluice )/.test(line))).toBe(true);
});

it('is printed by sluice completion, and refuses a shell that it does not know', async () => {
  const ran = await runInside(['completion', 'zsh'], { folder });
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^autoload -U \+X bashcompinit/);
  expect(await runInside(['completion', 'cmd.exe'], { folder })).toMatchObject({ exit: 2 });
});
