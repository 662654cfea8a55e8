import type { PostgresSettings } from '../../postgres/connection.ts';

export interface RoleTry {
  readonly name: string;
  readonly login: PostgresSettings;
}

export interface RoleFenceSettings {
  /** The account with the rights of `grants('roles', 'postgres')`, in the database that is fenced. */
  readonly login: PostgresSettings;
  /** The application's roles, for this and every other database of the server. */
  readonly roles: readonly string[];
  readonly tryAs: readonly RoleTry[];
  readonly limitMs: number;
}

/** A type, not an interface, so that it is JSON to the journal. */
export type RoleFenceRecord = {
  readonly way: 'roles';
  /** system_identifier of the server, and the database whose sessions are ended. */
  readonly server: string;
  readonly database: string;
  /** Those of the roles that could log in. */
  readonly roles: readonly string[];
  /** Where no login of the application is known: a role of our own, closed out with the others, and tried. */
  readonly canary: string | null;
};
