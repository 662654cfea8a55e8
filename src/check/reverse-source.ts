import { type Finding, finding } from '../contract/finding.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { has } from '../mysql/grant.ts';
import { databaseScope, sourceGrant } from './grant.ts';
import { type NeededRight, type ReverseFacts, reverseRights } from './reverse-grant.ts';
import { readAccount } from './source-right.ts';

/** What the source must allow for the way back: everything that is missing, with its statement. */
export async function checkReverseSource(
  connection: MysqlConnection,
  databases: readonly string[],
  { isReadOnly }: Pick<ReverseFacts, 'isReadOnly'>,
): Promise<readonly Finding[]> {
  const { account, grants } = await readAccount(connection);
  const { server } = connection;
  const facts = await triggerFacts(connection, databases);
  // On MySQL SUPER still stands for the rights that were split off it.
  const isSuper = server.kind === 'mysql' && has(grants, 'SUPER', null);
  const missing = reverseRights(server, databases, { hasTriggers: facts.count > 0, isReadOnly }).filter(
    ({ right, database }) => !has(grants, right, database) && !(isSuper && database === null),
  );
  const byScope = Map.groupBy(missing, ({ database, why }) => JSON.stringify([database, why]));
  return [
    ...[...byScope.values()].map((rights) => lacking(account, rights)),
    ...checkTriggers(facts, has(grants, 'SUPER', null)),
  ];
}

function lacking(account: string, rights: readonly NeededRight[]): Finding {
  const { database = null, why = '' } = rights[0] ?? {};
  const names = rights.map(({ right }) => right).join(', ');
  const scope = database === null ? '*.*' : databaseScope(database);
  const message = `${account} lacks ${names}, which is needed ${why}`;
  return finding('blocker', 'SOURCE_PRIVILEGE_MISSING', 'source', message, sourceGrant(names, scope, account));
}

interface TriggerFacts {
  readonly count: number;
  /** Making one asks for more than the right on its table. */
  readonly isGuarded: boolean;
}

async function triggerFacts(connection: MysqlConnection, databases: readonly string[]): Promise<TriggerFacts> {
  const { count } = await connection.row(
    'SELECT COUNT(*) AS count FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA IN (?)',
    [databases],
  );
  // By itself: in a statement that counts, MariaDB 10.11 says that the binlog is off.
  const setting = await connection.row(
    'SELECT @@GLOBAL.log_bin AS log_bin, @@GLOBAL.log_bin_trust_function_creators AS trusted',
  );
  return { count: Number(count), isGuarded: setting['log_bin'] === '1' && setting['trusted'] === '0' };
}

function checkTriggers({ count, isGuarded }: TriggerFacts, isSuper: boolean): readonly Finding[] {
  if (count === 0) return [];
  const rest = `${count} triggers are dropped while the way back runs, and made again exactly when it ends`;
  const told = finding('information', 'SOURCE_TRIGGERS_REST', 'source', rest);
  if (!isGuarded || isSuper) return [told];
  const message =
    'triggers cannot be made again by an account without SUPER while log_bin_trust_function_creators is off';
  const cure = 'SET GLOBAL log_bin_trust_function_creators = 1';
  return [told, finding('blocker', 'SOURCE_TRIGGER_CREATORS', 'source', message, cure)];
}
