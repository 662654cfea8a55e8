import type { RowChange } from '../contract/change.ts';
import type { ValueError } from '../contract/error.ts';
import type { Origin, Reason } from '../contract/set-aside.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { Aside } from './aside.ts';
import { latin1 } from './coalesce.ts';
import { isDataError, reasonOf } from './data-error.ts';
import { rowProbe } from './row-text.ts';
import type { SetWriter } from './set-writer.ts';
import type { TablePlan } from './table-plan.ts';
import { identities, nameOf, type WaitingIndex } from './waiting-index.ts';

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
 * What is set aside is set aside in source order per key: ids of the quarantine say what comes first (INV-55).
 */
export class CarefulWriter {
  readonly #options: CarefulOptions;

  constructor(options: CarefulOptions) {
    this.#options = options;
  }

  async write(plan: TablePlan, changes: readonly RowChange[]): Promise<void> {
    const bad = unwritable(plan, changes);
    let going: RowChange[] = [];
    const touched = new Set<string>();
    for (const change of changes) {
      const names = identities(change);
      const isHeld = bad.has(change) || this.#behind(change) !== null;
      // What was written of its keys comes first: it may itself have to be set aside.
      if (isHeld && names.some((name) => touched.has(name))) {
        await this.#halve(plan, going);
        going = [];
        touched.clear();
      }
      if (isHeld) await this.#hold(change, bad.get(change));
      else {
        going.push(change);
        for (const name of names) touched.add(name);
      }
    }
    await this.#halve(plan, going);
  }

  /** One change together with what follows from it: both or neither. */
  async writeOne(change: RowChange, work: () => Promise<void>): Promise<void> {
    if (this.#behind(change) !== null) return await this.#hold(change, undefined);
    const error = await this.attempt(work);
    if (error !== null) await this.#setAside(change, error);
  }

  async #halve(plan: TablePlan, changes: readonly RowChange[]): Promise<void> {
    if (changes.length === 0) return;
    const error = await this.attempt(() => this.#options.writer.write(plan, changes));
    if (error === null) return;
    const [only] = changes;
    if (only !== undefined && changes.length === 1) return await this.#setAside(only, error);
    const middle = Math.floor(changes.length / 2);
    await this.#halve(plan, changes.slice(0, middle));
    // Anew from the start: what was just set aside may hold back some of the rest.
    await this.write(plan, changes.slice(middle));
  }

  #behind(change: RowChange): string | null {
    return this.#options.index.behind(nameOf(change.table), change);
  }

  async #hold(change: RowChange, error: ValueError | undefined): Promise<void> {
    const { aside, originOf } = this.#options;
    const behind = this.#behind(change);
    if (behind !== null) await aside.add(change, behindReason(behind), originOf(change));
    else if (error !== undefined) await this.#setAside(change, error);
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

/**
 * Changes whose image is what would stand of their key and whose text cannot be written: found without asking the
 * server, so that many bad rows in one run cost little.
 */
function unwritable(plan: TablePlan, changes: readonly RowChange[]): ReadonlyMap<RowChange, ValueError> {
  const bad = new Map<RowChange, ValueError>();
  const settled = new Set<string>();
  const probe = rowProbe(plan);
  for (const change of changes.toReversed()) {
    if (change.key === null) continue;
    const key = latin1(change.key);
    const error = change.after === null || settled.has(key) ? null : probe(change.after);
    if (error !== null) bad.set(change, error);
    else settled.add(key);
    if (error === null && change.oldKey !== null) settled.add(latin1(change.oldKey));
  }
  return bad;
}

export function behindReason(behind: string): Reason {
  return { reason: 'behind', message: `waits behind change ${behind}`, behind };
}
