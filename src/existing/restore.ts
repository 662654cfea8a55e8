import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteLiteral, quoteTable } from '../postgres/quote.ts';
import { TargetError } from '../postgres/sqlstate.ts';
import { type DroppedObject, indexDefinition } from './dropped-object.ts';
import { type JournalEntry, noteRestored } from './journal.ts';

/** The instants between which a crash differs; the tests end the process at each of them. */
export const RESTORE_STEPS = ['made', 'complete', 'noted', 'committed'] as const;
export type RestoreStep = (typeof RESTORE_STEPS)[number];

export interface RestoreOptions {
  readonly pipeline: string;
  readonly onStep?: (step: RestoreStep) => void | Promise<void>;
}

/**
 * Makes one object again exactly as it was, beside a running sink: indexes CONCURRENTLY, constraints without their
 * validation first. Can be done again after a crash anywhere. The entry is settled in the transaction after which the
 * server prints the object as it printed it before (INV-58).
 * TARGET_OBJECT_TAKEN: another object has its name. TARGET_OBJECT_BROKEN: rows break the constraint.
 */
export async function restoreObject(
  session: PostgresSession,
  entry: JournalEntry,
  options: RestoreOptions,
): Promise<void> {
  const { object } = entry;
  try {
    await makeBeforehand(session, object);
    await options.onStep?.('made');
    await session.query('BEGIN');
    await complete(session, object);
    await options.onStep?.('complete');
    await assertAsItWas(session, object);
    await noteRestored(session, options.pipeline, entry.id);
    await options.onStep?.('noted');
    await session.query('COMMIT');
    await options.onStep?.('committed');
  } catch (error) {
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    // The session goes on with the next object.
    await session.query('ROLLBACK; RESET search_path; RESET default_tablespace');
    if (!(error instanceof TargetError && error.isDataError)) throw error;
    // An index that could not be built would go on refusing what the sink writes.
    const { schema } = object.table;
    if (indexDefinition(object) !== null)
      await session.query(`DROP INDEX IF EXISTS ${quoteTable({ schema, table: object.name })}`);
    throw broken(object, error);
  }
}

/** What takes long, and is not done inside the transaction that settles the entry. */
async function makeBeforehand(session: PostgresSession, object: DroppedObject): Promise<void> {
  const index = indexDefinition(object);
  if (index !== null) return await makeIndex(session, object, index);
  if (object.kind === 'trigger' || (await printed(session, object)) !== null) return;
  // Its rows are looked at afterwards, under a lock that lets the sink write.
  const suffix = isChecked(object) ? ' NOT VALID' : '';
  await session.query(`BEGIN; ${addConstraint(object, object.definition)}${suffix}; ${ended(object.afterwards)}COMMIT`);
}

/** What the statement that adds it would look at every row for. */
function isChecked({ definition }: DroppedObject): boolean {
  return !/ NOT (VALID|ENFORCED)$/.test(definition);
}

function addConstraint({ table, name }: DroppedObject, definition: string): string {
  return `ALTER TABLE ${quoteTable(table)} ADD CONSTRAINT ${quoteIdent(name)} ${definition}`;
}

function ended(statements: readonly string[]): string {
  return statements.map((statement) => `${statement}; `).join('');
}

/** Up to here an index is built quicker than the transactions end that CONCURRENTLY would wait for. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** An index that a crash left invalid is made anew. */
async function makeIndex(session: PostgresSession, object: DroppedObject, definition: string): Promise<void> {
  const standing = await printedIndex(session, object);
  if (standing !== null && standing.definition !== definition) throw taken(object, standing.definition);
  if (standing?.isValid) return;
  const name = quoteTable({ schema: object.table.schema, table: object.name });
  if (standing !== null) await session.query(`DROP INDEX ${name}`);
  const space = object.tablespace === null ? '' : object.tablespace;
  await session.query(`SET default_tablespace = ${quoteLiteral(space)}`);
  const { rows } = await session.query(`SELECT pg_table_size(to_regclass($1)) > ${SMALL_BYTES} AS large`, [
    quoteTable(object.table),
  ]);
  const isLarge = rows[0]?.['large'] === 't';
  await session.query(
    isLarge ? definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ') : definition,
  );
  await session.query('RESET default_tablespace');
}

