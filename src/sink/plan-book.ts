import { STRICT_POLICY, type ValuePolicy } from '../column/codec.ts';
import type { TableName } from '../contract/change.ts';
import type { TableVersion } from '../contract/table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { TargetName } from '../postgres/quote.ts';
import { readTargetTable } from '../postgres/target-catalogue.ts';
import type { LatestVersion } from './cascade.ts';
import { planTable, type TablePlan, tableUnfit } from './table-plan.ts';

/** Where the rows of the source go; given by the configuration. */
export interface Mapping {
  /** The target of a table; null: not replicated. */
  targetOf(database: string, table: string): TargetName | null;
  /** The target's name of a column; null: left out. The same name when absent. */
  readonly columnOf?: (database: string, table: string, column: string) => string | null;
  /** Tables that the source makes, drops or renames are made, dropped and renamed here; otherwise they wait for that. */
  readonly makesTables?: boolean;
  /** The table whose copy with another shape this one is: a schema-change tool is about to put it in its place. */
  readonly modelOf?: (database: string, table: string) => TableName | null;
  /** PostgreSQL type that a rule casts a column to, whatever its own; null: none. */
  readonly castOf?: (database: string, table: string, column: string) => string | null;
  /** Strict when absent. */
  readonly policyOf?: (database: string, table: string, column: string) => ValuePolicy;
}

/** Staging tables live as long as the session, so their names must differ across plan books of one session. */
let stagingTables = 0;

/** The plan of every table version met, made once. */
export class PlanBook {
  readonly #session: PostgresSession;
  readonly #mapping: Mapping;
  readonly #latest: LatestVersion;
  #isPast = false;
  #byVersion = new WeakMap<TableVersion, TablePlan | null>();
  readonly #byFingerprint = new Map<string, TablePlan | null>();

  /** `latest` is asked for rows of the past alone. */
  constructor(session: PostgresSession, mapping: Mapping, latest: LatestVersion = () => undefined) {
    this.#session = session;
    this.#mapping = mapping;
    this.#latest = latest;
  }

  /** null: not replicated; undefined: not known yet, ask `load`. One call per row, so it waits for nothing. */
  known(version: TableVersion): TablePlan | null | undefined {
    return this.#byVersion.get(version);
  }

  /** TARGET_TABLE_MISSING, TARGET_TABLE_UNFIT, TARGET_TABLE_ACTING. */
  async load(version: TableVersion): Promise<TablePlan | null> {
    let plan = this.#byFingerprint.get(version.fingerprint);
    if (plan === undefined) {
      plan = await this.#plan(version);
      this.#byFingerprint.set(version.fingerprint, plan);
    }
    this.#byVersion.set(version, plan);
    return plan;
  }

  /** From here on rows are of the past: a column that the table has no more is left out of them. */
  takePast(): void {
    this.forget();
    this.#isPast = true;
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
    const now = this.#latest(database, table);
    const isGone = (column: string) =>
      this.#isPast && now !== undefined && !now.columns.some(({ name: other }) => other === column);
    const rules = {
      isGone,
      policyOf: (column: string) => this.#mapping.policyOf?.(database, table, column) ?? STRICT_POLICY,
      columnOf: (column: string) => (this.#mapping.columnOf ? this.#mapping.columnOf(database, table, column) : column),
    };
    const planned = planTable(version, target, rules, `sluice_s${stagingTables++}`);
    if ('problems' in planned) throw tableUnfit(version, shown, planned);
    return planned.plan;
  }
}
