import { createHash } from 'node:crypto';
import type { Profile } from './profile.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';

const LITERALS = ['string', 'national', 'integer', 'decimal', 'float', 'hex', 'bit'];
const NAMES = ['word', 'quoted', 'variable'];

/**
 * The same for programs that differ in names and literals alone, as generators write them: each name stands for the
 * place where it is first met, functions of the server for themselves.
 */
export function shapeOf({ lexed }: Program, { calls }: Profile, callable: ReadonlySet<string>): string {
  const numbers = new Map<string, number>();
  const parts = lexed.tokens.map(({ kind, value }) => {
    if (LITERALS.includes(kind)) return kind;
    if (!NAMES.includes(kind)) return value;
    const name = key(value);
    if (calls.has(name) && !callable.has(name)) return name;
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return `#${number}`;
  });
  return createHash('sha256').update(parts.join(' ')).digest('hex');
}
