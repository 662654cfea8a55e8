import { plainText, TURNING } from '../contract/plain-text.ts';

/** Our own colours, and no other sequence. */
const COLOURS = '\u001b\\[(?:0|1|2|31|32|33)m';
/** Everything that moves a terminal but the ends of lines and tabs, C0, DEL and C1, and what turns the direction of text. */
const CONTROL = new RegExp(`(${COLOURS})|[\u0000-\u0008\u000b-\u001f\u007f-\u009f${TURNING}]`, 'g');

/**
 * Text for a terminal or a pipe: what names and messages of servers hold of control characters is shown (`\x1b`), so that
 * none of them draws, moves or answers for us. Colours stay where they may be.
 */
export function visible(text: string, { isColoured }: { readonly isColoured: boolean }): string {
  return text.replace(CONTROL, (found, colour: string | undefined) =>
    colour !== undefined && isColoured ? colour : plainText(found),
  );
}

/** The same for a text that must not become several: a name or a message in a line of ours. */
export const oneLine = plainText;
