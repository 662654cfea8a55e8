import type { Change, RowChange, SchemaChange, Truncate } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';
import type { Origin, Reason } from '../contract/set-aside.ts';
import { quoteTable } from '../postgres/quote.ts';
import type { Aside } from './aside.ts';
import { behindReason, CarefulWriter } from './careful-writer.ts';
import { hasCascade, reachedTables } from './cascade.ts';
import { noteLeftOut } from './left-out.ts';
import { RowCount } from './observer.ts';
import { PendingCascades } from './pending-cascade.ts';
import { PendingRows, type TableRun } from './pending-rows.ts';
import { applySchemaChange, emptyPaused, fitError, followRow } from './schema-apply.ts';
import type { TablePlan } from './table-plan.ts';
import type { TargetState } from './target-state.ts';
import { nameOf } from './waiting-index.ts';

export interface BatchOptions {
  /** Pending rows are written once they hold this much: memory stays bounded however large an epoch is. */
  readonly pieceBytes: number;
  readonly aside: Aside;
  /** Under savepoints, setting aside what the target cannot hold; otherwise such a change fails the whole batch. */
  readonly isCareful: boolean;
  /** Changes of the past: what they say of their table's shape is no news. */
  readonly isRetry?: boolean;
}

const NOWHERE: Origin = { epoch: 0, position: '' };

/** The changes of one target transaction: takes them in source order, writes them by table in pieces. */
export class Batch {
  readonly #state: TargetState;
  readonly #options: BatchOptions;
  readonly #pending = new PendingRows();
  readonly #careful: CarefulWriter;
  readonly #cascades = new PendingCascades();
  readonly #origins = new Map<RowChange, Origin>();
  #origin = NOWHERE;
  #bytes = 0;
  readonly count = new RowCount();

