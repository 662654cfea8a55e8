import { mysqlExpression, unescaped } from './printed-text.ts';
import type { Server } from './server.ts';

/** `text` of a literal is the bare value (`it's`, `b'01'` for BIT), of an expression SQL of the source. */
export interface ColumnDefault {
  readonly kind: 'literal' | 'expression';
  readonly text: string;
}

/**
 * COLUMN_DEFAULT in one form: MySQL prints literals bare and marks expressions in EXTRA; MariaDB prints SQL, with
 * literals quoted and the word NULL where there is none.
 */
export function columnDefault(kind: Server['kind'], text: string | null, extra: string): ColumnDefault | null {
  if (text === null) return null;
  if (kind === 'mariadb') return mariadbDefault(text);
  if (extra.includes('default_generated')) return { kind: 'expression', text: mysqlExpression(text) };
  return { kind: 'literal', text };
}

function mariadbDefault(text: string): ColumnDefault | null {
  if (text === 'NULL') return null;
  const quoted = /^'((?:[^'\\]|''|\\[\s\S])*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return { kind: 'literal', text: unescaped(quoted.replaceAll("''", "'")) };
  return { kind: /^-?[\d.]+(e[+-]?\d+)?$|^b'[01]*'$/i.test(text) ? 'literal' : 'expression', text };
}
