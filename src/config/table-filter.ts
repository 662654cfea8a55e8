import type { CaseRule } from '../rule/case-rule.ts';
import type { TableRules } from '../rule/row-rule.ts';
import type { Config, TableRule } from './config.ts';

type Tables = Config['tables'];

/** Names exactly as the source spells them; globs are case-sensitive like PostgreSQL's own names. */
export function isIncluded(tables: Tables, database: string, table: string): boolean {
  const matches = (globs: readonly string[]): boolean => matchesAny(globs, database, table);
  return matches(tables.include) && !matches(tables.exclude);
}

export type Priority = 'high' | 'medium' | 'low';

/** high before low before the rest, so that a table in two lists has the more urgent one. */
export function priorityOf(tables: Tables, database: string, table: string): Priority {
  if (matchesAny(tables.priority.high, database, table)) return 'high';
  if (matchesAny(tables.priority.medium, database, table)) return 'medium';
  return matchesAny(tables.priority.low, database, table) ? 'low' : 'medium';
}

/** The rule for DATABASE.TABLE, else for TABLE; null for none. */
export function ruleOf(tables: Tables, database: string, table: string): TableRule | null {
  return tables.rules.get(`${database}.${table}`) ?? tables.rules.get(table) ?? null;
}

/** What is done to the rows of a table before they go anywhere; null: nothing. */
export function rulesOf({ tables }: Pick<Config, 'tables'>, database: string, table: string): TableRules | null {
  const rule = ruleOf(tables, database, table);
  if (rule === null || (rule.exclude.length === 0 && rule.mask.size === 0)) return null;
  return { exclude: rule.exclude, mask: rule.mask, salt: tables.maskSalt?.reveal() ?? '' };
}

export function caseRuleOf(tables: Tables, database: string, table: string, column: string): CaseRule {
  return ruleOf(tables, database, table)?.case.get(column) ?? 'exact';
}

/** The PostgreSQL type that a rule gives the column; null: none does. */
export function castTypeOf(tables: Tables, database: string, table: string, column: string): string | null {
  if (caseRuleOf(tables, database, table, column) === 'citext') return 'citext';
  return ruleOf(tables, database, table)?.cast.get(column) ?? null;
}

/** True when one of them names the table, as TABLE or as DATABASE.TABLE. */
export function matchesAny(globs: readonly string[], database: string, table: string): boolean {
  return globs.some((glob) => globPattern(glob).test(table) || globPattern(glob).test(`${database}.${table}`));
}

/** `*` is any text, `?` one character, a backslash takes the next character as it is. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(/\\(.)|([*?])|([^\w*?])/gsu, (_, taken?: string, wild?: string, plain?: string) => {
    if (wild !== undefined) return wild === '*' ? '.*' : '.';
    return escapeCharacter(taken ?? plain ?? '');
  });
  return new RegExp(`^${source}$`, 'su');
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
