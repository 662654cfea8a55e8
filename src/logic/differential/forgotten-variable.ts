import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { Program } from '../program.ts';
import { sessionVariables, settingOf } from '../session-variable.ts';

/** What takes values back that cases before put into variables of the session, on either server; undefined: there are none. */
export interface Forgetting {
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** A rollback keeps them on the source, and a case that commits keeps them on the target too. */
export function forgetting(programs: readonly Program[]): Forgetting {
  const names = [...sessionVariables(programs).keys()];
  if (names.length === 0) return { source: undefined, target: undefined };
  return {
    source: `SET ${names.map((name) => `@${quoteIdentifier(name)} = NULL`).join(', ')}`,
    target: `SELECT ${names.map((name) => `set_config(${settingOf(name)}, '', false)`).join(', ')}`,
  };
}
