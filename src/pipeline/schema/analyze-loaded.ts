import type { SluiceError } from '../../contract/error.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { analyze, unanalyzed } from '../../postgres/statistics.ts';
import { inLanes } from '../lane.ts';
import { TargetPool } from '../target-pool.ts';
import { type FinishLoadOptions, LOCK_TIMEOUT_MS, untilDone } from './finish-load.ts';

const PARALLEL = 2;

/**
 * Has the planner know the tables that were just filled (decision 25): the server's own daemon comes a minute later, and
 * never to a table that is divided.
 */
export async function analyzeLoaded(
  tables: readonly TargetName[],
  options: Pick<FinishLoadOptions, 'target' | 'signal' | 'logger'>,
): Promise<readonly SluiceError[]> {
  const failures: SluiceError[] = [];
  const pool = new TargetPool({ ...options.target, lockTimeoutMs: LOCK_TIMEOUT_MS }, options.signal);
  const tried = async (name: string, work: () => Promise<void>) => {
    const failure = await untilDone(name, options, work);
    if (failure !== null) failures.push(failure);
  };
  try {
    let unknown: readonly TargetName[] = [];
    await tried('statistics', async () => {
      unknown = await pool.use((session) => unanalyzed(session, tables));
    });
    await inLanes(unknown, { laneOf: quoteTable, width: PARALLEL }, (table) =>
      tried(`statistics of ${table.table}`, () => pool.use((session) => analyze(session, table))),
    );
    return failures;
  } finally {
    await pool.close();
  }
}
