import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, told, verify } from '../verify/session.ts';

afterEach(cleanUpAll);

const ROWS = 160;
const MIB = 1024 * 1024;
/** Less than both sides of one table together; what is held at once is a chunk or two of each, 110 to 210 MiB as measured. */
const MOST_MORE_BYTES = 300 * MIB;

/** Most memory that the process has held since `forgetPeak`. */
function peakBytes(pid: number): number {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

test.runIf(process.platform === 'linux')(
  'rows of a megabyte are compared, told and settled in bounded memory, with a key and without',
  async () => {
    const line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    const numbers = `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${ROWS})`;
    const rows = (table: string) =>
      `INSERT INTO ${table} ${numbers} SELECT n, REPEAT(CHAR(97 + n % 26), ${MIB}) FROM n`;
    await onSource(
      line,
      'CREATE TABLE keyed (id int PRIMARY KEY, body longtext)',
      'CREATE TABLE bag (n int, body longtext)',
      rows('keyed'),
      rows('bag'),
    );
    const child = started(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child], limitMs: 600_000 });
    forgetPeak(child.pid);
    const before = peakBytes(child.pid);
    expect(await verify(line, '--restart')).toMatchObject({
      exit: 0,
      data: { tables: [{ equal: ROWS }, { equal: ROWS }] },
    });
    await onTarget(
      line,
      "UPDATE keyed SET body = body || 'x' WHERE id <= 50; UPDATE bag SET body = 'short' WHERE n = 7",
    );
    const dirty = await verify(line, '--restart');
    expect(dirty.data.tables.map(({ differenceCount }) => differenceCount)).toEqual([2, 50]);
    expect(told(dirty)[5]?.length).toBeLessThan(10_000);
    expect((peakBytes(child.pid) - before) / MIB).toBeLessThan(MOST_MORE_BYTES / MIB);
    expect(await child.stop(), child.log).toBe(0);
  },
  900_000,
);
