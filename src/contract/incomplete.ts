import type { PipelineStatus } from './status.ts';

/** Something that the source has committed and a reader of the target does not see, however small the lag is. */
export interface Incomplete {
  /** As the source names it, or, for what waits in quarantine, as the target does; null: the whole. */
  readonly table: string | null;
  readonly reason: string;
}

/** A lag tells how far the stream has come; this, what it has left beside its way. Empty: nothing (INV-75). */
export function incompleteOf(status: PipelineStatus): readonly Incomplete[] {
  return [...loading(status), ...paused(status), ...quarantined(status)];
}

function loading({ state, snapshot }: PipelineStatus): readonly Incomplete[] {
  const isCopying = snapshot.state === 'waiting' || snapshot.state === 'copying';
  if (state !== 'starting' && state !== 'loading' && !isCopying) return [];
  const left = snapshot.tables.filter(({ phase }) => phase === 'waiting' || phase === 'copying').length;
  const reason =
    left === 0 ? 'the load is not finished' : `${left} ${left === 1 ? 'table is' : 'tables are'} not copied`;
  return [{ table: null, reason }];
}

function paused({ snapshot }: PipelineStatus): readonly Incomplete[] {
  return snapshot.tables
    .filter(({ phase }) => phase === 'paused' || phase === 'failed')
    .map(({ database, table, phase, advice }) => ({
      table: `${database}.${table}`,
      reason: advice === null ? `is ${phase}` : `is ${phase}: ${advice}`,
    }));
}

function quarantined({ quarantine }: PipelineStatus): readonly Incomplete[] {
  const byTable = Map.groupBy(quarantine, ({ table }) => table);
  return Array.from(byTable, ([table, counts]) => {
    const changes = counts.reduce((sum, one) => sum + one.changes, 0);
    const reasons = counts.map(({ reason }) => reason).join(', ');
    const what = changes === 1 ? '1 change waits' : `${changes} changes wait`;
    return { table, reason: `${what} in quarantine (${reasons})` };
  });
}
