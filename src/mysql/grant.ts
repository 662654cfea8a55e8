import type { MysqlConnection } from './connection.ts';
import { quoteIdentifier } from './identifier.ts';

/** A line of SHOW GRANTS: rights on a scope, wildcards resolved. */
export interface Grant {
  readonly rights: ReadonlySet<string>;
  readonly scope: 'server' | RegExp;
  /** MySQL's partial revoke: of what is given on the whole server, taken from one database again. */
  readonly isRevoked: boolean;
}

/** Of the account that this session is, its active roles included. */
export async function readGrants(connection: MysqlConnection): Promise<readonly Grant[]> {
  // From 8.0.16 on; where it is on, a name is a name and no pattern.
  const [partial] = await connection.rows("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'");
  const isPattern = partial?.['Value'] !== 'ON';
  return (await grantLines(connection)).map((line) => parseGrant(line, isPattern)).filter((grant) => grant !== null);
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
function parseGrant(line: string, isPattern: boolean): Grant | null {
  const [, verb, list, database, table] =
    /^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) (?:TO|FROM) /.exec(line) ?? [];
  if (list === undefined || database === undefined || table !== '*') return null;
  const rights = new Set(list.split(',').map((right) => right.trim().toUpperCase()));
  const isRevoked = verb === 'REVOKE';
  if (database === '*') return { rights, scope: 'server', isRevoked };
  return { rights, scope: databasePattern(database.slice(1, -1).replaceAll('``', '`'), isPattern), isRevoked };
}

/** `_` and `%` are wildcards where it is a pattern, a backslash takes them literally. */
function databasePattern(pattern: string, isPattern: boolean): RegExp {
  const source = pattern.replace(/\\([_%\\])|([_%])|([^\w])/gsu, (_, taken?: string, wild?: string, plain?: string) => {
    if (wild !== undefined && isPattern) return wild === '%' ? '.*' : '.';
    return (taken ?? wild ?? plain ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
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
  const named = grants.filter(({ rights }) => rights.has('ALL PRIVILEGES') || names.some((name) => rights.has(name)));
  const here = named.filter(({ scope }) => scope !== 'server' && database !== null && scope.test(database));
  if (here.some(({ isRevoked }) => !isRevoked)) return true;
  return here.length === 0 && named.some(({ scope }) => scope === 'server');
}
