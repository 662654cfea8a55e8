import type { Connection } from 'mysql2/promise';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { modelName } from '../django/write-model.ts';
import type { Program } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import type { ReachFinder } from '../reach.ts';
import { key } from '../table-access.ts';
import { argumentLists } from './argument.ts';
import { instrumented } from './branch.ts';
import type { RecordedCall } from './call-file.ts';
import { callOf } from './call-of.ts';
import { type Case, ENDLESS, type Outcome, type Side } from './case.ts';
import type { DjangoPlace } from './django-place.ts';
import type { Reached } from './django-side.ts';
import type { SampledTable } from './scratch.ts';
import { make } from './scratch-source.ts';
import { triggerCases } from './trigger-case.ts';

/** A program with the name that it has on the target. */
export interface Compared {
  readonly program: Program;
  readonly name: string;
}

/** What running one program on both servers showed. */
export interface Comparison {
  readonly kind: string;
  readonly name: string;
  readonly cases: number;
  readonly equal: number;
  /** Cases that the original did not end in time: they are no cases. */
  readonly endless: number;
  /** Of the branches of the original, those that a case took; 0 of 0 where nothing branches. */
  readonly branches: { readonly taken: number; readonly all: number };
  /** The services of Django beside it; undefined where no Python was given. */
  readonly django?: DjangoCount;
  /** What differed. */
  readonly differences: readonly Difference[];
  /** Why it was not run; undefined where it was. */
  readonly skipped: string | undefined;
}

/** How many cases a service, or the model of a view, did as the original, on each server. */
export interface DjangoCount {
  readonly source: number;
  readonly target: number;
  /** Why Django was not asked. */
  readonly refused: string | undefined;
}

export interface Difference {
  readonly case: Case;
  /** Whose answer differs from that of the original: the conversion, or Django on one of the servers. */
  readonly of: 'target' | 'django on the source' | 'django on the target';
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
  readonly django: DjangoPlace | undefined;
  /** Cases of one program at most, those that were recorded apart. */
  readonly cases: number;
}

/** Runs the cases of a program on both sides. */
export async function compareProgram(one: Compared, place: Place): Promise<Comparison> {
  const { program } = one;
  const { writes, commits } = place.reach.of(program);
  const tables = place.tables.filter(({ name }) => writes.has(key(name))).map(({ name }) => name);
  const all = casesOf(one, place);
  const refused = place.django?.refusal(program);
  const django = refused === undefined ? place.django : undefined;
  const differences: Difference[] = [];
  let endless = 0;
  for (const each of all) {
    const askDjango = async (): Promise<Answers> =>
      django === undefined ? [] : await runDjango(django, each, { program, tables, isFresh: commits });
    // Nothing of them stays, where what a program commits does.
    const before = commits ? await askDjango() : undefined;
    const source = await place.source.run(each, tables);
    if (source.error === ENDLESS) {
      endless += 1;
      continue;
    }
    const byDjango = before ?? (await askDjango());
    const target = await place.target.run(each, tables);
    const found = [['target', target], ...byDjango] as const;
    for (const [of, outcome] of found)
      if (!isSame(source, outcome)) differences.push({ case: toldCase(each), of, source, target: outcome });
  }
  const cases = all.length - endless;
  const equal = (of: Difference['of']): number => cases - differences.filter((found) => found.of === of).length;
  return {
    kind: program.definition.tag,
    name: one.name,
    cases,
    endless,
    equal: equal('target'),
    branches: { taken: 0, all: 0 },
    ...(place.django === undefined
      ? {}
      : {
          django: {
            source: refused === undefined ? equal('django on the source') : 0,
            target: refused === undefined ? equal('django on the target') : 0,
            refused,
          },
        }),
    differences,
    skipped: cases === 0 ? 'no case was found for it' : undefined,
  };
}

/** Without what its program says of it. */
function toldCase(one: Case): Case {
  if (one.tag !== 'procedure') return one;
  const { orders: _orders, decimals: _decimals, texts: _texts, ...told } = one;
  return told;
}

type Answers = readonly (readonly [Difference['of'], Outcome])[];

async function runDjango(
  django: DjangoPlace,
  one: Case,
  { program, ...reach }: Reached & { readonly program: Program },
): Promise<Answers> {
  return [
    ['django on the source', await django.run('source', one, program, reach)],
    ['django on the target', await django.run('target', one, program, reach)],
  ];
}

function isSame(source: Outcome, target: Outcome): boolean {
  return JSON.stringify(source) === JSON.stringify(target);
}

function casesOf({ program }: Compared, place: Place): readonly Case[] {
  const { definition } = program;
  if (definition.tag === 'view') {
    const view = lastName(definition.name.parts);
    return [{ tag: 'rows', view, model: modelName(view) }];
  }
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
export async function countBranches(one: Compared, place: Place): Promise<Comparison['branches']> {
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
export function skippedProgram(one: Compared, reason: string): Comparison {
  const nothing = { cases: 0, equal: 0, endless: 0, branches: { taken: 0, all: 0 }, differences: [] };
  return { kind: one.program.definition.tag, name: nameOf(one.program), ...nothing, skipped: reason };
}
