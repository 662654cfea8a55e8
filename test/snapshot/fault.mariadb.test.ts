import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ConnectionPool } from '../../src/mysql/connection-pool.ts';
import { mariadbViews } from '../../src/mysql/mariadb-view.ts';
import type { ReadView, ViewSource } from '../../src/mysql/read-view.ts';
import { testSource } from '../mysql/source.ts';
import { loadUnderWrites } from './interleave-contract.ts';

/** Each view is one that was opened some time before it was asked for: it may stand before the low position. */
function openedTooEarly(honest: ViewSource): ViewSource {
  const open: ViewSource['open'] = async (low) => {
    const view: ReadView = await honest.open(low);
    await sleep(50);
    return view;
  };
  let next: Promise<ReadView> | null = null;
  return {
    ...honest,
    open: async (low) => {
      const mine = next ?? open(low);
      next = open(low);
      next.catch(() => {});
      return mine;
    },
  };
}

/** Loads until a loss is seen: which of its views is too old for a change is chance. */
const LOADS = 5;

test('a reader whose snapshot stands before the low position loses changes, and the test sees it', async () => {
  let seen: unknown = null;
  for (let load = 0; load < LOADS && seen === null; load++) {
    await using source = await testSource('mariadb', 'fault');
    const views = () => openedTooEarly(mariadbViews(new ConnectionPool(source.settings)));
    seen = await loadUnderWrites(source, { chunkRows: 20, rounds: 8, views }).then(
      () => null,
      (error: unknown) => error,
    );
  }
  expect(String(seen)).toMatch(/writer|expected/);
});
