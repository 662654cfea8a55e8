import { type SqlMode, sqlMode } from './sql-mode.ts';

/** Which server's language a text is written in. */
export interface Dialect {
  readonly flavor: 'mysql' | 'mariadb';
  /** As version comments write it: 90700 is 9.7.0, 101100 is 10.11.0. */
  readonly version: number;
  readonly mode: SqlMode;
}

/** The dialect of a server and a `sql_mode`. */
export function dialect(flavor: 'mysql' | 'mariadb', version: number, mode = ''): Dialect {
  return { flavor, version, mode: sqlMode(mode) };
}
