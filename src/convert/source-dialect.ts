import type { Server } from '../mysql/server.ts';
import { type Dialect, dialect } from '../sql/dialect.ts';

/** In which a server's catalogue prints: one spelling, whatever mode an object was made under. */
export function sourceDialect({ kind, version: [major, minor, patch] }: Server): Dialect {
  return dialect(kind, major * 10_000 + minor * 100 + patch);
}
