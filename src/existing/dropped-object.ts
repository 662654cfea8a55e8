/** Existing: indexes, constraints and triggers of a schema that the application made, put away for the load and back. */
import { quoteIdent, quoteLiteral, quoteTable, type TargetName } from '../postgres/quote.ts';

/** In the order in which they are dropped; restored the other way round. */
export const OBJECT_KINDS = ['trigger', 'foreign-key', 'check', 'unique', 'index'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

export type SessionRole = 'origin' | 'replica';

/** One index, constraint or trigger with everything that is needed to have it again exactly as it was. */
export interface DroppedObject {
  readonly kind: ObjectKind;
  readonly table: TargetName;
  readonly name: string;
  /** As the server prints it with an empty search path: pg_get_indexdef, pg_get_constraintdef, pg_get_triggerdef. */
  readonly definition: string;
  /** CREATE INDEX of the index behind a unique constraint; null for other kinds. */
  readonly index: string | null;
  /** Tablespace of the index; null for the database's own. */
  readonly tablespace: string | null;
  /** What is said of it besides: comments, statistics, CLUSTER, when a trigger fires. */
  readonly afterwards: readonly string[];
  /** Sessions on whose writes it acts, by session_replication_role: none, where it only looks at values. */
  readonly actsIn: readonly SessionRole[];
}

export function dropStatement({ kind, table, name }: DroppedObject): string {
  switch (kind) {
    case 'index':
      return `DROP INDEX ${quoteTable({ schema: table.schema, table: name })}`;
    case 'trigger':
      return `DROP TRIGGER ${quoteIdent(name)} ON ${quoteTable(table)}`;
    default:
      return `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteIdent(name)}`;
  }
}

/** Statements by which a person can have it again without us. */
export function restoreStatements(object: DroppedObject): readonly string[] {
  const { kind, table, name, definition, afterwards } = object;
  const isStatement = kind === 'index' || kind === 'trigger';
  const add = `ALTER TABLE ${quoteTable(table)} ADD CONSTRAINT ${quoteIdent(name)} ${definition}`;
  return [isStatement ? definition : add, ...afterwards];
}

/** The index of an index or a unique constraint. */
export function indexDefinition({ kind, definition, index }: DroppedObject): string | null {
  return kind === 'index' ? definition : index;
}

/** COMMENT for an object that has one. */
export function commentOn(object: string, comment: string | null): readonly string[] {
  return comment === null ? [] : [`COMMENT ON ${object} IS ${quoteLiteral(comment)}`];
}
