import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { commandsPage } from '../../src/cli/docs-page.ts';
import { VERBS } from '../../src/cli/verb-table.ts';

const PAGE = fileURLToPath(new URL('../../docs/operate/commands.md', import.meta.url));
const CHECK = new URL('../../src/check/', import.meta.url);

it('keeps docs/operate/commands.md current (rewritten by vitest -u)', async () => {
  const section = /(?<=<!-- verbs -->\n)[\s\S]*(?=<!-- end of verbs -->)/;
  const page = readFileSync(PAGE, 'utf8').replace(section, () => commandsPage(VERBS));
  await expect(page).toMatchFileSnapshot(PAGE);
});

it('explains every code that check can find', () => {
  const page = readFileSync(PAGE, 'utf8');
  const source = readdirSync(CHECK)
    .map((name) => readFileSync(new URL(name, CHECK), 'utf8'))
    .join('\n');
  const codes = new Set(source.match(/'(SOURCE|TARGET|LOG|COLUMN|TABLE|DATABASE|NO|NAME|PATTERN|RULE)(_[A-Z]+)+'/g));
  expect(codes.size).toBeGreaterThan(30);
  for (const code of codes) if (code !== "'SOURCE_TYPE_UNKNOWN'") expect(page).toContain(code.slice(1, -1));
});
