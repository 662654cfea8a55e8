import { createHash } from 'node:crypto';
import type { Config, TableRule } from '../../config/config.ts';
import type { LogHead } from '../../contract/change-log.ts';
import { SluiceError } from '../../contract/error.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import { maskText } from '../../rule/mask.ts';
import type { Scope } from '../scope.ts';

/** State map entry: the rules under which everything in the log was written; absent where there were none. */
const RULES_STATE = 'rules';

/** Kept as JSON. No mask's salt is in it, only what tells it from another. */
interface Agreement {
  /** By name of the rule: what it says, in words that are equal only for equal rules. */
  readonly rules: Readonly<Record<string, string>>;
  /** By JSON of database and table: columns that it had when its rules were accepted (INV-61). */
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

const NONE: Agreement = { rules: {}, columns: {} };

/** What capture needs of it. */
export interface AgreedRules {
  /** To be written before anything else; null: the log says it already. */
  readonly entry: ReadonlyMap<string, string | null> | null;
  seenOf(database: string, table: string): readonly string[];
}

/** RULES_CHANGED: what is in the log and on the target was written under other rules. Asked before anything is touched. */
export function refuseChangedRules(head: LogHead, config: Config, isAccepted: boolean): void {
  if (head.last === null || isAccepted) return;
  const [then, now] = [agreementOf(head).rules, ruleTexts(config)];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].filter((name) => then[name] !== now[name]);
  if (names.length === 0) return;
  throw new SluiceError({
    code: 'RULES_CHANGED',
    message: `tables.rules of ${names.sort().join(', ')} are not those under which this pipeline has written so far`,
    remedy:
      'Put them back, or go on under the new ones with --accept-rules; rows that are on the target already stay as they are until: sluice tables reload TABLE.',
    disposition: 'stop',
  });
}

/** The rules as they are from now on. */
export function agreeOnRules(
  head: LogHead,
  config: Config,
  tables: readonly CatalogueTable[],
  scope: Scope,
): AgreedRules {
  const then = agreementOf(head);
  const rules = ruleTexts(config);
  const isSame = JSON.stringify(then.rules) === JSON.stringify(rules);
  const now = isSame ? then : { rules, columns: columnsOf(tables, scope, then) };
  // The first start was checked as a whole; one that goes on is not, and a slip here would let values out.
  if (!isSame && head.last !== null) refuseUnknown(config, scope, now.columns);
  const text = Object.keys(rules).length === 0 ? null : JSON.stringify(now);
  return {
    entry: isSame ? null : new Map([[RULES_STATE, text]]),
    seenOf: (database, table) => now.columns[JSON.stringify([database, table])] ?? [],
  };
}

/** Entries of a log that begins anew: nothing was written under other rules. */
export function freshRules(
  config: Config,
  tables: readonly CatalogueTable[],
  scope: Scope,
): ReadonlyMap<string, string | null> {
  const nothing = { logId: '', last: null, state: new Map() };
  return agreeOnRules(nothing, config, tables, scope).entry ?? new Map([[RULES_STATE, null]]);
}

/** RULE_UNUSED: a rule is to hide a column that the table neither has nor had. */
function refuseUnknown({ tables }: Config, scope: Scope, columns: Agreement['columns']): void {
  const known = Object.entries(columns).map(([key, names]) => ({ table: JSON.parse(key) as [string, string], names }));
  const unknown = Array.from(tables.rules).flatMap(([name, { exclude, mask }]) => {
    const own = known.filter(({ table }) => name === table[1] || name === table.join('.'));
    const there = own.filter(({ table }) => scope.rulesOf(...table) !== null).flatMap(({ names }) => names);
    return [...exclude, ...mask.keys()]
      .filter((column) => !there.includes(column))
      .map((column) => `${name}.${column}`);
  });
  if (unknown.length === 0) return;
  throw new SluiceError({
    code: 'RULE_UNUSED',
    message: `tables.rules hides what is not there: ${unknown.join(', ')}`,
    remedy: 'Correct the names; until then nothing is read.',
    disposition: 'stop',
  });
}

function agreementOf({ state }: LogHead): Agreement {
  const text = state.get(RULES_STATE);
  return text === undefined ? NONE : JSON.parse(text);
}

/** Those of now and those of before: rows of both may still be to come. */
function columnsOf(tables: readonly CatalogueTable[], scope: Scope, then: Agreement): Agreement['columns'] {
  const ruled = tables.filter(({ version }) => scope.rulesOf(version.database, version.table) !== null);
  const known = ruled.map(({ version: { database, table }, columns }) => {
    const key = JSON.stringify([database, table]);
    return [key, [...new Set([...(then.columns[key] ?? []), ...columns.map(({ name }) => name)])]] as const;
  });
  return { ...then.columns, ...Object.fromEntries(known) };
}

/** What decides which bytes are in the log and where they go; how a value that does not fit is treated may change. */
function ruleTexts({ tables }: Config): Agreement['rules'] {
  const salt = createHash('sha256')
    .update(`rules\0${tables.maskSalt?.reveal() ?? ''}`)
    .digest('hex')
    .slice(0, 8);
  const texts = Array.from(tables.rules, ([name, rule]) => [name, ruleText(rule, salt)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== '').sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ruleText({ rename, columns, exclude, mask, cast }: TableRule, salt: string): string {
  const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const masks = new Map(Array.from(mask, ([column, how]) => [column, maskText(how)]));
  const isHashed = [...masks.values()].includes('hash');
  const isEmpty = rename === null && [columns.size, exclude.length, mask.size, cast.size].every((size) => size === 0);
  if (isEmpty) return '';
  const lists = [sorted(columns), [...exclude].sort(), sorted(masks), sorted(cast)];
  return JSON.stringify([rename, ...lists, isHashed ? salt : null]);
}
