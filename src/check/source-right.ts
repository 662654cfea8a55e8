import type { Config } from '../config/config.ts';
import { HEARTBEAT_DATABASE } from '../config/config.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { type Grant, has, readGrants } from '../mysql/grant.ts';
import { quoteAccount } from '../mysql/identifier.ts';
import { databaseScope, sourceGrant } from './grant.ts';

/** Our account as the server knows it, and what it may do. */
export interface SourceAccount {
  /** Quoted: `'sluice'@'%'`. */
  readonly account: string;
  readonly grants: readonly Grant[];
}

export async function readAccount(connection: MysqlConnection): Promise<SourceAccount> {
  const { account = '' } = await connection.row('SELECT CURRENT_USER() AS account');
  const text = account ?? '';
  const at = text.lastIndexOf('@');
  return { account: quoteAccount(text.slice(0, at), text.slice(at + 1)), grants: await readGrants(connection) };
}

/** Rights that can only be read, not tried, without changing something: they are named with the statement to give them. */
export function checkRights(
  { account, grants }: SourceAccount,
  kind: MysqlConnection['server']['kind'],
  source: Config['source'],
): readonly Finding[] {
  const server: readonly [string, string][] = [
    ['REPLICATION SLAVE', 'to read the binlog'],
    [kind === 'mysql' ? 'REPLICATION CLIENT' : 'BINLOG MONITOR', "to ask for the binlog's end and files"],
    ...(kind === 'mysql' ? ([['XA_RECOVER_ADMIN', 'to see prepared XA transactions']] as const) : []).map(
      ([right, why]): [string, string] => [right, why],
    ),
  ];
  return [
    ...server.filter(([right]) => !has(grants, right, null)).map(([right, why]) => missing(account, right, '*.*', why)),
    ...checkHeartbeat(account, grants),
    ...(source.adminUrl === null ? checkEnding(account, grants) : []),
    ...(kind === 'mariadb' ? checkSight(account, grants, source.databases) : []),
    ...source.databases
      .filter((database) => !has(grants, 'LOCK TABLES', database))
      .map((database) => lockMissing(account, database)),
  ];
}

/** Any of them shows foreign keys in information_schema of MariaDB; SELECT alone does not. */
const SHOWS_KEYS = [
  ...['REFERENCES', 'TRIGGER', 'SHOW VIEW', 'CREATE VIEW', 'INSERT', 'UPDATE', 'DELETE'],
  ...['CREATE', 'DROP', 'ALTER', 'INDEX'],
];

/** A key that is not seen is not made, and what it cascades is in no binlog: rows would differ without a word. */
function checkSight(account: string, grants: readonly Grant[], databases: readonly string[]): readonly Finding[] {
  const blind = databases.filter((database) => !SHOWS_KEYS.some((right) => has(grants, right, database)));
  return blind.map((database) =>
    missing(account, 'REFERENCES', databaseScope(database), `to see the foreign keys of ${database}`),
  );
}

function checkHeartbeat(account: string, grants: readonly Grant[]): readonly Finding[] {
  const rights = ['SELECT', 'INSERT', 'UPDATE', 'CREATE'].filter((right) => !has(grants, right, HEARTBEAT_DATABASE));
  if (rights.length === 0) return [];
  return [
    missing(account, rights.join(', '), databaseScope(HEARTBEAT_DATABASE), 'for the heartbeat in our own database'),
  ];
}

/** Nothing of a run needs them. Where there is an administrator's account, that one does it. */
function checkEnding(account: string, grants: readonly Grant[]): readonly Finding[] {
  const rights = ['DELETE', 'DROP'].filter((right) => !has(grants, right, HEARTBEAT_DATABASE)).join(', ');
  if (rights === '') return [];
  const message = `${account} lacks ${rights}, without which sluice complete and teardown cannot take our own database away`;
  const cure = sourceGrant(rights, databaseScope(HEARTBEAT_DATABASE), account);
  return [finding('warning', 'SOURCE_PRIVILEGE_MISSING', 'source', message, cure)];
}

function missing(account: string, right: string, scope: string, why: string): Finding {
  const message = `${account} lacks ${right}, which is needed ${why}`;
  return finding('blocker', 'SOURCE_PRIVILEGE_MISSING', 'source', message, sourceGrant(right, scope, account));
}

/** Only a table without a key is locked, for a moment: so not a blocker by itself. */
function lockMissing(account: string, database: string): Finding {
  const message = `${account} lacks LOCK TABLES on ${database}; a table without a key cannot be copied without it`;
  const cure = sourceGrant('LOCK TABLES', databaseScope(database), account);
  return finding('warning', 'SOURCE_PRIVILEGE_MISSING', database, message, cure);
}
