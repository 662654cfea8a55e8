import { literalOf } from '../column/constant.ts';
import type { SchemaChange } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import { readTargetTable, type TargetTable } from '../postgres/target-catalogue.ts';
import { checkOf, losslessType } from './column-ddl.ts';
import { oldRowText } from './old-row-value.ts';
import type { SchemaStep } from './schema-signal.ts';
import { replacedCheck } from './type-check.ts';
import { wantedType } from './widening.ts';

export interface Alteration {
  readonly change: SchemaChange;
  readonly steps: readonly SchemaStep[];
  /** The target's name of a source column; null: left out. */
  readonly columnOf: (column: string) => string | null;
  /** The type that a rule casts a source column to; null: none. */
  readonly castOf: (column: string) => string | null;
  readonly isEmpty: boolean;
  /** Of datetimes, where the configuration names it. */
  readonly zone: string | undefined;
}

/**
 * Does on the target what the steps say, inside the caller's transaction, each step on the table as the one before left
 * it. Answers what stands in the way, in words that go on from "the DDL on the table"; null when all is done.
 */
export async function alterTable(
  session: PostgresSession,
  target: TargetTable,
  alteration: Alteration,
): Promise<string | null> {
  // While it waits for a reader to end, every later reader waits behind it: shortly, and then again (TARGET_CONFLICT).
  await session.query(`SET LOCAL lock_timeout = '3s'`);
  let table = target;
  for (const step of alteration.steps) {
    const done = await statementsOf(session, table, step, alteration);
    if ('problem' in done) return done.problem;
    for (const statement of done.statements) await session.query(statement);
    if (done.statements.length > 0) table = (await readTargetTable(session, target)) ?? table;
  }
  return null;
}

type Done = { readonly statements: readonly string[] } | { readonly problem: string };

async function statementsOf(
  session: PostgresSession,
  table: TargetTable,
  step: SchemaStep,
  alteration: Alteration,
): Promise<Done> {
  const nameOf = (column: string) => {
    const name = alteration.columnOf(column);
    return name !== null && table.columns.some((found) => found.name === name) ? name : null;
  };
  const alter = (...parts: readonly string[]): Done => ({
    statements: parts.map((part) => `ALTER TABLE ${quoteTable(table)} ${part}`),
  });
  switch (step.kind) {
    case 'add':
      return add(table, step, alteration);
    case 'drop': {
      const name = nameOf(step.column.name);
      return name === null ? alter() : alter(`DROP COLUMN ${quoteIdent(name)}`);
    }
    case 'rename': {
      const [from, to] = [nameOf(step.column), alteration.columnOf(step.to)];
      return from === null || to === null ? alter() : alter(`RENAME ${quoteIdent(from)} TO ${quoteIdent(to)}`);
    }
    case 'retype': {
      const name = nameOf(step.to.name);
      return name === null ? alter() : alter(...(await retyping(session, table, { name, step, alteration })));
    }
    case 'drop-default': {
      const name = nameOf(step.column);
      return name === null ? alter() : alter(`ALTER ${quoteIdent(name)} DROP DEFAULT`);
    }
    case 'drop-unique':
      return { statements: await uniqueDrops(session, table, step.columns.map(nameOf)) };
  }
}

/** NOT NULL DEFAULT costs nothing whatever the size: PostgreSQL keeps the value of old rows beside the table. */
function add(table: TargetTable, step: Extract<SchemaStep, { kind: 'add' }>, alteration: Alteration): Done {
  const { column } = step;
  const name = alteration.columnOf(column.name);
  if (name === null || table.columns.some((found) => found.name === name)) return { statements: [] };
  const { columnTypes } = alteration.change;
  const cast = alteration.castOf(column.name);
  const type = cast ?? losslessType(column, columnTypes, alteration.zone);
  const isSpoken = step.value.kind === 'string' || step.value.kind === 'number';
  const known =
    isSpoken || !alteration.isEmpty ? oldRowText(column, step.value, { type, zone: alteration.zone }) : null;
  const text = known === undefined && alteration.isEmpty ? null : known;
  if (text === undefined)
    return { problem: `added column ${column.name}, whose values in rows of before the log does not tell` };
  const rest = text === null ? '' : ` DEFAULT ${literalOf(text, type)}`;
  const check = cast === null ? checkOf(column, name, columnTypes) : null;
  const lines = [
    `ADD ${quoteIdent(name)} ${type}${column.nullable ? '' : ' NOT NULL'}${rest}${check ? ` CHECK (${check})` : ''}`,
    // What the source only fills in once is no default of later rows.
    ...(text !== null && step.value.kind === 'none' ? [`ALTER ${quoteIdent(name)} DROP DEFAULT`] : []),
  ];
  return { statements: lines.map((line) => `ALTER TABLE ${quoteTable(table)} ${line}`) };
}

interface Retyping {
  readonly name: string;
  readonly step: Extract<SchemaStep, { kind: 'retype' }>;
  readonly alteration: Alteration;
}

async function retyping(
  session: PostgresSession,
  table: TargetTable,
  { name, step: { from, to }, alteration }: Retyping,
): Promise<string[]> {
  const quoted = quoteIdent(name);
  const existing = table.columns.find((column) => column.name === name);
  if (!existing || existing.isGenerated) return [];
  const { columnTypes } = alteration.change;
  // A rule chose the type: it stays, and a value that does not go into it is set aside.
  const isCast = alteration.castOf(to.name) !== null;
  const type = isCast ? null : wantedType(existing.type, losslessType(to, columnTypes, alteration.zone));
  const using = existing.type === 'boolean' ? ` USING ${quoted}::integer` : '';
  const check = await replacedCheck(session, table, { existing, from, to, columnTypes });
  return [
    ...check.drops,
    ...(type === null ? [] : [`ALTER ${quoted} TYPE ${type}${using}`]),
    ...(to.nullable && existing.isNotNull && !from.nullable ? [`ALTER ${quoted} DROP NOT NULL`] : []),
    // Fails where a NULL stands, which the source then turned into something that the log does not tell.
    ...(!to.nullable && !existing.isNotNull && from.nullable ? [`ALTER ${quoted} SET NOT NULL`] : []),
    ...(isCast ? [] : check.adds),
  ];
}

/** An index over just these columns; the primary key stays, whatever else is unique. */
async function uniqueDrops(
  session: PostgresSession,
  table: TargetTable,
  columns: readonly (string | null)[],
): Promise<string[]> {
  const wanted = JSON.stringify([...columns].sort());
  const found = table.uniques.filter((u) => !u.isPrimary && JSON.stringify([...u.columns].sort()) === wanted);
  const drops: string[] = [];
  for (const { index } of found) {
    const { rows } = await session.query(
      `SELECT conname AS name FROM pg_constraint WHERE conindid = $1::regclass AND conrelid = $2::regclass`,
      [`${quoteIdent(table.schema)}.${quoteIdent(index)}`, quoteTable(table)],
    );
    const constraint = rows[0]?.['name'];
    drops.push(
      constraint
        ? `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${quoteIdent(constraint)}`
        : `DROP INDEX ${quoteIdent(table.schema)}.${quoteIdent(index)}`,
    );
  }
  return drops;
}
