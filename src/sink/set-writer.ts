import type { RowChange } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { sqlstateOf } from '../postgres/sqlstate.ts';
import { coalesceBag, coalesceKeyed, type KeyedSet } from './coalesce.ts';
import type { TableRun } from './pending-rows.ts';
import { rowChunks, stagedChunks } from './row-text.ts';
import { isSmall, type SmallSet, smallSet } from './small-set.ts';
import type { TablePlan } from './table-plan.ts';

/** From this many new rows on, COPY goes straight into the target. */
const DIRECT_ROWS = 64;
/** After a COPY met rows that were there already, so many sets of that table go through staging. */
const DIRECT_PAUSE_SETS = 16;
/** Staging tables that one session keeps: each costs a little at every commit. */
const STAGING_TABLES = 64;
/** A run of more changes is not looked at for being a small set. */
const MOST_CHANGES = 256;
const UNIQUE_VIOLATION = '23505';

/** Writes runs of changes of one table at a time, set-wise, inside the transaction that its caller opened. */
export class SetWriter {
  readonly #session: PostgresSession;
  /** Staging tables that exist, the least recently used first; true when it may hold rows of this transaction. */
  readonly #staging = new Map<TablePlan, boolean>();
  readonly #directPause = new Map<TablePlan, number>();

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  /** Staging tables have emptied themselves. */
  committed(): void {
    for (const plan of this.#staging.keys()) this.#staging.set(plan, false);
  }

  /** To a savepoint: what was created since is gone, what was filled before is filled: both are found out anew. */
  rolledBack(): void {
    this.#staging.clear();
  }

  /** Runs of different tables; all that are small go in one round trip. */
  async writeAll(runs: readonly TableRun[]): Promise<void> {
    const small: Merge[] = [];
    for (const [plan, changes] of runs) {
      const merge = smallMerge(plan, changes);
      if (merge === null) await this.write(plan, changes);
      else small.push(merge);
    }
    await this.#mergeSmall(small);
  }

  /** A unique value that two rows exchange is met in any of them: then each by itself. */
  async #mergeSmall(merges: readonly Merge[]): Promise<void> {
    const isTried = merges.some(({ plan, standing }) => plan.target.hasSecondaryUnique && standing.length > 0);
    const each = async () => {
      for (const { plan, gone, standing } of merges) await this.#merge(plan, gone, standing);
    };
    if (merges.length < 2) return await each();
    const statements = merges
      .map(({ plan, gone, standing }) => statementsOf(smallSet(plan, gone, standing)))
      .join('; ');
    if (!isTried) {
      await this.#session.query(statements);
      return;
    }
    try {
      await this.#session.query(`SAVEPOINT sluice_small; ${statements}; RELEASE SAVEPOINT sluice_small`);
    } catch (error) {
      if (sqlstateOf(error) !== UNIQUE_VIOLATION) throw error;
      await this.#session.query('ROLLBACK TO SAVEPOINT sluice_small; RELEASE SAVEPOINT sluice_small');
      await each();
    }
  }

  async write(plan: TablePlan, changes: readonly RowChange[]): Promise<void> {
    if (plan.key.length === 0) return await this.#writeBag(plan, changes);
    const set = coalesceKeyed(changes);
    const isDirect = set.fresh.length >= DIRECT_ROWS && this.#mayCopyDirectly(plan);
    const staged = isDirect ? set.standing : [...set.standing, ...set.fresh];
    if (set.gone.length + staged.length > 0) await this.#merge(plan, set.gone, staged);
    if (isDirect) await this.#copyDirectly(plan, set);
  }

