/** A pattern of ICU's (MySQL) or PCRE's (MariaDB) language in PostgreSQL's. `doubt` tells what may match otherwise. */
export interface TranslatedPattern {
  readonly pattern: string;
  readonly doubt: string | undefined;
  /** `.` or `$` stands in it: the target takes a line end otherwise. */
  readonly isByLine: boolean;
}

const WORD_ENDS: readonly (readonly [string, string])[] = [
  ['[[:<:]]', '\\m'],
  ['[[:>:]]', '\\M'],
];

/** Escapes that mean another thing, or nothing, in PostgreSQL. */
const ESCAPES: Readonly<Record<string, string>> = { b: '\\y', B: '\\Y', z: '\\Z', h: '[ \\t]' };
const SAME = new Set('dDwWsSntrfvA');

/** Translates a pattern: `\b` is `\y`; what has no equal is told, and left as it is. */
export function translatePattern(pattern: string): TranslatedPattern {
  let found = '';
  let doubt: string | undefined;
  for (let at = 0; at < pattern.length; at += 1) {
    const unit = pattern[at] ?? '';
    const end = WORD_ENDS.find(([word]) => pattern.startsWith(word, at));
    if (end !== undefined) {
      found += end[1];
      at += end[0].length - 1;
    } else if (unit === '\\') {
      at += 1;
      const escaped = pattern[at] ?? '';
      found += ESCAPES[escaped] ?? `\\${escaped}`;
      if (/[a-zA-Z]/.test(escaped) && !SAME.has(escaped) && ESCAPES[escaped] === undefined) {
        doubt ??= `\\${escaped} means another thing on the target`;
      }
    } else {
      found += unit;
      doubt ??= doubtAt(pattern, at);
    }
  }
  return { pattern: found, doubt, isByLine: /[.$]/.test(pattern.replaceAll(/\\.|\[\^?\]?(?:\\.|[^\]])*\]/gs, '')) };
}

/** A group with a flag or a look behind, a possessive repetition, and the point, which on the target matches a line end. */
function doubtAt(pattern: string, at: number): string | undefined {
  if (/^\(\?(?![:=!])/.test(pattern.slice(at, at + 3))) return 'a group of a kind that the target may not know';
  if (/^[*+?}]\+/.test(pattern.slice(at, at + 2))) return 'a possessive repetition';
  return undefined;
}
