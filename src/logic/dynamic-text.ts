import type { Expression } from '../sql/expression.ts';
import type { BodyStatement } from './body.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** The text of a prepared statement: what is known of it, and what is put in when it runs. */
export type TextPiece =
  | { readonly tag: 'text'; readonly text: string }
  | { readonly tag: 'value'; readonly value: Expression };

/** Why a text is not known: the reason, for a person. */
export class UnknownText extends Error {}

/** The pieces of an expression that gives a text. Throws UnknownText. */
export function piecesOf(program: Program, source: Expression, before: number): readonly TextPiece[] {
  return joined(piecesBelow(program, source, before, 0));
}

const MAX_STEPS = 20;

function piecesBelow(program: Program, source: Expression, before: number, depth: number): readonly TextPiece[] {
  if (depth > MAX_STEPS) throw new UnknownText('the text is put together from itself');
  if (source.tag === 'string') return [{ tag: 'text', text: source.value }];
  if (source.tag === 'call' && source.upper === 'CONCAT')
    return source.args.flatMap((arg) => partOf(program, arg, before, depth));
  const name = variableName(source);
  if (name === undefined) throw new UnknownText('the text is made by an expression that is no CONCAT');
  const { value, at } = onlyAssignment(program, name);
  if (at > before) throw new UnknownText(`${name} is set behind the statement that uses it`);
  const found = piecesBelow(program, value, at, depth + 1);
  refuseChanges(program, found, { from: at, to: before });
  return found;
}

/** A part of CONCAT: a variable whose own text is known for certain is taken apart too. */
function partOf(program: Program, part: Expression, before: number, depth: number): readonly TextPiece[] {
  if (part.tag === 'string' || (part.tag === 'call' && part.upper === 'CONCAT'))
    return piecesBelow(program, part, before, depth + 1);
  return [{ tag: 'value', value: part }];
}

function variableName(node: Expression): string | undefined {
  if (node.tag === 'user-variable') return `@${key(node.name)}`;
  return node.tag === 'column' && node.parts.length === 1 ? key(node.parts[0]?.text ?? '') : undefined;
}

interface Assigned {
  readonly name: string;
  readonly value: Expression | undefined;
  readonly at: number;
}

function assignmentsOf({ definition }: Program): readonly Assigned[] {
  const sets = nodesOf(definition, 'set-variables').flatMap(({ assignments }) =>
    assignments.map(({ target, value, end }): Assigned => {
      const name =
        target.tag === 'user-variable'
          ? `@${key(target.name)}`
          : target.tag === 'name'
            ? key(target.parts.at(-1)?.text ?? '')
            : '';
      return { name, value, at: end };
    }),
  );
  const intos = nodesOf(definition, 'query').flatMap(({ into, end }) =>
    (into?.targets ?? []).map((target): Assigned => {
      const name = target.tag === 'user-variable' ? `@${key(target.name)}` : key(target.parts.at(-1)?.text ?? '');
      return { name, value: undefined, at: end };
    }),
  );
  const fetches = nodesOf(definition, 'fetch').flatMap(({ targets, end }) =>
    targets.flatMap((target): Assigned[] => {
      const name = variableName(target);
      return name === undefined ? [] : [{ name, value: undefined, at: end }];
    }),
  );
  return [...sets, ...intos, ...fetches];
}

function onlyAssignment(program: Program, name: string): { readonly value: Expression; readonly at: number } {
  const declared = nodesOf(program.definition, 'variable').flatMap(({ names, initial, end }) =>
    initial !== undefined && names.some(({ text }) => key(text) === name) ? [{ name, value: initial, at: end }] : [],
  );
  const found = [...declared, ...assignmentsOf(program).filter((one) => one.name === name)];
  const [only] = found;
  if (only === undefined) throw new UnknownText(`${name} is set by another program`);
  if (found.length > 1) throw new UnknownText(`the text of ${name} is put together in several steps`);
  if (only.value === undefined) throw new UnknownText(`${name} comes from a query`);
  return { value: only.value, at: only.at };
}

/** What is put in must be the same where the text was made and where it runs. */
function refuseChanges(
  program: Program,
  pieces: readonly TextPiece[],
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const names = new Set(
    pieces.flatMap((piece) =>
      piece.tag === 'text'
        ? []
        : [...nodesOf(piece.value, 'column'), ...nodesOf(piece.value, 'user-variable')].map(variableName),
    ),
  );
  const changed = assignmentsOf(program).find(({ name, at }) => names.has(name) && at > from && at < to);
  if (changed !== undefined)
    throw new UnknownText(`${changed.name} changes between the making of the text and its use`);
}

function joined(pieces: readonly TextPiece[]): readonly TextPiece[] {
  const found: TextPiece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (piece.tag === 'text' && last?.tag === 'text')
      found[found.length - 1] = { tag: 'text', text: last.text + piece.text };
    else found.push(piece);
  }
  return found;
}

/** The PREPARE that an EXECUTE means: the last one of its name before it. */
export function preparedBefore(
  program: Program,
  name: string,
  before: number,
): Extract<BodyStatement, { tag: 'prepare' }> | undefined {
  return nodesOf(program.definition, 'prepare').findLast(
    (one) => key(one.name.text) === key(name) && one.end <= before,
  );
}

/** Whether it runs a text that gives rows to its caller: a SELECT that is known, and has no INTO. */
export function preparesRows(program: Program): boolean {
  const { definition } = program;
  const sources = [
    ...nodesOf(definition, 'execute').flatMap(({ name, start }) => {
      const source = preparedBefore(program, name.text, start)?.source;
      return source === undefined ? [] : [{ source, start }];
    }),
    ...nodesOf(definition, 'execute-immediate'),
  ];
  return sources.some(({ source, start }) => givesRows(program, source, start));
}

function givesRows(program: Program, source: Expression, before: number): boolean {
  try {
    const text = piecesOf(program, source, before).map((piece) => (piece.tag === 'text' ? piece.text : ' x '));
    const plain = text.join('').replaceAll(/'(?:[^']|'')*'/g, "''");
    return /^\s*\(*\s*(?:SELECT|WITH|VALUES|TABLE)\b/i.test(plain) && !/\bINTO\b/i.test(plain);
  } catch (error) {
    if (error instanceof UnknownText) return false;
    throw error;
  }
}
