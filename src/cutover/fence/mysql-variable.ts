import type { MysqlConnection, Row } from '../../mysql/connection.ts';

/** Names of server variables that a fence changes. */
export type FenceVariable = 'super_read_only' | 'read_only' | 'event_scheduler';

/** What a variable was: in force, and what the server would read at its start (null: nothing was persisted). */
export type VariableBefore = {
  readonly name: FenceVariable;
  readonly value: string;
  readonly persisted: string | null;
};

const NAMES = {
  mysql: ['super_read_only', 'read_only', 'event_scheduler'],
  mariadb: ['read_only', 'event_scheduler'],
} as const satisfies Record<string, readonly FenceVariable[]>;

/** The variables of this server, in the order in which they are put back. */
export async function readVariables(connection: MysqlConnection): Promise<readonly VariableBefore[]> {
  const { kind } = connection.server;
  const now = await globals(connection, NAMES[kind]);
  const persisted = kind === 'mysql' ? await persistedValues(connection) : new Map<string, string>();
  return NAMES[kind].map((name) => ({ name, value: now.get(name) ?? 'OFF', persisted: persisted.get(name) ?? null }));
}

async function persistedValues(connection: MysqlConnection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.rows(
    'SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.persisted_variables',
  );
  return valuesOf(rows);
}

/** In force, by name; what the server does not have is not in it. */
export async function globals(
  connection: MysqlConnection,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.rows('SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', [names]);
  return valuesOf(rows.map(({ Variable_name = '', Value = '' }) => ({ name: Variable_name, value: Value })));
}

function valuesOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ name, value }) => [name ?? '', value ?? '']));
}

/** MySQL keeps what is persisted over a restart; MariaDB has nothing of the kind. */
export function assignment(kind: 'mysql' | 'mariadb', name: FenceVariable, value: string): string {
  return `SET ${kind === 'mysql' ? 'PERSIST' : 'GLOBAL'} ${name} = ${value}`;
}

/** Statements that put a variable back. SET PERSIST changes what is in force as well, so it comes first. */
export function restoration(kind: 'mysql' | 'mariadb', before: VariableBefore): readonly string[] {
  const { name, value, persisted } = before;
  const now = `SET GLOBAL ${name} = ${value}`;
  if (kind === 'mariadb') return [now];
  return persisted === null ? [`RESET PERSIST IF EXISTS ${name}`, now] : [`SET PERSIST ${name} = ${persisted}`, now];
}
