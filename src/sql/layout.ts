import { type Part, readParts } from './layout-part.ts';

/**
 * A query of ours on several lines: each clause and each join begins one, selected items stand under each other, what a
 * subquery holds is further in. Nothing but blanks changes; a text that is not understood stays as it is.
 */
export function layOut(sql: string): string {
  const parts = readParts(sql);
  return parts === undefined ? sql : printGroup(parts, '');
}

function printGroup(parts: readonly Part[], indent: string): string {
  const isQuery = ['SELECT', 'WITH', 'VALUES'].includes(parts[0]?.text ?? '');
  const breaks = isQuery ? queryBreaks(parts, indent) : new Map<number, string>();
  return parts
    .map((part, at) => {
      const blank = breaks.get(at) ?? (part.isSpaced && at > 0 ? ' ' : '');
      if (part.inner === null) return `${blank}${part.text}`;
      const isSubquery = ['SELECT', 'WITH'].includes(part.inner[0]?.text ?? '');
      const inside = printGroup(part.inner, isSubquery ? `${indent}    ` : indent);
      return isSubquery ? `${blank}(\n${indent}    ${inside}\n${indent}  )` : `${blank}(${inside})`;
    })
    .join('');
}

export const CLAUSES = /^(?:FROM|WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|UNION|INTERSECT|EXCEPT|SELECT|VALUES)$/;
export const JOINS = /^(?:JOIN|LEFT|RIGHT|CROSS|NATURAL)$/;

/** The line breaks of one query, by the place of the part before which they stand. */
function queryBreaks(parts: readonly Part[], indent: string): ReadonlyMap<number, string> {
  const breaks = new Map<number, string>();
  let clause = '';
  let isBetween = false;
  let cases = 0;
  parts.forEach(({ text }, at) => {
    const before = parts[at - 1]?.text ?? '';
    if (text === 'CASE') cases++;
    else if (text === 'END') cases--;
    if (at > 0 && CLAUSES.test(text) && !isInside(text, parts, at)) breaks.set(at, `\n${indent}`);
    else if (JOINS.test(text) && !JOINS.test(before) && isJoin(parts, at)) breaks.set(at, `\n${indent}  `);
    else if ((text === 'AND' || text === 'OR') && clause === 'WHERE' && cases === 0) {
      if (text !== 'AND' || !isBetween) breaks.set(at, `\n${indent}  `);
      isBetween = false;
    }
    if (text === 'BETWEEN') isBetween = true;
    if (CLAUSES.test(text) && !isInside(text, parts, at)) clause = text;
    if (text === 'SELECT') for (const item of itemsFrom(parts, at)) breaks.set(item, `\n${indent}  `);
  });
  return breaks;
}

/** `IS DISTINCT FROM` and `WITHIN GROUP` are no clauses. */
export function isInside(text: string, parts: readonly Part[], at: number): boolean {
  const [first, second] = [parts[at - 2]?.text ?? '', parts[at - 1]?.text];
  if (text === 'FROM') return second === 'DISTINCT' && /^(?:IS|NOT)$/.test(first);
  return text === 'GROUP' && second === 'WITHIN';
}

export function isJoin(parts: readonly Part[], at: number): boolean {
  const words = parts.slice(at, at + 3).map(({ text }) => text);
  return /^(?:NATURAL )?(?:(?:LEFT|RIGHT|CROSS) )?JOIN\b/.test(words.join(' '));
}

/** Where the items of a SELECT begin, when there are several. */
function itemsFrom(parts: readonly Part[], select: number): readonly number[] {
  const isEnd = ({ text }: Part, at: number) => CLAUSES.test(text) && !isInside(text, parts, at);
  const found = parts.findIndex((part, at) => at > select && isEnd(part, at));
  const end = found < 0 ? parts.length : found;
  const commas = parts.flatMap(({ text }, at) => (text === ',' && at > select && at < end ? [at + 1] : []));
  const first = parts[select + 1]?.text === 'DISTINCT' ? select + 2 : select + 1;
  return commas.length === 0 ? [] : [first, ...commas];
}
