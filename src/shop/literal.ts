/** SQL literals for both servers, in a session without NO_BACKSLASH_ESCAPES and ANSI_QUOTES. */

/** A quoted string. */
export function text(value: string): string {
  return /['\\\0]/.test(value)
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0')}'`
    : `'${value}'`;
}

export function textOrNull(value: string | null): string {
  return value === null ? 'NULL' : text(value);
}

/** A quoted name. */
export function name(value: string): string {
  return `\`${value.replaceAll('`', '``')}\``;
}

/** Money from whole cents. */
export function money(cents: number): string {
  const whole = Math.trunc(cents / 100);
  const rest = Math.abs(cents % 100);
  return `${cents < 0 && whole === 0 ? '-' : ''}${whole}.${rest < 10 ? '0' : ''}${rest}`;
}

/** Bytes from hexadecimal digits. */
export function bytes(hex: string): string {
  return `x'${hex}'`;
}

/** A float or double in JavaScript's shortest form, always with an exponent, so that the server reads it as a double. */
export function double(value: number): string {
  if (Object.is(value, -0)) return '-0e0';
  const digits = String(value);
  return digits.includes('e') ? digits : `${digits}e0`;
}
