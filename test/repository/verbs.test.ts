import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMON_FLAGS, CONFIG_FLAG } from '../../src/cli/common-flag.ts';
import type { Verb } from '../../src/cli/verb.ts';
import { VERBS } from '../../src/cli/verb-table.ts';
import { flagOf } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/option-table.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** First words of every verb that there is or is to be: after "sluice", each of them is a command and no prose. */
const WORDS =
  'init|config|check|assess|schema|run|capture|apply|status|lag|pause|resume|throttle|tables|verify|quarantine|backup|cutover|rollback|complete|teardown|logic|django|queries|report|demo';

/** Second words of verbs, those to come included: another word after a group's name is prose. */
const SECOND =
  'validate|show|schema|plan|apply|diff|add|remove|reload|list|retry|drop|rehearse|run|status|abort|confirm|convert|test|scan|models|settings|collect|compare';

/** Says of an option what it waits for, not what to type. */
const NOT_YET = /No effect in this version|^const (?:CUTOVER|VERIFY) = /;

/** What a text tells people to type: `sluice quarantine list|show`, `sluice run --resync`. */
interface Named {
  readonly file: string;
  readonly text: string;
  readonly first: string;
  readonly second: string;
  readonly flags: readonly string[];
}

function texts(): readonly string[] {
  const under = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const files = ['README.md', 'CHANGELOG.md', ...['src', 'docs', 'infra'].flatMap(under)];
  return files.filter((name) => /\.(ts|md|ya?ml)$/.test(name) && statSync(join(ROOT, name)).isFile());
}

function named(file: string): readonly Named[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const isSaid = (line: string) => !NOT_YET.test(line) && !(file.endsWith('.ts') && /^\s*(?:\*|\/\*|\/\/)/.test(line));
  const text = lines.filter(isSaid).join('\n');
  const pattern = new RegExp(
    `\\bsluice (${WORDS})\\b(?: ((?:${SECOND})(?:\\\\?\\|[a-z]+)*)\\b)?([^\`'"\\n;,.)]*)`,
    'g',
  );
  return [...text.matchAll(pattern)].map(([whole, first = '', second = '', rest = '']) => {
    const flags = [...rest.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
    return { file, text: whole, first, second, flags };
  });
}

/** The verbs that the words name; null when there is none of that name. */
function verbsOf({ first, second }: Named): readonly Verb[] | null {
  const single = VERBS.find(({ name }) => name === first);
  if (single) return [single];
  const group = VERBS.filter(({ name }) => name.startsWith(`${first} `));
  if (second === '') return group.length > 0 ? group : null;
  const found = second.split(/\\?\|/).map((word) => VERBS.find(({ name }) => name === `${first} ${word}`));
  const known = found.filter((verb) => verb !== undefined);
  return known.length === found.length ? known : null;
}

const all = texts().flatMap(named);

test('every command that a cure, the help or a page names exists', () => {
  expect(all.length).toBeGreaterThan(100);
  const missing = all.filter((one) => verbsOf(one) === null);
  expect(missing.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

test('every flag in such a command is one of its own', () => {
  const common = [...COMMON_FLAGS, CONFIG_FLAG].map(({ name }) => name);
  const options = OPTIONS.flatMap((option) => flagOf(option)?.slice(2) ?? []);
  const wrong = all.flatMap((one) => {
    const own = verbsOf(one)?.flatMap(({ flags }) => flags.map(({ name }) => name)) ?? [];
    const known = new Set([...own, ...common, ...options, 'help', 'version']);
    return one.flags.filter((flag) => !known.has(flag)).map((flag) => `${one.file}: ${one.text} (--${flag})`);
  });
  expect(wrong).toEqual([]);
});