  constructor(state: TargetState, options: BatchOptions) {
    this.#state = state;
    this.#options = options;
    this.#careful = new CarefulWriter({
      ...state,
      index: state.store.index,
      aside: options.aside,
      originOf: (change) => this.#origins.get(change) ?? this.#origin,
    });
  }

  /** Bytes of all rows taken so far. */
  get bytes(): number {
    return this.#bytes + this.#pending.bytes;
  }

  /** What follows belongs to this epoch. */
  enter(header: EpochHeader): void {
    this.#origin = { epoch: header.number, position: header.reached.text };
    this.#state.observer.entered?.(header.number);
  }

  async take(changes: readonly Change[]): Promise<void> {
    this.#state.observer.met?.(changes);
    for (const change of changes) {
      const isTaken = change.tag === 'row' && this.#takeRow(change);
      if (!isTaken) await this.#takeSlowly(change);
    }
    if (this.#pending.bytes >= this.#options.pieceBytes) await this.flush();
  }

  /** Writes what is pending: of these source tables and those that cascades tie to them, or all. */
  async flush(of: Iterable<string> | null = null): Promise<void> {
    const tables = of && this.#cascades.closure(of);
    const before = this.#pending.bytes;
    const runs = this.#pending.take(tables);
    this.#bytes += before - this.#pending.bytes;
    for (const [plan, changes] of runs) this.count.add(plan.version, changes);
    await (this.#options.isCareful ? this.#writeCarefully(runs) : this.#state.writer.writeAll(runs));
    await this.#state.cascades.write(this.#cascades.take(tables));
  }

  /** All at once first: most often none of it is at fault. */
  async #writeCarefully(runs: readonly TableRun[]): Promise<void> {
    if (runs.length === 0) return;
    const error = await this.#careful.attempt(() => this.#state.writer.writeAll(runs));
    if (error !== null) for (const [plan, changes] of runs) await this.#careful.write(plan, changes);
    for (const [, changes] of runs) for (const change of changes) this.#origins.delete(change);
  }

  /** The path of nearly every row: no await. False: nothing was done, take the slow path. */
  #takeRow(change: RowChange): boolean {
    if (change.cascades && hasCascade(change)) return false;
    const plan = this.#state.plans.known(change.table);
    if (plan === null) return true;
    if (plan === undefined || this.#isAffected(change)) return false;
    if (!this.#pending.add(plan, change)) return false;
    if (this.#options.isCareful) this.#origins.set(change, this.#origin);
    return true;
  }

  /** Something of the table waits, or a cascade is to be done on it. Of most tables nothing: no name is made then. */
  #isAffected(change: RowChange): boolean {
    const { store, paused } = this.#state;
    if (store.index.isEmpty && paused.isEmpty && this.#cascades.isEmpty) return false;
    const name = nameOf(change.table);
    return paused.has(name) || store.index.oldestOf(name) !== null || this.#cascades.reaches(name);
  }

  async #takeSlowly(change: Change): Promise<void> {
    if (change.tag === 'row') await this.#row(change);
    else if (change.tag === 'truncate') await this.#truncate(change);
    else if (change.tag === 'schema') await this.#schema(change);
  }

  async #row(change: RowChange): Promise<void> {
    const { mapping, plans } = this.#state;
    const { database, table } = change.table;
    if (mapping.targetOf(database, table) === null) return await noteLeftOut(this.#state, change.table);
    const why = this.#mustWait(change);
    if (why !== null) {
      // Pending changes of this table may have to wait too, and stand before this one.
      if (this.#pending.has(nameOf(change.table))) await this.flush();
      await this.#options.aside.add(change, this.#mustWait(change) ?? why, this.#origin);
      return;
    }
    if (plans.known(change.table) === undefined && !(await this.#meet(change))) return;
    const plan = await plans.load(change.table);
    if (plan !== null) await this.#goOn(plan, change);
  }

  /** A version of before unseen. False: the change was set aside, its table is paused or does not fit. */
  async #meet(change: RowChange): Promise<boolean> {
    const { table: version } = change;
    const { versions, plans } = this.#state;
    const { aside, isRetry } = this.#options;
    await this.flush();
    if (isRetry) {
      const unfit = await fitError(this.#state, version);
      if (unfit !== null)
        await aside.add(change, { reason: 'table-unfit', message: unfit.message, behind: null }, this.#origin);
      return unfit === null;
    }
    await aside.flush();
    await followRow(this.#state, version);
    if (this.#state.paused.has(nameOf(version))) {
      await this.#row(change);
      return false;
    }
    await versions.note(version);
    await plans.load(version);
    return true;
  }

  async #goOn(plan: TablePlan, change: RowChange): Promise<void> {
    if (hasCascade(change)) return await this.#cascade(plan, change);
    if (this.#cascades.reaches(nameOf(change.table))) await this.flush([nameOf(change.table)]);
    if (this.#options.isCareful) this.#origins.set(change, this.#origin);
    if (this.#pending.add(plan, change)) return;
    await this.flush();
    this.#pending.add(plan, change);
  }

  /**
   * A parent's change and its cascades: rows of the children that are pending come first, rows that follow come after
   * (INV-56). Carefully: alone, so that both or neither happen.
   */
  async #cascade(plan: TablePlan, change: RowChange): Promise<void> {
    const { writer, cascades, versions } = this.#state;
    const name = nameOf(change.table);
    const reached = reachedTables(change.table, (database, table) => versions.latest(database, table));
    const isInOrder = !this.#cascades.reaches(name) && ![...reached].some((table) => this.#pending.has(table));
    if (this.#options.isCareful || !isInOrder) await this.flush([name, ...reached]);
    if (this.#options.isCareful) {
      this.count.add(plan.version, [change]);
      await this.#careful.writeOne(change, async () => {
        await writer.write(plan, [change]);
        await cascades.write([{ plan, change }]);
      });
      return;
    }
    if (!this.#pending.add(plan, change)) {
      await this.flush();
      this.#pending.add(plan, change);
    }
    this.#cascades.add({ plan, change }, reached);
  }

  #mustWait(change: RowChange): Reason | null {
    const { paused, store, versions } = this.#state;
    const name = nameOf(change.table);
    if (paused.has(name)) return { reason: 'table-paused', message: 'the table is paused', behind: null };
    if (store.index.isEmpty) return null;
    const behind = store.index.behind(name, change);
    if (behind !== null) return behindReason(behind);
    if (!hasCascade(change)) return null;
    // The cascade would miss the children's changes that wait.
    const reached = reachedTables(change.table, (database, table) => versions.latest(database, table));
    const oldest = [...reached].map((table) => store.index.oldestOf(table)).find((id) => id !== null);
    return oldest ? behindReason(oldest) : null;
  }

  /**
   * What waits of the table is moot, and a paused table can go on when it fits by now: it starts from nothing. Also the
   * beginning of a reload, before which the target's table may have been changed or made anew.
   */
  async #truncate(change: Truncate): Promise<void> {
    const { session, mapping, store, paused, plans, versions } = this.#state;
    const { database, table } = change.table;
    const target = mapping.targetOf(database, table);
    if (target === null) return await noteLeftOut(this.#state, change.table);
    await this.flush();
    await this.#options.aside.flush();
    await store.supersede(database, table);
    await versions.note(change.table);
    plans.forget();
    // Not TRUNCATE: it waits for every reader, blocks them, and is refused under a foreign key.
    if (!paused.has(nameOf(change.table))) await session.query(`DELETE FROM ${quoteTable(target)}`);
    else await emptyPaused(this.#state, change.table, target);
  }

  async #schema(change: SchemaChange): Promise<void> {
    if (this.#state.mapping.targetOf(change.database, change.table) === null)
      return await noteLeftOut(this.#state, change);
    await this.flush();
    await this.#options.aside.flush();
    await applySchemaChange(this.#state, change);
  }
}
