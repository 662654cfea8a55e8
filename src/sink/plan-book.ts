import { STRICT_POLICY, type ValuePolicy } from '../column/codec.ts';
import type { TableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import { planTable, type TablePlan, tableUnfit } from './table-plan.ts';

/** Where the rows of the source go; given by the configuration. */
export interface Mapping {
  /** The target of a table; null: not replicated. */
  targetOf(database: string, table: string): TargetName | null;
  /** The target's name of a column; null: left out. The same name when absent. */
  readonly columnOf?: (database: string, table: string, column: string) => string | null;
  /** Strict when absent. */
  readonly policyOf?: (database: string, table: string, column: string) => ValuePolicy;
}

/** Staging tables live as long as the session, so their names must differ across plan books of one session. */
let stagingTables = 0;

/** The plan of every table version met, made once. */
export class PlanBook {
  readonly #session: PostgresSession;
  readonly #mapping: Mapping;
  #byVersion = new WeakMap<TableVersion, TablePlan | null>();
  readonly #byFingerprint = new Map<string, TablePlan | null>();

  constructor(session: PostgresSession, mapping: Mapping) {
    this.#session = session;
    this.#mapping = mapping;
  }

  /** null: not replicated; undefined: not known yet, ask `load`. One call per row, so it waits for nothing. */
  known(version: TableVersion): TablePlan | null | undefined {
    return this.#byVersion.get(version);
  }

  /** TARGET_TABLE_MISSING, TARGET_TABLE_UNFIT. */
  async load(version: TableVersion): Promise<TablePlan | null> {
    let plan = this.#byFingerprint.get(version.fingerprint);
    if (plan === undefined) {
      plan = await this.#plan(version);
      this.#byFingerprint.set(version.fingerprint, plan);
    }
    this.#byVersion.set(version, plan);
    return plan;
  }

  /** The target may have changed: every plan is made anew when it is needed next. */
  forget(): void {
    this.#byFingerprint.clear();
    this.#byVersion = new WeakMap();
  }

  async #plan(version: TableVersion): Promise<TablePlan | null> {
    const { database, table } = version;
    const name = this.#mapping.targetOf(database, table);
    if (name === null) return null;
    const shown = `${name.schema}.${name.table}`;
    const target = await readTargetTable(this.#session, name);
    if (target === null) throw tableUnfit(version, shown, null);
    const rules = {
      policyOf: (column: string) => this.#mapping.policyOf?.(database, table, column) ?? STRICT_POLICY,
      columnOf: (column: string) => (this.#mapping.columnOf ? this.#mapping.columnOf(database, table, column) : column),
    };
    const planned = planTable(version, target, rules, `sluice_s${stagingTables++}`);
    if ('problems' in planned) throw tableUnfit(version, shown, planned.problems);
    return planned.plan;
  }
}
