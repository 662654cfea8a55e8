import { HEARTBEAT_DATABASE } from '../config/config.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';
import type { Server } from '../mysql/server.ts';
import { quoteIdent } from '../postgres/quote.ts';

/** What every account of ours on the source needs, on which scope, and why. */
interface SourceGrant {
  readonly rights: readonly string[];
  readonly on: 'server' | 'databases' | 'own';
}

const SOURCE_GRANTS: Readonly<Record<Server['kind'], readonly SourceGrant[]>> = {
  mysql: [
    // Reads the binlog; asks for its end, files and replicas; sees prepared XA transactions.
    { rights: ['REPLICATION SLAVE', 'REPLICATION CLIENT', 'XA_RECOVER_ADMIN'], on: 'server' },
    // LOCK TABLES: the moment's lock on a table without a key.
    { rights: ['SELECT', 'LOCK TABLES'], on: 'databases' },
    // DELETE, DROP: complete and teardown take our own database away again.
    { rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP'], on: 'own' },
  ],
  mariadb: [
    { rights: ['REPLICATION SLAVE', 'BINLOG MONITOR'], on: 'server' },
    // REFERENCES allows nothing by itself: MariaDB hides foreign keys from whoever may only read a table.
    { rights: ['SELECT', 'REFERENCES', 'LOCK TABLES'], on: 'databases' },
    // DELETE, DROP: complete and teardown take our own database away again.
    { rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP'], on: 'own' },
  ],
};

/** Statements that give `account` (quoted, like `'sluice'@'%'`) all that the source side needs. */
export function sourceGrants(kind: Server['kind'], account: string, databases: readonly string[]): readonly string[] {
  return SOURCE_GRANTS[kind].flatMap(({ rights, on }) =>
    scopes(on, databases).map((scope) => `GRANT ${rights.join(', ')} ON ${scope} TO ${account}`),
  );
}

/** Statements without which stored programs and the text of views are hidden, so that nobody lists or translates them. */
export function sightGrants(kind: Server['kind'], account: string, databases: readonly string[]): readonly string[] {
  const routines =
    kind === 'mysql' ? sourceGrant('SHOW_ROUTINE', '*.*', account) : sourceGrant('SELECT', 'mysql.proc', account);
  const own = databases.map((database) => sourceGrant('SHOW VIEW, TRIGGER, EVENT', databaseScope(database), account));
  return [...own, routines];
}

/** One right of them. */
export function sourceGrant(right: string, scope: string, account: string): string {
  return `GRANT ${right} ON ${scope} TO ${account}`;
}

/** Underscore and percent are wildcards in a grant's database name; quoted, they mean themselves. */
export function databaseScope(database: string): string {
  return `${quoteIdentifier(database.replace(/[\\_%]/g, '\\$&'))}.*`;
}

function scopes(on: SourceGrant['on'], databases: readonly string[]): readonly string[] {
  if (on === 'server') return ['*.*'];
  return on === 'own' ? [databaseScope(HEARTBEAT_DATABASE)] : databases.map(databaseScope);
}

export interface TargetScope {
  readonly user: string;
  readonly database: string;
  readonly schemas: readonly string[];
  readonly ddl: 'convert' | 'existing';
}

/** Statements that give the target's account all that it needs; the last asks for a superuser. */
export function targetGrants({ user, database, schemas, ddl }: TargetScope): readonly string[] {
  const role = quoteIdent(user);
  const forSchema = (schema: string): readonly string[] => {
    const name = quoteIdent(schema);
    if (ddl === 'convert')
      return [`CREATE SCHEMA IF NOT EXISTS ${name}`, `GRANT USAGE, CREATE ON SCHEMA ${name} TO ${role}`];
    return [
      `GRANT USAGE ON SCHEMA ${name} TO ${role}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${role}`,
      // setval, once the rows have come.
      `GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${name} TO ${role}`,
    ];
  };
  return [
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${quoteIdent(database)} TO ${role}`,
    ...schemas.flatMap(forSchema),
    `GRANT SET ON PARAMETER session_replication_role TO ${role}`,
  ];
}
