import type { MysqlConnection } from './connection.ts';
import { quoteIdentifier } from './identifier.ts';

/** A line of SHOW GRANTS: rights on a scope, wildcards resolved. */
export interface Grant {
  readonly rights: ReadonlySet<string>;
  readonly scope: 'server' | RegExp;
}

/** Of the account that this session is, its active roles included. */
export async function readGrants(connection: MysqlConnection): Promise<readonly Grant[]> {
  return (await grantLines(connection)).map(parseGrant).filter((grant) => grant !== null);
}

/** With the roles that are active now. */
async function grantLines(connection: MysqlConnection): Promise<readonly string[]> {
  const { roles } = await connection.row('SELECT CURRENT_ROLE() AS roles');
  const using = connection.server.kind === 'mysql' && roles && roles !== 'NONE' ? ` USING ${roles}` : '';
  const rows = await connection.rows(`SHOW GRANTS FOR CURRENT_USER()${using}`);
  const own = rows.flatMap((row) => Object.values(row)).filter((line) => line !== null);
  if (connection.server.kind === 'mysql' || !roles) return own;
  const ofRole = await connection.rows(`SHOW GRANTS FOR ${quoteIdentifier(roles)}`);
  return [...own, ...ofRole.flatMap((row) => Object.values(row)).filter((line) => line !== null)];
}

/** `GRANT SELECT, INSERT ON \`shop\`.* TO ...`; null for roles, proxies and rights on single tables or columns. */
function parseGrant(line: string): Grant | null {
  const [, list, database, table] =
    /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) TO /.exec(line) ?? [];
  if (list === undefined || database === undefined || table !== '*') return null;
  const rights = new Set(list.split(',').map((right) => right.trim().toUpperCase()));
  if (database === '*') return { rights, scope: 'server' };
  return { rights, scope: databasePattern(database.slice(1, -1).replaceAll('``', '`')) };
}

/** `_` and `%` are wildcards, a backslash takes them literally. */
function databasePattern(pattern: string): RegExp {
  const source = pattern.replace(/\\([_%\\])|([_%])|([^\w])/gsu, (_, taken?: string, wild?: string, plain?: string) => {
    if (wild !== undefined) return wild === '%' ? '.*' : '.';
    return (taken ?? plain ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'su');
}

/** SUPER and the old names of MariaDB stand for the rights that were split off them. */
const INCLUDED_IN: Readonly<Record<string, readonly string[]>> = {
  'BINLOG MONITOR': ['REPLICATION CLIENT'],
  'REPLICA MONITOR': ['SLAVE MONITOR', 'SUPER'],
  'BINLOG ADMIN': ['SUPER'],
  'CONNECTION ADMIN': ['SUPER'],
  CONNECTION_ADMIN: ['SUPER'],
  SYSTEM_VARIABLES_ADMIN: ['SUPER'],
};

/** `database` null: on the whole server. */
export function has(grants: readonly Grant[], right: string, database: string | null): boolean {
  const names = [right, ...(INCLUDED_IN[right] ?? [])];
  return grants.some(({ rights, scope }) => {
    const isHere = scope === 'server' || (database !== null && scope.test(database));
    return isHere && (rights.has('ALL PRIVILEGES') || names.some((name) => rights.has(name)));
  });
}
