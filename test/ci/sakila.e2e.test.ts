import { expect, test } from 'vitest';
import { expectSchema } from '../e2e/expect-schema.ts';
import { caughtUpSince, type Line, openLine, pause, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource } from '../e2e/statement.ts';
import { readCorpus } from './corpora.ts';
import { startSakilaTraffic } from './sakila-traffic.ts';
import { statementsOf } from './sql-script.ts';

test.each([
  { source: 'mysql', log: 'embedded' },
  { source: 'mariadb', log: 'embedded' },
  { source: 'mysql', log: 'kafka' },
  { source: 'mariadb', log: 'kafka' },
] as const)('sakila under live random changes arrives cell by cell from $source through the $log log', async (way) => {
  const line = await openLine({ ...way, yaml: 'snapshot: { chunkMaxRows: 500 }' });
  try {
    await loadSakila(line);
    const traffic = startSakilaTraffic(line.source.url);
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await pause(3_000);
    expect(await traffic.stop()).toBeGreaterThan(50);
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await expectSchema(line, 7);
  } finally {
    await line.close();
  }
});

/** Into the line's own database instead of the one that the scripts make. */
async function loadSakila(line: Line): Promise<void> {
  const scripts = await Promise.all([
    readCorpus('sakila', 'sakila-mv-schema.sql'),
    readCorpus('sakila', 'sakila-mv-data.sql'),
  ]);
  const statements = scripts
    .flatMap(statementsOf)
    .filter((sql) => !/^(?:DROP SCHEMA|CREATE SCHEMA|USE) /i.test(sql))
    .map((sql) => sql.replaceAll(' sakila.', ` ${line.source.name}.`));
  await onSource(line, ...statements);
}
