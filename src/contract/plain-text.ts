/** Of a class of characters in a pattern: separators of lines, and what turns the direction of a text. */
export const TURNING = '\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069';

/** Likewise, with what moves a terminal or ends a line (C0, DEL, C1); needs the flag `u`. */
export const MOVING = `\\p{Cc}${TURNING}`;

const EACH_MOVING = new RegExp(`[${MOVING}]`, 'gu');

/** A name or a message in one line, on a terminal or a page: such characters are shown (`\n`, `\x1b`, `\u202e`), none acts. */
export function plainText(text: string): string {
  return text.replace(EACH_MOVING, shownCharacter);
}

export function shownCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0);
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`;
}
