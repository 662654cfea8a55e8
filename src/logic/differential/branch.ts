import type { Span } from '../../sql/span.ts';
import type { BodyStatement } from '../body.ts';
import type { Program } from '../program.ts';
import { nodesOf } from '../walk.ts';

/** A program whose branches tell that they were taken, by user variables of the session. */
export interface Instrumented {
  readonly text: string;
  /** The variables, one for each branch. */
  readonly variables: readonly string[];
}

/** Puts a SET at the begin of every branch, loop and handler, and of the ELSE that an IF has not. */
export function instrumented({ definition, lexed }: Program): Instrumented {
  if (!('body' in definition)) return { text: lexed.text, variables: [] };
  const places = placesOf(definition.body);
  const variables = places.map((_, at) => `@sluice_branch_${at + 1}`);
  const marks = places.map((place, at) => ({ ...place, text: place.put(`SET ${variables[at]} = 1;`) }));
  let text = lexed.text;
  for (const { at, text: put } of marks.sort((a, b) => b.at - a.at))
    text = `${text.slice(0, at)}${put}${text.slice(at)}`;
  return { text, variables };
}

interface Place {
  readonly at: number;
  readonly put: (set: string) => string;
}

function before(list: readonly Span[], otherwise: number): Place {
  return { at: list[0]?.start ?? otherwise, put: (set) => `${set} ` };
}

function placesOf(body: BodyStatement): readonly Place[] {
  const ifs = nodesOf(body, 'if').flatMap((node) => [
    ...node.branches.map((branch) => before(branch.statements, branch.end)),
    node.otherwise === undefined ? missingElse(node) : before(node.otherwise, node.end),
  ]);
  const cases = nodesOf(body, 'case-statement').flatMap(({ branches, otherwise, end }) => [
    ...branches.map((branch) => before(branch.statements, branch.end)),
    ...(otherwise === undefined ? [] : [before(otherwise, end)]),
  ]);
  const loops = nodesOf(body, 'loop').flatMap(({ statements, end }) => [before(statements, end)]);
  const handlers = nodesOf(body, 'handler').flatMap(({ body: inner }) => handlerPlaces(inner));
  return [...ifs, ...cases, ...loops, ...handlers];
}

/** `END IF` ends the node. */
function missingElse({ branches, end }: Extract<BodyStatement, { tag: 'if' }>): Place {
  const last = branches.at(-1)?.statements.at(-1)?.end ?? end;
  return { at: last, put: (set) => `; ELSE ${set.replace(/;$/, '')}` };
}

function handlerPlaces(body: BodyStatement): readonly Place[] {
  return body.tag === 'block' && body.statements.length > 0 ? [before(body.statements, body.end)] : [];
}
