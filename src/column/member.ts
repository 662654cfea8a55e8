import { policyText } from './copy-text.ts';

/** Members in the list of an ENUM or SET as information_schema prints it: `enum('a','it''s')`. */
export function membersOf(columnType: string): readonly string[] {
  const members: string[] = [];
  for (const [, quoted] of columnType.matchAll(/'((?:[^'\\]|''|\\[\s\S])*)'/g)) members.push(unquote(quoted ?? ''));
  return members;
}

/**
 * Members as values of the target may have them: one with a NUL character is refused there, or stored as the column's
 * policy writes it (`policyText`).
 */
export function storableMembers(members: readonly string[]): readonly string[] {
  return members.flatMap((member) =>
    member.includes('\0') ? [policyText(member, 'strip'), policyText(member, 'replace')] : [member],
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', Z: '\x1a' };

function unquote(text: string): string {
  return text.replace(/''|\\([\s\S])/g, (_, escaped?: string) => (escaped ? (ESCAPES[escaped] ?? escaped) : "'"));
}