  /**
   * New rows come last: what stands by then is the state at the end of the run without them, so that only a row that
   * was there already (an earlier snapshot read, a create seen twice) can collide. Then the whole set is upserted.
   */
  async #copyDirectly(plan: TablePlan, set: KeyedSet): Promise<void> {
    await this.#session.query('SAVEPOINT sluice_direct');
    try {
      await this.#session.copy(plan.sql.copyTarget, rowChunks(plan, set.fresh));
      await this.#session.query('RELEASE SAVEPOINT sluice_direct');
    } catch (error) {
      if (sqlstateOf(error) !== UNIQUE_VIOLATION) throw error;
      await this.#session.query('ROLLBACK TO SAVEPOINT sluice_direct');
      this.#directPause.set(plan, DIRECT_PAUSE_SETS);
      await this.#merge(plan, [], set.fresh);
    }
  }

  #mayCopyDirectly(plan: TablePlan): boolean {
    const left = this.#directPause.get(plan) ?? 0;
    if (left > 0) this.#directPause.set(plan, left - 1);
    return left === 0;
  }

  /** Deletes first, then upserts. */
  async #merge(plan: TablePlan, gone: readonly Uint8Array[], standing: readonly Uint8Array[]): Promise<void> {
    if (isSmall(gone, standing)) {
      const small = smallSet(plan, gone, standing);
      return await this.#run(plan, [small.deleteGone, small.upsertStanding], small.replace);
    }
    const { sql } = plan;
    await this.#stage(plan, gone, standing);
    const statements = [gone.length > 0 ? sql.deleteStaged : '', standing.length > 0 ? sql.upsertStaged : ''];
    await this.#run(plan, statements, sql.replaceStaged);
  }

  async #run(plan: TablePlan, [remove = '', upsert = '']: readonly string[], replace: string): Promise<void> {
    const merge = [remove, upsert].filter((statement) => statement !== '').join('; ');
    if (!plan.target.hasSecondaryUnique || upsert === '') {
      await this.#session.query(merge);
      return;
    }
    try {
      await this.#session.query(`SAVEPOINT sluice_merge; ${merge}; RELEASE SAVEPOINT sluice_merge`);
    } catch (error) {
      if (sqlstateOf(error) !== UNIQUE_VIOLATION) throw error;
      // Two rows exchange a unique value inside the run. The source held its unique keys at both ends of it, so with
      // every touched row away first nothing can collide (INV-54).
      await this.#session.query(`ROLLBACK TO SAVEPOINT sluice_merge; ${replace}`);
    }
  }

  async #writeBag(plan: TablePlan, changes: readonly RowChange[]): Promise<void> {
    const { gone, standing } = coalesceBag(changes);
    if (gone.length > 0) {
      await this.#stage(plan, gone, []);
      const { rowCount } = await this.#session.query(plan.sql.deleteEqualStaged);
      if (rowCount !== gone.length) throw rowMissing(plan, gone.length - rowCount);
    }
    if (standing.length > 0) await this.#session.copy(plan.sql.copyTarget, rowChunks(plan, standing));
  }

  async #stage(plan: TablePlan, gone: readonly Uint8Array[], standing: readonly Uint8Array[]): Promise<void> {
    const isFilled = this.#staging.get(plan);
    if (isFilled === undefined) await this.#createStaging(plan);
    else if (isFilled) await this.#session.query(plan.sql.emptyStaging);
    this.#staging.delete(plan);
    this.#staging.set(plan, true);
    await this.#session.copy(plan.sql.copyStaging, stagedChunks(plan, gone, standing));
  }

  async #createStaging(plan: TablePlan): Promise<void> {
    const [oldest] = this.#staging.keys();
    if (oldest && this.#staging.size >= STAGING_TABLES) {
      this.#staging.delete(oldest);
      await this.#session.query(oldest.sql.dropStaging);
    }
    await this.#session.query(`${plan.sql.createStaging}; ${plan.sql.emptyStaging}`);
  }
}

interface Merge {
  readonly plan: TablePlan;
  readonly gone: readonly Uint8Array[];
  readonly standing: readonly Uint8Array[];
}

/** null for a table without a key, and for a set that is not small. */
function smallMerge(plan: TablePlan, changes: readonly RowChange[]): Merge | null {
  if (plan.key.length === 0 || changes.length > MOST_CHANGES) return null;
  const { gone, standing, fresh } = coalesceKeyed(changes);
  const all = [...standing, ...fresh];
  return isSmall(gone, all) ? { plan, gone, standing: all } : null;
}

function statementsOf({ deleteGone, upsertStanding }: SmallSet): string {
  return [deleteGone, upsertStanding].filter((statement) => statement !== '').join('; ');
}

/** TARGET_ROW_MISSING: a row of a table without a key that the source deleted is not on the target. */
function rowMissing(plan: TablePlan, count: number): SluiceError {
  const { version } = plan;
  return new SluiceError({
    code: 'TARGET_ROW_MISSING',
    message: `${count} deleted row(s) of ${version.database}.${version.table}, a table without a key, have no equal on the target`,
    remedy: `Something else wrote to the target table. Load it anew: sluice tables reload ${version.table}`,
    disposition: 'resync',
  });
}
