import type { RowChange } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { Aside } from './aside.ts';
import { isDataError, reasonOf } from './data-error.ts';
import type { Origin, Reason } from './quarantine-store.ts';
import type { SetWriter } from './set-writer.ts';
import type { TablePlan } from './table-plan.ts';
import { nameOf, type WaitingIndex } from './waiting-index.ts';

export interface CarefulOptions {
  readonly session: PostgresSession;
  readonly writer: SetWriter;
  readonly aside: Aside;
  readonly index: WaitingIndex;
  readonly originOf: (change: RowChange) => Origin;
}

/**
 * Writes a run so that only the changes that the target cannot hold are left out. A run that fails is halved in source
 * order, never by key: each half is a run that the source went through, so nothing fails for lack of its other half.
 */
export class CarefulWriter {
  readonly #options: CarefulOptions;

  constructor(options: CarefulOptions) {
    this.#options = options;
  }

  async write(plan: TablePlan, changes: readonly RowChange[]): Promise<void> {
    const going = await this.#withoutWaiting(changes);
    if (going.length === 0) return;
    const error = await this.attempt(() => this.#options.writer.write(plan, going));
    if (error === null) return;
    const [only] = going;
    if (only !== undefined && going.length === 1) return await this.#setAside(only, error);
    const middle = Math.floor(going.length / 2);
    await this.write(plan, going.slice(0, middle));
    await this.write(plan, going.slice(middle));
  }

  /** One change together with what follows from it: both or neither. */
  async writeOne(change: RowChange, work: () => Promise<void>): Promise<void> {
    if ((await this.#withoutWaiting([change])).length === 0) return;
    const error = await this.attempt(work);
    if (error !== null) await this.#setAside(change, error);
  }

  /** Runs work under a savepoint; answers the data error that it met, when its effects are undone. */
  async attempt(work: () => Promise<void>): Promise<(Error & Parameters<typeof reasonOf>[0]) | null> {
    const { session, writer } = this.#options;
    await session.query('SAVEPOINT sluice_careful');
    try {
      await work();
      await session.query('RELEASE SAVEPOINT sluice_careful');
      return null;
    } catch (error) {
      if (!isDataError(error)) throw error;
      await session.query('ROLLBACK TO SAVEPOINT sluice_careful; RELEASE SAVEPOINT sluice_careful');
      writer.rolledBack();
      return error;
    }
  }

  async #withoutWaiting(changes: readonly RowChange[]): Promise<readonly RowChange[]> {
    const { index, aside, originOf } = this.#options;
    if (index.isEmpty) return changes;
    const going: RowChange[] = [];
    for (const change of changes) {
      const behind = index.behind(nameOf(change.table), change);
      if (behind === null) going.push(change);
      else await aside.add(change, behindReason(behind), originOf(change));
    }
    return going;
  }

  async #setAside(change: RowChange, error: Parameters<typeof reasonOf>[0]): Promise<void> {
    const { index, aside, originOf } = this.#options;
    const reason = reasonOf(error);
    const oldest = index.oldestOf(nameOf(change.table));
    // A unique value is taken while another change of this table waits: most likely that one would have freed it.
    const behind = reason === 'sqlstate-23505' ? oldest : null;
    const why = { reason: behind === null ? reason : 'behind', message: error.message, behind };
    await aside.add(change, why, originOf(change));
  }
}

export function behindReason(behind: string): Reason {
  return { reason: 'behind', message: `waits behind change ${behind}`, behind };
}
