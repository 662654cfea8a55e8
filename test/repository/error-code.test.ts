import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CODE =
  /\b(?:SOURCE|TARGET|LOG|CONFIG|CONTROL|RULES?|QUARANTINE|POSITION|TABLES?|RELOAD|CHECK|USAGE|COLUMN|PATTERN|DATABASE|NAME)_[A-Z_]*[A-Z]\b/g;
/** Words of the same form that are variables of the environment. */
const VARIABLES = ['SOURCE_PASSWORD', 'TARGET_PASSWORD', 'SOURCE_ADMIN_PASSWORD'];
/** A failure that trying again does not cure, as it is defined: its code stands before its disposition. */
const LASTING =
  /(?:code: '|^\s+)([A-Z]+_[A-Z_]+)(?:',|: \{)(?:(?!code: |disposition: '(?:retry|quarantine)')[\s\S]){0,900}?disposition: '(?:stop|resync)'/gm;

function files(folder: string, end: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(end)).map((name) => readFileSync(join(folder, name), 'utf8'));
}

const source = files('src', '.ts');
const code = source.join('\n');
const comments = code
  .split('\n')
  .filter((line) => /^\s*(\/\*|\*|\/\/)/.test(line))
  .join('\n');
const operate = files('docs/operate', '.md').join('\n');

test('every error code that the pages for operators name exists', () => {
  const named = [...new Set(operate.match(CODE) ?? [])].filter((name) => !VARIABLES.includes(name));
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});

test('every error that trying again does not cure is explained to operators, or where it is defined', () => {
  const lasting = [...new Set(source.flatMap((text) => Array.from(text.matchAll(LASTING), ([, name = '']) => name)))];
  expect(lasting).toEqual(expect.arrayContaining(['LOG_FENCED', 'LOG_PURGED', 'TARGET_SINK_RUNNING', 'RULES_CHANGED']));
  const isExplained = (name: string) => new RegExp(`\\b${name}\\b`).test(`${operate}\n${comments}`);
  expect(lasting.filter((name) => !isExplained(name))).toEqual([]);
});
