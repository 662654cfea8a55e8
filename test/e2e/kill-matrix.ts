import { test } from 'vitest';
import { killRun } from './kill-run.ts';

const WAYS = [
  { source: 'mysql', log: 'embedded', verbs: ['run'] },
  { source: 'mariadb', log: 'embedded', verbs: ['run'] },
  { source: 'mysql', log: 'kafka', verbs: ['capture', 'apply'] },
  { source: 'mariadb', log: 'kafka', verbs: ['capture', 'apply'] },
  { source: 'mysql', log: 'kafka', verbs: ['run'] },
] as const;

/** The same promise for CI's slice and for the long run: only the number of kills, and the shop, differ. */
export function testKills(size: { readonly kills: number; readonly scale: number }): void {
  test.each(WAYS)(
    `nothing is lost or double after ${size.kills} kill -9 ($verbs) from $source through the $log log`,
    async (way) => {
      const kills = Math.ceil(size.kills / way.verbs.length);
      await killRun({ ...way, ...size, kills, chunkMaxRows: 200, trafficPerSecond: 60, longestLifeMs: 3_000 });
    },
  );
}
