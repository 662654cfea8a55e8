/** Names of variables, headers and settings that hold a secret. */
const NAME = /pass|pwd|secret|token|key|credential|auth|cookie|signature/i;
/** A login within, to the last @: whatever a password holds is before it. */
const LOGINS = [/:\/\/(?:[^:@/\s]*:)?(.*)@/, /^[^:@/\s]+:(\S+)@/] as const;
const NAMED = /passw|pwd/i;
/** What only a machine writes. */
const RANDOM = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w+/=.~-]{20,}$/;

/**
 * What of a value is a secret, judged by its name and its form; empty: it may be shown. A flip sets hosts, ports and
 * words such as `production` too: to hide those wherever they stand would make every output unreadable.
 */
export function secretsOfVariable(name: string, value: string): readonly string[] {
  if (value === '') return [];
  for (const pattern of LOGINS) {
    const login = pattern.exec(value)?.[1] ?? '';
    if (login !== '') return [value, login, decoded(login)];
  }
  if (!NAME.test(name) && !NAMED.test(value) && !RANDOM.test(value)) return [];
  // `Bearer TOKEN`: what is sent, and the token alone.
  return [value, ...value.split(/\s+/).slice(1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
