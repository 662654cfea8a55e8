/** A word, a text or name in quotes, a comma, or what stands in parentheses. */
export interface Part {
  readonly text: string;
  readonly isSpaced: boolean;
  readonly inner: readonly Part[] | null;
}

const TOKEN = /(\s*)('(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]|[^\s'"(),]+)/gy;

/** SQL of ours in parts; undefined where it is not understood, as with quotes or brackets that stay open. */
export function readParts(sql: string): readonly Part[] | undefined {
  const tokens = [...sql.matchAll(TOKEN)];
  if (tokens.map(([all]) => all).join('') !== sql.trimEnd()) return undefined;
  const root: Part[] = [];
  const open = [root];
  for (const [, space = '', text = ''] of tokens) {
    const isSpaced = space !== '';
    if (text === ')') open.pop();
    const level = open.at(-1);
    if (level === undefined) return undefined;
    if (text === '(') {
      const inner: Part[] = [];
      level.push({ text, isSpaced, inner });
      open.push(inner);
    } else if (text !== ')') level.push({ text, isSpaced, inner: null });
  }
  return open.length === 1 ? root : undefined;
}

/** Parts on one line. */
export function flatText(parts: readonly Part[]): string {
  return parts
    .map(({ text, isSpaced, inner }, at) => {
      const blank = isSpaced && at > 0 ? ' ' : '';
      return inner === null ? `${blank}${text}` : `${blank}(${flatText(inner)})`;
    })
    .join('');
}
