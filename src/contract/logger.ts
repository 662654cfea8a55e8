/**
 * Where stages log: pino's call form, made once in `cli/` with redaction, handed down. Log transitions, measure rows
 * (style 16): never a row's values, never a URL with a password.
 */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
