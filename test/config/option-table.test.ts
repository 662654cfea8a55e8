import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { optionsPage } from '../../src/config/docs-page.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { flagOf, isNamed, variableOf } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/option-table.ts';
import { parseValue } from '../../src/config/value.ts';

it('gives every option a path, a flag and a variable of its own', () => {
  const unique = (items: readonly (string | null)[]) => new Set(items).size;
  const plain = OPTIONS.filter((option) => !isNamed(option));
  expect(unique(OPTIONS.map(({ path }) => path))).toBe(OPTIONS.length);
  expect(unique(plain.map(flagOf))).toBe(plain.length);
  expect(unique(plain.map(variableOf))).toBe(plain.length);
});

it.each(OPTIONS)('$path has a help sentence and a default of its own type', (option) => {
  expect(option.help).toMatch(/^[A-Z].*\.$/);
  if (option.default !== undefined)
    expect(parseValue(option.type, option.default, false)).toMatchObject({ isValid: true });
});

it('prints a schema that knows every option', () => {
  const text = JSON.stringify(configSchema());
  for (const option of OPTIONS)
    expect(text).toContain(JSON.stringify(option.path.split('.').findLast((key) => key !== '*')));
  expect(configSchema()).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['pipeline', 'source', 'target'],
  });
});

it('keeps docs/operate/configuration.md current (rewritten by vitest -u)', async () => {
  const file = fileURLToPath(new URL('../../docs/operate/configuration.md', import.meta.url));
  const section = /(?<=<!-- options -->\n)[\s\S]*(?=<!-- end of options -->)/;
  const page = readFileSync(file, 'utf8').replace(section, () => optionsPage());
  await expect(page).toMatchFileSnapshot(file);
});
