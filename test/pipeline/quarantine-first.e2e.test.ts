import { expect, test } from 'vitest';
import { runSluice } from '../cli/run-sluice.ts';
import { openLine } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';

test('the quarantine of a pipeline that has not begun is empty, and looking at it makes nothing on the target', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  const quarantine = async (...words: readonly string[]) => {
    const ran = await runSluice(['quarantine', ...words, '--json'], { folder: line.folder });
    return { exit: ran.exit, ...JSON.parse(ran.stdout) };
  };
  try {
    expect(await quarantine('list')).toMatchObject({ exit: 0, data: { changes: [] } });
    expect(await quarantine('show', '1')).toMatchObject({ exit: 2, error: { code: 'USAGE_UNKNOWN_ID' } });
    expect(await quarantine('retry', 'all')).toMatchObject({ exit: 0, data: { applied: 0, remaining: 0 } });
    const drop = ['drop', 'all', '--confirm', line.config.pipeline];
    expect(await quarantine(...drop)).toMatchObject({ exit: 0, data: { dropped: 0 } });
    expect(await quarantine('retry', '7')).toMatchObject({ exit: 2, error: { code: 'QUARANTINE_NO_SUCH_CHANGE' } });
    expect(await onTarget(line, "SELECT to_regnamespace('sluice')::text AS made")).toEqual([{ made: null }]);
  } finally {
    await line.close();
  }
});
