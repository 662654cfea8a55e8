import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, SHOP_RULES, type SourceKind } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { fillShop, settleZeroDates, startTraffic } from '../e2e/shop.ts';
import { onTarget } from '../e2e/statement.ts';
import { makeBulkTable, startBulk } from './bulk-writer.ts';
import { alarms, cleanUpAll, lineOf, NO_ALARM, started, told, verify } from './session.ts';

export interface UnderTraffic {
  readonly source: SourceKind;
  readonly lengthMs: number;
  /** Of the shop. */
  readonly scale: number;
  readonly changesPerSecond: number;
}

/** Of the shop's own traffic, each of some seven rows. */
const TRANSACTIONS_PER_SECOND = 50;

/** No false alarm: all tables are compared again and again while the shop is written to. */
export function testUnderTraffic({ source, lengthMs, scale, changesPerSecond }: UnderTraffic): void {
  afterEach(cleanUpAll);

  test(
    `verify of a shop on ${source} tells no difference while ${changesPerSecond} changes a second are asked for, and one that is made behind it`,
    async () => {
      const yaml = `verify: { throttle: 100% }\ntables: { rules: ${SHOP_RULES} }`;
      const line = await lineOf({ source, log: 'embedded', yaml });
      await fillShop(line, scale);
      await settleZeroDates(line);
      await makeBulkTable(line);
      const child = started(line);
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [child], limitMs: 600_000 });
      const written = writing(line, changesPerSecond, lengthMs);
      written.catch(() => {});
      const startedMs = performance.now();
      let rounds = 0;
      do {
        const ran = await verify(line, '--restart');
        expect({ ...alarms(ran), error: ran.exit === 5 ? undefined : ran.error }).toEqual(NO_ALARM);
        rounds++;
      } while (performance.now() < startedMs + lengthMs);
      const { changes, tookMs } = await written;
      console.log(`${source}: ${rounds} rounds, ${changes} changes, ${Math.round((changes * 1e3) / tookMs)} a second`);
      await untilProcess(line, caughtUpSince(Date.now()), { processes: [child], limitMs: 600_000 });
      const still = await verify(line, '--restart');
      expect({ ...alarms(still), exit: still.exit, error: still.error }).toEqual({ ...NO_ALARM, exit: 0 });
      await onTarget(
        line,
        "SET session_replication_role = replica; UPDATE tbl_customer SET email = email || ' ' WHERE id = (SELECT min(id) FROM tbl_customer)",
      );
      const found = await verify(line, '--restart');
      expect(found.exit).toBe(4);
      expect(told(found)).toEqual([expect.stringMatching(/^tbl_customer \d+ different email /)]);
      expect(await child.stop(), child.log).toBe(0);
    },
    lengthMs * 2 + 1_800_000,
  );
}

/** Ends by itself, so that a comparison ends also where the machine carries less than is written. */
async function writing(line: Line, changesPerSecond: number, lengthMs: number) {
  const traffic = startTraffic(line, TRANSACTIONS_PER_SECOND);
  const bulk = startBulk(line, changesPerSecond);
  const startedMs = performance.now();
  await sleep(lengthMs);
  const [{ rows }, bulkChanges] = await Promise.all([traffic.stop(), bulk.stop()]);
  const tookMs = performance.now() - startedMs;
  expect(Math.min(bulkChanges, rows.insert, rows.update, rows.delete)).toBeGreaterThan(0);
  return { changes: rows.insert + rows.update + rows.delete + bulkChanges, tookMs };
}
