import { expect } from 'vitest';
import { openQuarantine } from '../../src/pipeline/quarantine.ts';
import { compareAll } from '../../src/pipeline/verify/compare-all.ts';
import { createShop } from '../../src/shop/shop.ts';
import type { TrafficMix } from '../../src/shop/traffic/mix.ts';
import { runTraffic } from '../../src/shop/traffic/traffic.ts';
import type { Line } from './line.ts';
import { onSource } from './statement.ts';

export async function fillShop(line: Line, scale: number): Promise<void> {
  await createShop({ url: line.source.url, database: line.source.name, scale, seed: 7 });
}

/** An open invoice with a zero date is late at the source and without a date on the target: v_open_invoice tells it. */
export async function settleZeroDates(line: Line): Promise<void> {
  await onSource(line, 'UPDATE tbl_billing SET is_settled = 1 WHERE due_on = 0');
}

export function startTraffic(line: Line, ratePerSecond: number, mix: Partial<TrafficMix> = {}) {
  const end = new AbortController();
  const { url, name: database } = line.source;
  const running = runTraffic({ url, database, seed: 7, ratePerSecond, workers: 2, mix, signal: end.signal });
  running.catch(() => {});
  return {
    stop: () => {
      end.abort();
      return running;
    },
  };
}

/** Every table on both sides, cell by cell; a difference is shown by table, key, column and both values. */
export async function expectEqual(line: Line): Promise<void> {
  const tables = await compareAll(line.config);
  const unequal = tables.filter((table) => !table.isEqual);
  const shown = unequal.map(({ table, sourceRows, targetRows, differences }) => {
    return { table, sourceRows, targetRows, differences: differences.slice(0, 5) };
  });
  expect({ shown, setAside: await setAside(line) }).toEqual({ shown: [], setAside: [] });
  expect(tables.length).toBeGreaterThan(0);
}

/** Changes that the target could not hold by themselves; none, after a shop's load. */
async function setAside(line: Line) {
  const quarantine = await openQuarantine(line.config, { way: 'forward', by: 'ada' });
  try {
    const waiting = await quarantine.list();
    return waiting.filter(({ behind }) => behind === null).slice(0, 5);
  } finally {
    await quarantine.close();
  }
}
