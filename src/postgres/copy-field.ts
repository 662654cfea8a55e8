const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of COPY text as the value it stands for. */
export function uncopied(text: string): string | null {
  return text === '\\N' ? null : text.replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter);
}
