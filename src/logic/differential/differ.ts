import type { Connection } from 'mysql2/promise';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { Converted } from '../convert.ts';
import { lastName, nameOf } from '../program-name.ts';
import { key } from '../table-access.ts';
import { argumentLists } from './argument.ts';
import { instrumented } from './branch.ts';
import type { RecordedCall } from './call-file.ts';
import { callOf } from './call-of.ts';
import type { Case, Outcome, Side } from './case.ts';
import type { ReachFinder } from './reach.ts';
import type { SampledTable } from './scratch.ts';
import { make } from './scratch-source.ts';
import { triggerCases } from './trigger-case.ts';

/** What running one program on both servers showed. */
export interface Comparison {
  readonly kind: string;
  readonly name: string;
  readonly cases: number;
  readonly equal: number;
  /** Of the branches of the original, those that a case took; 0 of 0 where nothing branches. */
  readonly branches: { readonly taken: number; readonly all: number };
  /** What differed. */
  readonly differences: readonly Difference[];
  /** Why it was not run; undefined where it was. */
  readonly skipped: string | undefined;
}

export interface Difference {
  readonly case: Case;
  readonly source: Outcome;
  readonly target: Outcome;
}

/** What the comparisons of one place share. */
export interface Place {
  readonly source: Side;
  readonly target: Side;
  readonly connection: Connection;
  readonly tables: readonly SampledTable[];
  readonly reach: ReachFinder;
  readonly giving: ReadonlySet<string>;
  readonly recorded: readonly RecordedCall[];
  /** Cases of one program at most, those that were recorded apart. */
  readonly cases: number;
}

/** Runs the cases of a program on both sides. */
export async function compareProgram(one: Converted, place: Place): Promise<Comparison> {
  const { program } = one;
  const { writes } = place.reach.of(program);
  const tables = place.tables.filter(({ name }) => writes.has(key(name))).map(({ name }) => name);
  const cases = casesOf(one, place);
  const differences: Difference[] = [];
  for (const each of cases) {
    const source = await place.source.run(each, tables);
    const target = await place.target.run(each, tables);
    if (!isSame(source, target)) differences.push({ case: each, source, target });
  }
  return {
    kind: program.definition.tag,
    name: one.name,
    cases: cases.length,
    equal: cases.length - differences.length,
    branches: { taken: 0, all: 0 },
    differences,
    skipped: cases.length === 0 ? 'no case was found for it' : undefined,
  };
}

function isSame(source: Outcome, target: Outcome): boolean {
  return JSON.stringify(source) === JSON.stringify(target);
}

function casesOf({ program }: Converted, place: Place): readonly Case[] {
  const { definition } = program;
  const { commits } = place.reach.of(program);
  if (definition.tag === 'trigger') {
    const table = place.tables.find(({ name }) => key(name) === key(lastName(definition.table.parts)));
    return table === undefined ? [] : triggerCases(definition, table, place.cases);
  }
  const name = key(lastName(definition.name?.parts ?? []));
  if (definition.tag === 'event') {
    return [
      { tag: 'procedure', name: lastName(definition.name.parts), args: [], out: [], hasResultSets: false, commits },
    ];
  }
  const recorded = place.recorded.filter((call) => key(call.name) === name).map(({ args }) => args);
  const lists = [...recorded, ...argumentLists(program, place.tables, { cases: place.cases })];
  const hasResultSets = place.giving.has(name);
  return lists.flatMap((args) => callOf(program, args, { hasResultSets, commits }) ?? []);
}

/**
 * Runs the cases once more on a copy whose branches tell that they were taken. Making it anew puts a trigger behind the
 * others of its table, so this comes after every comparison.
 */
export async function countBranches(one: Converted, place: Place): Promise<Comparison['branches']> {
  const { program } = one;
  const { source, connection } = place;
  const cases = casesOf(one, place);
  const { text, variables } = instrumented(program);
  if (variables.length === 0 || cases.length === 0) return { taken: 0, all: variables.length };
  const kind = { trigger: 'TRIGGER', function: 'FUNCTION' }[program.definition.tag as string] ?? 'PROCEDURE';
  const drop = `DROP ${kind} ${quoteIdentifier(lastName(program.definition.name?.parts ?? []))}`;
  for (const variable of variables) await connection.query(`SET ${variable} = NULL`);
  await connection.query(drop);
  await make(connection, program, text);
  for (const each of cases) await source.run(each, []);
  await connection.query(drop);
  await make(connection, program);
  const counted = variables.map((variable) => `(${variable} IS NOT NULL)`).join(' + ');
  const [rows] = await connection.query({ sql: `SELECT ${counted}`, rowsAsArray: true });
  return { taken: Number((rows as string[][])[0]?.[0] ?? 0), all: variables.length };
}

/** A program that is not run, with the reason. */
export function skippedProgram(one: Converted, reason: string): Comparison {
  const nothing = { cases: 0, equal: 0, branches: { taken: 0, all: 0 }, differences: [] };
  return { kind: one.program.definition.tag, name: nameOf(one.program), ...nothing, skipped: reason };
}
