import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: two for a wide character, none for what combines and for our colours. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

export function padStart(text: string, width: number): string {
  return `${' '.repeat(Math.max(0, width - widthOf(text)))}${text}`;
}

export function padEnd(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;
}

/** At most `width` columns; what is cut off is shown by an ellipsis. */
export function cut(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${fitting(charactersOf(text), width - 1).join('')}…`;
}

/** The same, with both ends of the text left: names of one family differ at the end. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = charactersOf(text);
  const tail = fitting(characters.toReversed(), Math.floor((width - 1) / 2))
    .toReversed()
    .join('');
  return `${fitting(characters, width - 1 - widthOf(tail)).join('')}…${tail}`;
}

/** As many whole characters as fit. */
function fitting(characters: readonly string[], width: number): readonly string[] {
  let left = width;
  const end = characters.findIndex((character) => {
    left -= widthOf(character);
    return left < 0;
  });
  return end < 0 ? characters : characters.slice(0, end);
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As a reader sees them: what combines stays with its base. */
function charactersOf(text: string): string[] {
  return Array.from(SEGMENTS.segment(text), ({ segment }) => segment);
}
