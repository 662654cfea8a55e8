import type { MysqlSettings } from '../../mysql/connection.ts';
import { canaryAccount } from './canary.ts';
import type { FenceAct, FencePlan } from './fence.ts';
import { type Account, accountName, accountStatement } from './mysql-account.ts';
import { closedStatement } from './mysql-read-only.ts';
import { assignment, restoration, type VariableBefore } from './mysql-variable.ts';

/** A login with which a write that must fail is tried. */
export interface TryLogin {
  /** For the evidence: `capture`, `application`. */
  readonly name: string;
  readonly login: MysqlSettings;
}

export interface MysqlFenceSettings {
  /** Names the account of our own that is tried. */
  readonly pipeline: string;
  /** The account with the rights of `grants()`. */
  readonly login: MysqlSettings;
  readonly way: 'read-only' | 'accounts';
  /** User names of our other accounts on this server. */
  readonly ours: readonly string[];
  /** `user` or `user@host`: stays able to log in, and its sessions stay. */
  readonly keep: readonly string[];
  readonly tryAs: readonly TryLogin[];
  /** Our own small database, in which a write is tried. */
  readonly database: string;
  /** Longest time of one function. */
  readonly limitMs: number;
}

/** What stood before, and so what lift() puts back. A type, not an interface, so that it is JSON to the journal. */
export type MysqlFenceRecord = {
  readonly way: 'read-only' | 'accounts';
  readonly kind: 'mysql' | 'mariadb';
  /** Identity of the server, as `Server.id`. */
  readonly server: string;
  readonly variables: readonly VariableBefore[];
  /** Those that could log in, and that the fence locks. */
  readonly accounts: readonly Account[];
  /** Those that stay able to log in: `user` or `user@host`. */
  readonly kept: readonly string[];
  /** Where no login is known that this fence keeps out: an account of our own, closed out with the others, and tried. */
  readonly canary: string | null;
};

/**
 * Events of a server whose variables are not ours to set (`accounts`) are refused by check() instead. MySQL starts the
 * scheduler again at a restart, even where it is off now, so it is persisted there in any case.
 */
export function stopsScheduler({ way, kind, variables }: MysqlFenceRecord): boolean {
  const now = variables.find(({ name }) => name === 'event_scheduler')?.value;
  return way === 'read-only' && (now === 'ON' || (now === 'OFF' && kind === 'mysql'));
}

/** Logins that the fence keeps out or whose writes the server refuses; the others would prove nothing. */
export function triedLogins({ way, tryAs }: MysqlFenceSettings, kept: readonly string[]): readonly TryLogin[] {
  const isKept = (user: string) => kept.some((name) => name === user || name.startsWith(`${user}@`));
  return way === 'read-only' ? tryAs : tryAs.filter(({ login }) => !isKept(login.user));
}

/** Whether an account of our own must be tried. */
export function triesOwn(settings: MysqlFenceSettings, kept: readonly string[]): boolean {
  return settings.way === 'accounts' && triedLogins(settings, kept).length === 0;
}

export function planOf(record: MysqlFenceRecord): FencePlan {
  return { set: setActs(record).filter(hasStatements), lift: liftActs(record).filter(hasStatements) };
}

function ownOf({ canary }: MysqlFenceRecord): readonly Account[] {
  return canary === null ? [] : [canaryAccount(canary)];
}

function setActs(record: MysqlFenceRecord): readonly FenceAct[] {
  const { kind, accounts, way } = record;
  const own = ownOf(record);
  return [
    act('no EVENT starts any more', stopsScheduler(record) ? [assignment(kind, 'event_scheduler', 'OFF')] : []),
    act(
      'an account of our own without any right is made, to be tried behind the fence',
      own.flatMap((one) => [`CREATE USER IF NOT EXISTS ${accountName(one)}`, accountStatement([one], 'LOCK')]),
    ),
    act(
      `accounts that can log in are locked (${accounts.length})`,
      accounts.length === 0 ? [] : ['SET SESSION sql_log_bin = 0', accountStatement(accounts, 'LOCK')],
    ),
    act('their sessions and running EVENTs are ended, whatever they have open', ['SHOW PROCESSLIST', 'KILL ...']),
    act('no XA transaction stands prepared', ['XA RECOVER']),
    act('the server refuses every write', way === 'read-only' ? [closedStatement(kind)] : []),
  ];
}

function liftActs(record: MysqlFenceRecord): readonly FenceAct[] {
  const { kind, accounts, way } = record;
  const own = ownOf(record).map((one) => `DROP USER IF EXISTS ${accountName(one)}`);
  const isServers = way === 'read-only';
  const unseals = isServers && kind === 'mysql' ? loosenStatements() : [];
  return [
    act('accounts can be changed again', unseals),
    act('our own account is dropped', own),
    act('accounts that the fence locked are open', accounts.length === 0 ? [] : [accountStatement(accounts, 'UNLOCK')]),
    act('the server takes writes, and EVENTs start, as before', isServers ? restoreStatements(record) : []),
  ];
}

/** MySQL: from super_read_only to read_only, and so over a restart. */
export function loosenStatements(): readonly string[] {
  return ['SET PERSIST read_only = ON', 'SET PERSIST super_read_only = OFF'];
}

/** The scheduler only where the fence stopped it: MariaDB wants SUPER for it, and DISABLED cannot be set. */
export function restoreStatements(record: MysqlFenceRecord): readonly string[] {
  const changed = record.variables.filter(({ name }) => name !== 'event_scheduler' || stopsScheduler(record));
  return changed.flatMap((before) => restoration(record.kind, before));
}

function act(words: string, statements: readonly string[]): FenceAct {
  return { words, statements };
}

function hasStatements({ statements }: FenceAct): boolean {
  return statements.length > 0;
}
