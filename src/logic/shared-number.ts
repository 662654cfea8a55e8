import type { Name } from '../sql/expression.ts';
import type { Catalogue } from './catalogue.ts';
import type { Definition, Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** Programs of which one asks LAST_INSERT_ID() for a number that another one got: the session keeps it for them. */
export interface SharedNumbers {
  readonly programs: ReadonlySet<Program>;
  /** Procedures that give a number, by name in small letters. */
  readonly procedures: ReadonlySet<string>;
}

/** Where the session keeps it, for programs of ours; 0 before there is one. */
export const SHARED_NUMBER = "COALESCE(NULLIF(current_setting('sluice.last_insert_id', true), ''), '0')::bigint";

/** Keeps what a variable has. */
export function shareNumber(sql: string): string {
  return `PERFORM set_config('sluice.last_insert_id', ${sql}::text, false);`;
}

/** What a program does with the number of the session, and what it calls. */
interface Use {
  readonly program: Program;
  readonly asks: boolean;
  /** A function and a trigger give the number back that was there before. */
  readonly gives: boolean;
  readonly calls: ReadonlySet<string>;
}

/** Looks through what each program may call for one that asks and another one that gives. */
export function sharedNumbers(programs: readonly Program[], catalogue: Catalogue): SharedNumbers {
  const uses = programs.map((program) => useOf(program, catalogue));
  const routines = uses.filter(({ program: { definition } }) => isRoutine(definition));
  const byName = Map.groupBy(routines, ({ program: { definition } }) => nameOf(definition));
  const found = new Set<Use>();
  for (const use of uses) {
    const reached = reach(use, byName);
    const askers = reached.filter(({ asks }) => asks);
    const givers = reached.filter(({ gives }) => gives);
    const isShared = askers.some((asker) => givers.some((giver) => giver !== asker));
    if (isShared) for (const one of [...askers, ...givers]) found.add(one);
  }
  const givers = [...found].filter(({ gives, program }) => gives && program.definition.tag === 'procedure');
  return {
    programs: new Set([...found].map(({ program }) => program)),
    procedures: new Set(givers.map(({ program }) => nameOf(program.definition))),
  };
}

/** Whether the program asks for a number that neither it nor what it calls may have got. */
export function asksOutside(program: Program, catalogue: Catalogue): boolean {
  const { asks, calls } = useOf(program, catalogue);
  return asks && !givesItself(program.definition, catalogue) && calls.size === 0;
}

function useOf(program: Program, catalogue: Catalogue): Use {
  const { definition } = program;
  const isGiver = definition.tag === 'procedure' || definition.tag === 'event';
  const calls = nodesOf(definition, 'call');
  return {
    program,
    asks: calls.some(({ upper, args }) => upper === 'LAST_INSERT_ID' && args.length === 0),
    gives: isGiver && givesItself(definition, catalogue),
    calls: new Set([
      ...nodesOf(definition, 'call-procedure').map(({ procedure }) => last(procedure.parts)),
      ...calls.map(({ parts }) => last(parts)),
    ]),
  };
}

/** It fills a table that numbers its rows, or says LAST_INSERT_ID(expr). */
function givesItself(definition: Definition, catalogue: Catalogue): boolean {
  const isNumbered = nodesOf(definition, 'insert').some(
    ({ table }) => catalogue.table(table.parts)?.autoIncrement !== undefined,
  );
  return (
    isNumbered || nodesOf(definition, 'call').some(({ upper, args }) => upper === 'LAST_INSERT_ID' && args.length > 0)
  );
}

function reach(from: Use, byName: ReadonlyMap<string, readonly Use[]>): readonly Use[] {
  const found = new Set([from]);
  for (const { calls } of found) for (const name of calls) for (const other of byName.get(name) ?? []) found.add(other);
  return [...found];
}

function isRoutine({ tag }: Definition): boolean {
  return tag === 'procedure' || tag === 'function';
}

function nameOf(definition: Definition): string {
  return last(definition.name?.parts ?? []);
}

function last(parts: readonly Name[]): string {
  return key(parts.at(-1)?.text ?? '');
}
