import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PREFIX } from '../../src/http/metric.ts';
import { METRICS } from '../../src/http/metric-table.ts';

const PAGE = new URL('../../docs/operate/observe.md', import.meta.url).pathname;
const MARK = '<!-- metrics -->';

test('the page for operators lists every metric as the code declares it', async () => {
  const lines = METRICS.map(
    ({ name, type, labels = [], help }) => `| \`${PREFIX}${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  );
  const table = ['| metric | type | labels | |', '|---|---|---|---|', ...lines].join('\n');
  const [before = '', , after = ''] = readFileSync(PAGE, 'utf8').split(MARK);
  await expect(`${before}${MARK}\n${table}\n${MARK}${after}`).toMatchFileSnapshot(PAGE);
});
