import type { SchemaChange } from '../contract/change.ts';
import type { Column, TableVersion } from '../contract/table.ts';

/** What the sink does about a DDL of the source. The statement itself is never executed or parsed for its meaning. */
export type SchemaDecision =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'add-columns'; readonly columns: readonly Column[] }
  | { readonly kind: 'new-table'; readonly version: TableVersion }
  | { readonly kind: 'pause'; readonly advice: string };

export function decideSchemaChange(change: SchemaChange): SchemaDecision {
  const { before, after } = change;
  const name = `${change.database}.${change.table}`;
  if (after === null) return pause(`${name} was dropped or renamed at the source`);
  // Before all else: CREATE OR REPLACE has no shape of before, and other rows.
  if (change.rewrites !== undefined)
    return pause(`the DDL on ${name} ${change.rewrites}, which the binlog does not tell`);
  if (before === null) return { kind: 'new-table', version: after };
  const kept = after.columns.filter((column) => before.columns.some((old) => isSameColumn(old, column)));
  if (kept.length < before.columns.length) return pause(`columns of ${name} were dropped, renamed or changed`);
  if (keyNames(before) !== keyNames(after)) return pause(`the key of ${name} changed`);
  if (mayMoveRows(change.statement)) {
    return pause(
      `the DDL on ${name} may have changed rows, or put other rows in its place, which the binlog does not tell`,
    );
  }
  const added = after.columns.filter((column) => !kept.includes(column));
  if (added.length === 0) return { kind: 'nothing' };
  if (added.some((column) => !column.nullable || column.generated)) {
    return pause(`${name} got a column that is NOT NULL or generated, whose values in old rows are not in the log`);
  }
  if (mayHaveDefault(change.statement)) return pause(`${name} got a column with a default, which old rows took over`);
  return { kind: 'add-columns', columns: added };
}

/**
 * A nullable column may come with a default that old rows then hold without any row event. The table map does not tell,
 * so any mention of one other than NULL is taken for it: to pause in vain is cheap, to miss it loses values.
 */
function mayHaveDefault(statement: string): boolean {
  return /\bdefault\b(?!\s*\(?\s*null\b)/i.test(statement);
}

/**
 * DDL that may change rows without any row event though the columns look the same after it: another table under the
 * name, a partition's rows gone or exchanged, a column dropped and made anew, names of columns exchanged, duplicates
 * dropped. Text only, so a word in a comment pauses in vain.
 */
function mayMoveRows(statement: string): boolean {
  return MOVES_ROWS.test(statement) || (statement.match(/\bchange\b/gi) ?? []).length > 1;
}

const MOVES_ROWS = new RegExp(
  [
    String.raw`\b(?:truncate|drop|exchange|convert)\s+(?:partition|table)\b`,
    String.raw`\b(?:discard|import)\b.*\btablespace\b`,
    String.raw`\brename\b(?!\s+(?:index|key)\b)`,
    String.raw`\bor\s+replace\b`,
    String.raw`\balter\s+(?:online\s+)?ignore\b`,
    String.raw`\bdrop\b(?!\s+(?:index|key|primary|foreign|constraint|check|default|system|period)\b)`,
  ].join('|'),
  'is',
);

function pause(what: string): SchemaDecision {
  return {
    kind: 'pause',
    advice:
      `${what}. Its changes are kept in order. Make the same change on the target, then sluice quarantine retry all; ` +
      'when the statement changed values of existing rows, sluice tables reload instead.',
  };
}

function isSameColumn(one: Column, other: Column): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function keyNames(version: TableVersion): string {
  return JSON.stringify(version.key.map((index) => version.columns[index]?.name));
}
