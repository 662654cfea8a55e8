/** Members in the list of an ENUM or SET as information_schema prints it: `enum('a','it''s')`. */
export function membersOf(columnType: string): readonly string[] {
  const members: string[] = [];
  for (const [, quoted] of columnType.matchAll(/'((?:[^'\\]|''|\\[\s\S])*)'/g)) members.push(unquote(quoted ?? ''));
  return members;
}

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', Z: '\x1a' };

function unquote(text: string): string {
  return text.replace(/''|\\([\s\S])/g, (_, escaped?: string) => (escaped ? (ESCAPES[escaped] ?? escaped) : "'"));
}
