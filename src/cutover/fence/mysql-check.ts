import { type Finding, finding } from '../../contract/finding.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { canaryOf } from './canary.ts';
import { accountName, keptNames, openAccounts } from './mysql-account.ts';
import { enabledEvents } from './mysql-event.ts';
import { type MysqlFenceSettings, triesOwn } from './mysql-record.ts';
import { checkRights, ownAccount } from './mysql-right.ts';
import { passers, replicationChannels } from './mysql-still-runs.ts';
import { globals } from './mysql-variable.ts';
import { decisionsOf, preparedXa } from './prepared-xa.ts';
import { tryLogin } from './try-write.ts';

/** Everything that speaks against this fence on this server, each with its cure. */
export async function checkMysqlFence(
  connection: MysqlConnection,
  settings: MysqlFenceSettings,
): Promise<readonly Finding[]> {
  const facts = await globals(connection, FACTS);
  const rights = await checkRights(connection, settings, facts.get('event_scheduler') === 'ON');
  // What needs a right is not asked without it: the finding that the right is missing says all.
  if (rights.some(({ severity }) => severity === 'blocker')) return rights;
  return [
    ...rights,
    ...checkFacts(facts, settings),
    ...(await checkXa(connection)),
    ...(await checkReplication(connection)),
    ...(await checkEvents(connection, settings, facts)),
    ...(await checkAccounts(connection, settings)),
    ...(await checkLogins(settings)),
  ];
}

const FACTS = [
  'read_only',
  'event_scheduler',
  'persisted_globals_load',
  'gtid_domain_id',
  'wsrep_on',
  'group_replication_single_primary_mode',
];

function checkFacts(facts: ReadonlyMap<string, string>, { way }: MysqlFenceSettings): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (...told: Parameters<typeof finding>) => findings.push(finding(...told));
  if (facts.get('read_only') === 'ON')
    say('blocker', 'FENCE_READ_ONLY_ALREADY', 'source', 'the server is read-only already: it is a replica, or fenced');
  if (facts.get('wsrep_on') === 'ON' || facts.get('group_replication_single_primary_mode') === 'OFF')
    say('blocker', 'FENCE_CLUSTER', 'source', 'the cluster takes writes on every node, and a fence holds on one');
  if (way === 'read-only' && facts.get('persisted_globals_load') === 'OFF')
    say('warning', 'FENCE_RESTART', 'source', 'persisted_globals_load is OFF: a restart of the server ends the fence');
  if (way === 'read-only' && facts.has('gtid_domain_id'))
    say('warning', 'FENCE_RESTART', 'source', MARIADB_RESTART, 'read_only = ON', 'event_scheduler = OFF');
  return findings;
}

const MARIADB_RESTART =
  'MariaDB forgets read_only and event_scheduler at a restart; the accounts stay locked. For the night write both into the option file';

async function checkXa(connection: MysqlConnection): Promise<readonly Finding[]> {
  return (await preparedXa(connection)).map((xa) => {
    const message = `the XA transaction ${xa.xid} stands prepared, and could be committed in spite of a fence`;
    return finding('blocker', 'FENCE_XA_PREPARED', 'source', message, ...decisionsOf(xa));
  });
}

async function checkReplication(connection: MysqlConnection): Promise<readonly Finding[]> {
  return (await replicationChannels(connection)).map((name) => {
    const message = `this server is a replica (channel ${name}), and writes what its primary sends in spite of a fence`;
    return finding('blocker', 'FENCE_REPLICA', 'source', message, 'fence the primary: source.adminUrl');
  });
}

async function checkEvents(
  connection: MysqlConnection,
  { way }: MysqlFenceSettings,
  facts: ReadonlyMap<string, string>,
): Promise<readonly Finding[]> {
  if (facts.get('event_scheduler') !== 'ON') return [];
  const events = await enabledEvents(connection);
  const names = events.map(({ name, definer }) => `${name} as ${definer}`).join(', ');
  if (events.length === 0) return [];
  if (way === 'read-only') return [finding('information', 'FENCE_EVENTS', 'source', `EVENTs stop: ${names}`)];
  const message = `EVENTs run on under locked accounts: ${names}`;
  const cure = 'set event_scheduler to OFF in the parameters of the server, until the cutover is complete';
  return [finding('blocker', 'FENCE_EVENTS', 'source', message, cure)];
}

/** Whoever has many rights and is locked, and whoever is not locked and could pass. */
async function checkAccounts(connection: MysqlConnection, settings: MysqlFenceSettings): Promise<readonly Finding[]> {
  const kept = await keptNames(connection, settings);
  const locked = new Set((await openAccounts(connection, kept)).map(accountName));
  const ours = new Set([await ownAccount(connection)]);
  return (await passers(connection)).flatMap(([account, rights]) => {
    const isKept = [...kept].some((name) => account === name || account.startsWith(`'${name.replace(/@.*$/, '')}'@`));
    if (locked.has(account)) {
      const message = `${account}, an administrator (${rights}), is locked as well: name it in \`keep\` if a person must get in`;
      return [finding('warning', 'FENCE_ADMINISTRATOR', 'source', message)];
    }
    if (!isKept || ours.has(account)) return [];
    const message = `${account} stays able to log in, and could pass or end the fence (${rights})`;
    return [finding('warning', 'FENCE_CAN_PASS', 'source', message)];
  });
}

/** A login that does not work now would be refused then for a reason that proves nothing. */
async function checkLogins(settings: MysqlFenceSettings): Promise<readonly Finding[]> {
  const { tryAs, ours, keep, pipeline } = settings;
  const findings: Finding[] = [];
  for (const { name, login } of tryAs) {
    const refusal = await tryLogin(login);
    if (refusal !== null) findings.push(finding('blocker', 'FENCE_TRY_LOGIN', name, refusal.message, refusal.remedy));
  }
  if (triesOwn(settings, [...ours, ...keep])) {
    const message = `no login of the application is given: an account of our own, ${canaryOf(pipeline)}, is made, closed out and tried`;
    findings.push(finding('information', 'FENCE_TRY_LOGIN', 'source', message));
  }
  return findings;
}
