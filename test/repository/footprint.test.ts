import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { OUR_SOURCE_TABLES } from '../../src/pipeline/remains/source.ts';
import { OUR_TARGET_TABLES } from '../../src/pipeline/remains/target.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));
const code = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(SRC, name), 'utf8'))
  .join('\n');

test('every table that is made in the schema sluice is one that complete and teardown take away (INV-190)', () => {
  const made = new Set(Array.from(code.matchAll(/CREATE TABLE IF NOT EXISTS sluice\.(\w+)/g), ([, name = '']) => name));
  expect(made.size).toBeGreaterThan(10);
  const known: readonly string[] = OUR_TARGET_TABLES;
  expect([...made].filter((name) => !known.includes(name))).toEqual([]);
});

test('the journal of triggers is the last table of ours that goes from the source: it has texts that stand nowhere else', () => {
  expect(OUR_SOURCE_TABLES.at(-1)).toBe('reverse_trigger');
});
