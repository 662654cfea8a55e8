import { SluiceError } from '../contract/error.ts';
import { apart } from '../convert/name-book.ts';
import { validate } from '../convert/statement.ts';
import type { Step } from '../convert/step.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { sqlstateOf } from '../postgres/sqlstate.ts';

/** `stood`: nothing was left to do. */
export type StepResult = 'made' | 'stood';

/**
 * Makes one thing unless it stands. Every kind can be cut off at any instant and run again: what a statement does alone,
 * or several in one transaction, is there whole or not at all; an index that a crash left invalid is made again, and a
 * constraint that was not validated yet is validated (INV-66).
 */
export async function runStep(step: Step, target: PostgresSession): Promise<StepResult> {
  switch (step.kind) {
    case 'sequence':
    case 'table':
    case 'view':
      return await makeRelation(step, target);
    case 'index':
      return await makeIndex(step, step.name, target);
    case 'check':
    case 'foreign-key':
      return await makeConstraint(step, target);
    case 'trigger':
    case 'comment':
    case 'identity':
    case 'position':
      return await together(step, target);
  }
}

async function makeRelation(step: Step, target: PostgresSession): Promise<StepResult> {
  const { schema, table } = step.target;
  const { rows } = await target.query(
    `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS schema,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = $2) AS relation`,
    [schema, table],
  );
  if (rows[0]?.['relation'] === 't') return 'stood';
  // CREATE SCHEMA IF NOT EXISTS asks for the right even where the schema is there.
  if (rows[0]?.['schema'] !== 't') await target.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`);
  return await together(step, target);
}

async function together(step: Step, target: PostgresSession): Promise<StepResult> {
  // Several statements sent as one are one transaction, which a failure undoes by itself.
  await target.query(step.statements(step.name).join(';\n'));
  return 'made';
}

/** Index names are per table at the source and per schema here, tables' names among them: a taken one gets a hash. */
async function makeIndex(step: Step, name: string, target: PostgresSession): Promise<StepResult> {
  const { schema, table } = step.target;
  const { rows } = await target.query(
    `SELECT x.indisvalid AS valid, t.relname = $3 AND NOT x.indisprimary AS ours
     FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace LEFT JOIN pg_index x ON x.indexrelid = i.oid
     LEFT JOIN pg_class t ON t.oid = x.indrelid WHERE n.nspname = $1 AND i.relname = $2`,
    [schema, name, table],
  );
  const [standing] = rows;
  if (standing && standing['ours'] !== 't') {
    if (name !== step.name) return 'stood';
    return await makeIndex(step, apart(name, `${table}\0${name}`), target);
  }
  const [create = '', ...comments] = step.statements(name);
  if (standing?.['valid'] !== 't') {
    if (standing) await target.query(`DROP INDEX ${quoteIdent(schema)}.${quoteIdent(name)}`);
    await createIndex(step, create, target);
  }
  for (const comment of comments) await target.query(comment);
  return standing?.['valid'] === 't' ? 'stood' : 'made';
}

/**
 * Rows that are there are looked at after it stands, so that no writer waits for it. A check that they break is taken
 * away again: it would refuse every later change of these rows. A foreign key stays: it rests while the sink writes, and
 * is better than none afterwards.
 */
async function makeConstraint(step: Step, target: PostgresSession): Promise<StepResult> {
  const state = await constraintState(step.target, step.name, target);
  if (state === 'valid') return 'stood';
  if (state === 'missing') await together(step, target);
  try {
    await target.query(validate(step.name, step.target));
  } catch (error) {
    if (!isBroken(error)) throw error;
    if (step.kind === 'check') {
      await target.query(`ALTER TABLE ${quoteTable(step.target)} DROP CONSTRAINT IF EXISTS ${quoteIdent(step.name)}`);
    }
    throw rowsBreak(step, error);
  }
  return 'made';
}

async function constraintState(
  { schema, table }: TargetName,
  name: string,
  target: PostgresSession,
): Promise<'valid' | 'unproven' | 'missing'> {
  const { rows } = await target.query(
    `SELECT c.convalidated AS valid FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = $1 AND t.relname = $2 AND c.conname = $3`,
    [schema, table, name],
  );
  if (rows[0] === undefined) return 'missing';
  return rows[0]['valid'] === 't' ? 'valid' : 'unproven';
}

/** A row breaks it: classes 23 (constraint) and 22 (its expression fails on a value). */
function isBroken(error: unknown): boolean {
  return /^2[23]/.test(sqlstateOf(error));
}

async function createIndex(step: Step, create: string, target: PostgresSession): Promise<void> {
  try {
    await target.query(create);
  } catch (error) {
    throw isBroken(error) ? rowsBreak(step, error) : error;
  }
}

/** TARGET_ROWS_BREAK: rows that stand are not as a unique index, a check or a foreign key wants them. */
function rowsBreak({ kind, name, target }: Step, cause: unknown): SluiceError {
  return new SluiceError({
    code: 'TARGET_ROWS_BREAK',
    message: `rows of ${target.schema}.${target.table} break the ${kind} ${name}`,
    remedy:
      'The source lets them stand, or they came another way: sluice schema plan shows the statement; mend the rows at the source, then sluice schema apply --phase constraints.',
    disposition: 'stop',
    cause,
  });
}
