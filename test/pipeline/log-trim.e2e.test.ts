import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { caughtUpSince, type Line, openLine, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource } from '../e2e/statement.ts';

/** Rows of a megabyte: four times as many as make one segment of 64 MiB full, so that the first ones can go. */
const ROWS = 68;
const TIMES = 4;

test('the embedded log ends at what is applied instead of growing with all that ever changed (INV-112)', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '', logMore: ', keep: 0MiB' });
  try {
    await onSource(line, 'CREATE TABLE t (id int PRIMARY KEY, v longtext)');
    const first = startLine(line);
    await first.until(caughtUpSince(Date.now()));
    for (let time = 0; time < TIMES; time++) {
      const rows = Array.from({ length: ROWS }, (_, row) => `(${time * ROWS + row}, REPEAT('v${time}', 500000))`);
      await onSource(line, `INSERT INTO t VALUES ${rows.join(', ')}`);
    }
    await first.until(caughtUpSince(Date.now()));
    await first.stop();
    expect(await logBytes(line)).toBeLessThan((TIMES - 1) * ROWS * 1_000_000);
    const again = startLine(line);
    await onSource(line, "UPDATE t SET v = 'short'");
    await again.until(caughtUpSince(Date.now()));
    await again.stop();
    await expectEqual(line);
  } finally {
    await line.close();
  }
});

async function logBytes({ config }: Line): Promise<number> {
  if (config.log.kind !== 'embedded') throw new Error('not an embedded log');
  const { directory } = config.log;
  const files = await readdir(directory);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(directory, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
