import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection } from './connection.ts';
import { type Grant, has, readGrants } from './grant.ts';
import { quoteIdentifier } from './identifier.ts';

/** Stored programs of one kind that this account may not see: information_schema shows none, whatever is there. */
export interface Unseen {
  readonly kind: 'trigger' | 'procedure' | 'event';
  readonly database: string;
  /** What shows them, `SHOW_ROUTINE ON *.*`. */
  readonly right: string;
}

export async function readUnseen(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<readonly Unseen[]> {
  const grants = await readGrants(connection);
  const routines = (await seesRoutines(connection, grants)) ? null : ROUTINES[connection.server.kind];
  return databases.flatMap((database) => {
    const own = PROGRAMS.filter(({ right }) => !has(grants, right, database));
    return [
      ...own.map(({ kind, right }): Unseen => ({ kind, database, right: `${right} ON ${scopeOf(database)}` })),
      ...(routines === null ? [] : [{ kind: 'procedure' as const, database, right: routines }]),
    ];
  });
}

const PROGRAMS = [
  { kind: 'trigger', right: 'TRIGGER' },
  { kind: 'event', right: 'EVENT' },
] as const;

/** MariaDB has SHOW CREATE ROUTINE since 11.3 alone. */
const ROUTINES = { mysql: 'SHOW_ROUTINE ON *.*', mariadb: 'SELECT ON mysql.proc' } as const;

/** MySQL shows them to SELECT on the whole server as well. */
async function seesRoutines(connection: MysqlConnection, grants: readonly Grant[]): Promise<boolean> {
  if (connection.server.kind === 'mysql') return ['SHOW_ROUTINE', 'SELECT'].some((right) => has(grants, right, null));
  if (has(grants, 'SHOW CREATE ROUTINE', null)) return true;
  try {
    await connection.rows('SELECT 1 FROM mysql.proc LIMIT 0');
    return true;
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
}

function scopeOf(database: string): string {
  return `${quoteIdentifier(database.replace(/[\\_%]/g, '\\$&'))}.*`;
}
