import type { RowChange, SchemaChange } from '../contract/change.ts';
import { SluiceError } from '../contract/error.ts';
import type { TableVersion } from '../contract/table.ts';
import { type RuledRows, ruledRows, ruleProblems, type TableRules } from './row-rule.ts';
import { ruledWitness } from './schema-witness.ts';

export interface RuleBookOptions {
  /** null: the table's rows go as they are. */
  rulesOf(database: string, table: string): TableRules | null;
  /** Columns that the table had when its rules were accepted. */
  seenOf(database: string, table: string): readonly string[];
}

/** The rules of every table version met, made once. The same version gives the same object: stages keep what they know by it. */
export class RuleBook {
  readonly #options: RuleBookOptions;
  readonly #byVersion = new WeakMap<TableVersion, RuledRows | 'none'>();
  readonly #byFingerprint = new Map<string, RuledRows>();
  readonly #seen = new Map<string, Set<string>>();

  constructor(options: RuleBookOptions) {
    this.#options = options;
  }

  version(version: TableVersion): TableVersion {
    return this.#of(version)?.version ?? version;
  }

  row(change: RowChange): RowChange {
    const ruled = this.#of(change.table);
    if (ruled === null) return change;
    const { before, after } = change;
    return {
      ...change,
      table: ruled.version,
      before: before && ruled.image(before),
      after: after && ruled.image(after),
    };
  }

  /** What the statement says of columns is told as far as it is true of the table behind the rules. */
  schema(change: SchemaChange): SchemaChange {
    const { before, after, database, table } = change;
    const rules = this.#options.rulesOf(database, table);
    this.#refuseMoved(change, rules);
    const versions = { before: before && this.version(before), after: after && this.version(after) };
    return { ...change, ...versions, ...(rules === null ? {} : ruledWitness(change, rules)) };
  }

  /** Under its new name a table has the rules of that name. */
  #refuseMoved({ was, database, table }: SchemaChange, rules: TableRules | null): void {
    if (was === undefined || rules !== null || this.#options.rulesOf(was.database, was.table) === null) return;
    throw moved(`${was.database}.${was.table}`, `${database}.${table}`);
  }

  #of(version: TableVersion): RuledRows | null {
    const known = this.#byVersion.get(version) ?? this.#load(version);
    return known === 'none' ? null : known;
  }

  #load(version: TableVersion): RuledRows | 'none' {
    const rules = this.#options.rulesOf(version.database, version.table);
    const ruled =
      rules === null ? 'none' : (this.#byFingerprint.get(version.fingerprint) ?? this.#make(version, rules));
    if (ruled !== 'none') this.#byFingerprint.set(version.fingerprint, ruled);
    this.#byVersion.set(version, ruled);
    return ruled;
  }

  #make(version: TableVersion, rules: TableRules): RuledRows {
    this.#refuseRenamed(version, rules);
    const [problem] = ruleProblems(version, rules);
    if (problem !== undefined) throw broken(version, problem.column, problem.message);
    return ruledRows(version, rules);
  }

  /**
   * A ruled column that is gone while another one is new may have been renamed, which DDL is not parsed for: its values
   * would go out as they are (INV-61). To stop in vain is cheap, to let them out is for ever.
   */
  #refuseRenamed(version: TableVersion, rules: TableRules): void {
    const names = version.columns.map(({ name }) => name);
    const ruled = [...rules.exclude, ...rules.mask.keys()];
    const gone = ruled.find((name) => !names.includes(name));
    const seen = this.#seenOf(version);
    const fresh = names.find((name) => !seen.has(name) && !ruled.includes(name));
    if (gone !== undefined && fresh !== undefined) throw renamed(version, gone, fresh);
    if (gone === undefined) for (const name of names) seen.add(name);
  }

  #seenOf({ database, table }: TableVersion): Set<string> {
    const key = JSON.stringify([database, table]);
    const known = this.#seen.get(key) ?? new Set(this.#options.seenOf(database, table));
    this.#seen.set(key, known);
    return known;
  }
}

/** RULE_TABLE_GONE: a table whose rules hide something has another name now, which has no rules; none of its rows has gone anywhere. */
function moved(was: string, name: string): SluiceError {
  return new SluiceError({
    code: 'RULE_TABLE_GONE',
    message: `${was} was renamed to ${name}, for which no rule hides what the rules of ${was} hide`,
    remedy: `Give ${name} rules of its own, or exclude it, and keep those of ${was}; then: sluice run --accept-rules.`,
    disposition: 'stop',
  });
}

/** RULE_BROKEN: the table was changed so that a rule cannot be kept any more; none of its new rows has gone anywhere. */
function broken({ database, table }: TableVersion, column: string, message: string): SluiceError {
  return new SluiceError({
    code: 'RULE_BROKEN',
    message: `the rule for ${database}.${table}.${column} cannot be kept since the table was changed: it ${message}`,
    remedy: 'Change the rule, then: sluice run --accept-rules. Until then nothing of what follows is read.',
    disposition: 'stop',
  });
}

/** RULE_COLUMN_GONE: a masked or excluded column may have been renamed; none of the table's new rows has gone anywhere. */
function renamed({ database, table }: TableVersion, gone: string, fresh: string): SluiceError {
  return new SluiceError({
    code: 'RULE_COLUMN_GONE',
    message: `${database}.${table} has no column ${gone} any more, which a rule hides, and has a new one, ${fresh}`,
    remedy: `If ${fresh} holds what ${gone} held, give it the same rule and keep that of ${gone}; then: sluice run --accept-rules.`,
    disposition: 'stop',
  });
}
