import { HEARTBEAT_DATABASE } from '../config/config.ts';
import { isAtLeast, type Server } from '../mysql/server.ts';
import { databaseScope, sourceGrant } from './grant.ts';

/** A right of our account at the source that the way back needs. `database` null: on the server. */
export interface NeededRight {
  readonly right: string;
  readonly database: string | null;
  readonly why: string;
}

export interface ReverseFacts {
  readonly hasTriggers: boolean;
  /** The fence makes the server read-only; locked accounts alone do not. */
  readonly isReadOnly: boolean;
}

/** To write rows, to put triggers away and back, and to write while the source is read_only for others. */
export function reverseRights(
  server: Pick<Server, 'kind' | 'version'>,
  databases: readonly string[],
  { hasTriggers, isReadOnly }: ReverseFacts,
): readonly NeededRight[] {
  return [
    ...databases.flatMap((database) => [
      ...['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map((right) => ({
        right,
        database,
        why: 'to write what comes back',
      })),
      { right: 'TRIGGER', database, why: 'to put triggers away and back' },
    ]),
    ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE'].map((right) => ({
      right,
      database: HEARTBEAT_DATABASE,
      why: 'for the checkpoint in our own database',
    })),
    ...(isReadOnly ? [passingRight(server)] : []),
    ...(hasTriggers ? definerRights(server) : []).map((right) => ({
      right,
      database: null,
      why: 'to make triggers of other definers again',
    })),
  ];
}

function passingRight({ kind }: Pick<Server, 'kind'>): NeededRight {
  const right = kind === 'mysql' ? 'CONNECTION_ADMIN' : 'READ_ONLY ADMIN';
  return { right, database: null, why: 'to write while the source is read_only' };
}

/** SYSTEM_USER: MySQL guards definers that have it, such as root. */
function definerRights({ kind, version }: Pick<Server, 'kind' | 'version'>): readonly string[] {
  if (kind === 'mariadb') return ['SET USER'];
  return [isAtLeast(version, [8, 2, 0]) ? 'SET_ANY_DEFINER' : 'SET_USER_ID', 'SYSTEM_USER'];
}

/** Statements that give `account` (quoted) all that the way back needs at the source. */
export function reverseSourceGrants(
  server: Pick<Server, 'kind' | 'version'>,
  account: string,
  databases: readonly string[],
): readonly string[] {
  const byDatabase = Map.groupBy(
    reverseRights(server, databases, { hasTriggers: true, isReadOnly: true }),
    ({ database }) => database,
  );
  return Array.from(byDatabase, ([database, rights]) =>
    sourceGrant(
      rights.map(({ right }) => right).join(', '),
      database === null ? '*.*' : databaseScope(database),
      account,
    ),
  );
}
