import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { FenceWay } from './fence.ts';

/** One right that a way needs, and what for. */
export interface FenceGrant {
  readonly right: string;
  /** `*.*`, a database, `OWN` for our own small database; '' for a right of a role of PostgreSQL. */
  readonly on: string;
  readonly why: string;
  /** Needed only then; nothing: always. */
  readonly condition?:
    | 'event scheduler on'
    | 'no other way to end sessions'
    | 'accounts with SYSTEM_USER are locked'
    | 'has replicas';
}

type GrantServer = 'mysql' | 'mariadb' | 'postgres';

const SEE = [
  { right: 'PROCESS', on: '*.*', why: 'sees the sessions of others' },
  { right: 'EVENT', on: '*.*', why: 'sees the EVENTs' },
  { right: 'SELECT', on: 'mysql.*', why: 'reads which accounts can log in' },
] as const;
const LOCK = { right: 'CREATE USER', on: '*.*', why: 'locks and opens accounts' };
const MYSQL_XA = { right: 'XA_RECOVER_ADMIN', on: '*.*', why: 'sees prepared XA transactions' };
const MYSQL_REPLICA = { right: 'REPLICATION CLIENT', on: '*.*', why: 'sees whether this server is a replica' };
const MYSQL_KILL = { right: 'CONNECTION_ADMIN', on: '*.*', why: 'ends sessions of others' };
const MYSQL_SYSTEM: FenceGrant = {
  right: 'SYSTEM_USER',
  on: '*.*',
  why: 'locks and ends accounts that have it themselves',
  condition: 'accounts with SYSTEM_USER are locked',
};
const MYSQL_PERFORMANCE = {
  right: 'SELECT',
  on: 'performance_schema.*',
  why: 'says who holds the lock that the fence waits for, and reads what is persisted',
};
const MARIADB_REPLICA = { right: 'REPLICA MONITOR', on: '*.*', why: 'sees whether this server is a replica' };
const MARIADB_KILL = { right: 'CONNECTION ADMIN', on: '*.*', why: 'ends sessions of others' };
const QUIET: Omit<FenceGrant, 'right'> = {
  on: '*.*',
  why: 'keeps locked accounts off the replicas',
  condition: 'has replicas',
};
const TRY = { right: 'INSERT', on: 'OWN', why: 'tries a write that must fail' };

/** What each way needs on each server. A way that a server does not know has no list. */
const GRANTS: Readonly<Record<FenceWay, Partial<Record<GrantServer, readonly FenceGrant[]>>>> = {
  'read-only': {
    mysql: [
      { right: 'SYSTEM_VARIABLES_ADMIN', on: '*.*', why: 'sets super_read_only, read_only and event_scheduler' },
      MYSQL_KILL,
      LOCK,
      ...SEE,
      MYSQL_XA,
      MYSQL_REPLICA,
      MYSQL_PERFORMANCE,
      TRY,
      MYSQL_SYSTEM,
    ],
    mariadb: [
      { right: 'READ_ONLY ADMIN', on: '*.*', why: 'sets read_only, and writes in spite of it' },
      MARIADB_KILL,
      LOCK,
      ...SEE,
      MARIADB_REPLICA,
      { right: 'SUPER', on: '*.*', why: 'sets event_scheduler', condition: 'event scheduler on' },
      { right: 'BINLOG ADMIN', ...QUIET },
    ],
  },
  accounts: {
    mysql: [
      LOCK,
      ...SEE,
      MYSQL_XA,
      MYSQL_REPLICA,
      MYSQL_SYSTEM,
      { ...MYSQL_KILL, condition: 'no other way to end sessions' },
    ],
    mariadb: [LOCK, ...SEE, MARIADB_REPLICA, { ...MARIADB_KILL, condition: 'no other way to end sessions' }],
  },
  hook: {},
  roles: {
    postgres: [
      { right: 'CREATEROLE', on: '', why: 'sets NOLOGIN; from PostgreSQL 16 on with ADMIN OPTION on each role' },
      { right: 'pg_signal_backend', on: '', why: 'ends sessions of others; those of superusers only a superuser' },
    ],
  },
};

/** The rights that a way needs on a kind of server; empty when it needs none of ours or is not for that server. */
export function grants(way: FenceWay, server: GrantServer): readonly FenceGrant[] {
  return GRANTS[way][server] ?? [];
}

/** One of them as a statement. `account` is quoted, `own` names our own small database. */
export function grantStatement({ right, on }: FenceGrant, account: string, own: string): string {
  if (on === '') return right === 'CREATEROLE' ? `ALTER ROLE ${account} CREATEROLE` : `GRANT ${right} TO ${account}`;
  return `GRANT ${right} ON ${on === 'OWN' ? `${quoteIdentifier(own)}.*` : on} TO ${account}`;
}
