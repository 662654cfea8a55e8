import { quoteName } from '../sql/fragment.ts';

/** Words that PL/pgSQL reads as its own where SQL reads a name: reserved ones, and what goes on behind RETURN. */
const OWN = new Set('begin by declare execute foreach if loop next query strict while'.split(' '));

/** A variable or a label as PL/pgSQL writes it. */
export function plpgsqlName(name: string): string {
  return OWN.has(name) ? `"${name}"` : quoteName(name);
}