async function complete(session: PostgresSession, object: DroppedObject): Promise<void> {
  const { kind, table, name, definition, afterwards } = object;
  switch (kind) {
    case 'index':
      break;
    case 'unique': {
      const [deferral = ''] = / DEFERRABLE( INITIALLY DEFERRED)?$/.exec(definition) ?? [];
      await session.query(addConstraint(object, `UNIQUE USING INDEX ${quoteIdent(name)}${deferral}`));
      break;
    }
    case 'trigger':
      await session.query(definition);
      break;
    default:
      if (isChecked(object))
        await session.query(`ALTER TABLE ${quoteTable(table)} VALIDATE CONSTRAINT ${quoteIdent(name)}`);
      return;
  }
  for (const statement of afterwards) await session.query(statement);
}

/** Exactly as it was is what the server prints, or nothing is settled. */
async function assertAsItWas(session: PostgresSession, object: DroppedObject): Promise<void> {
  const index = indexDefinition(object);
  const standing = await printedIndex(session, object);
  if (index !== null && standing?.definition !== index) throw taken(object, standing?.definition ?? 'nothing');
  const now = object.kind === 'index' ? index : await printed(session, object);
  if (now !== object.definition) throw taken(object, now ?? 'nothing');
}

/** The search path decides how names are printed; it is set for the statement alone. */
async function printedIndex(
  session: PostgresSession,
  { table, name }: DroppedObject,
): Promise<{ readonly definition: string; readonly isValid: boolean } | null> {
  const row = await withoutPath(
    session,
    `SELECT pg_get_indexdef(x.indexrelid) AS definition, x.indisvalid AS valid FROM pg_index x
     WHERE x.indexrelid = to_regclass($1)`,
    [quoteTable({ schema: table.schema, table: name })],
  );
  return row === null ? null : { definition: row['definition'] ?? '', isValid: row['valid'] === 't' };
}

async function printed(session: PostgresSession, { kind, table, name }: DroppedObject): Promise<string | null> {
  const sql =
    kind === 'trigger'
      ? `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
         WHERE tgrelid = to_regclass($1) AND tgname = $2 AND NOT tgisinternal`
      : 'SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2';
  return (await withoutPath(session, sql, [quoteTable(table), name]))?.['definition'] ?? null;
}

async function withoutPath(session: PostgresSession, sql: string, values: readonly string[]) {
  const before = (await session.query('SHOW search_path')).rows[0]?.['search_path'] ?? '';
  await session.query(`SELECT set_config('search_path', 'pg_catalog', false)`);
  const { rows } = await session.query(sql, [...values]);
  await session.query(`SELECT set_config('search_path', $1, false)`, [before]);
  return rows[0] ?? null;
}

function taken({ kind, table, name, definition }: DroppedObject, standing: string): SluiceError {
  return new SluiceError({
    code: 'TARGET_OBJECT_TAKEN',
    message: `${kind} ${name} of ${table.schema}.${table.table} cannot be restored: it was ${definition}, and now there is ${standing}`,
    remedy: `Rename or drop what has its name, then start sluice run again. What it was stands in sluice.dropped_object.`,
    disposition: 'stop',
  });
}

function broken({ kind, table, name, definition }: DroppedObject, cause: TargetError): SluiceError {
  const isNotValid = kind === 'check' || kind === 'foreign-key';
  return new SluiceError({
    code: 'TARGET_OBJECT_BROKEN',
    message: `${kind} ${name} of ${table.schema}.${table.table} (${definition}) is broken by rows of the source${isNotValid ? '; it stands NOT VALID' : ' and was left off'}`,
    remedy: 'Mend the rows at the source, wait until they have come, then start sluice run again.',
    disposition: 'stop',
    cause,
  });
}
