import type { Expression } from '../sql/expression.ts';
import type { Block, BodyStatement, If, Loop, SetStatement } from './body.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** The text of a prepared statement: what is known of it, and what is put in when it runs. */
export type TextPiece =
  | { readonly tag: 'text'; readonly text: string }
  /** `isQuoted`: QUOTE() puts it in, so that it is one value whatever it holds; `at`: where. */
  | { readonly tag: 'value'; readonly value: Expression; readonly at: number; readonly isQuoted?: true };

/** Why a text is not known: the reason, for a person. */
export class UnknownText extends Error {}

/** One of the texts that a program may make: the pieces, and which branches it took to make them. */
export interface TextVariant {
  /** The number of the branch, from 1; 0 where it took none. */
  readonly when: ReadonlyMap<If, number>;
  readonly pieces: readonly TextPiece[];
}

/** The texts that an expression may give at a place of the program. Throws UnknownText. */
export function variantsOf(program: Program, source: Expression, before: number): readonly TextVariant[] {
  const found = new TextReader(program, before).read(source);
  for (const { pieces } of found) refuseChanges(program, pieces, before);
  return found.map(({ when, pieces }) => ({ when, pieces: joined(pieces) }));
}

const MAX_VARIANTS = 16;

const MAX_STEPS = 20;

/** What is known of a text: what it may be, or why that is not known. */
type Known = readonly TextVariant[] | string;

/** Follows a program to a place, and what it puts into a variable on the way. */
class TextReader {
  readonly #program: Program;
  readonly #before: number;
  readonly #depth: number;

  constructor(program: Program, before: number, depth = 0) {
    this.#program = program;
    this.#before = before;
    this.#depth = depth;
  }

  read(source: Expression): readonly TextVariant[] {
    const name = variableName(source);
    const found = name === undefined ? this.#value(source, undefined, '') : this.#variable(name);
    if (typeof found === 'string') throw new UnknownText(found);
    return found;
  }

  #variable(name: string): Known {
    if (this.#depth > MAX_STEPS) return 'the text is put together from itself';
    const { definition } = this.#program;
    if (!('body' in definition)) return `${name} is set by another program`;
    const isHandled = nodesOf(definition, 'handler').some(({ body }) => setsIn(body, name));
    if (isHandled) return `${name} is set by a handler`;
    return this.#list([definition.body], name, `${name} is set by another program`);
  }

  #list(statements: readonly BodyStatement[], name: string, known: Known): Known {
    let found = known;
    for (const statement of statements) {
      if (statement.start >= this.#before) break;
      found = this.#statement(statement, name, found);
    }
    return found;
  }

  #statement(statement: BodyStatement, name: string, known: Known): Known {
    const isAround = statement.end > this.#before;
    switch (statement.tag) {
      case 'set-variables':
        return isAround ? known : this.#set(statement, name, known);
      case 'block':
        return this.#block(statement, name, known);
      case 'if':
        return this.#if(statement, name, known);
      default:
        if (!setsIn(statement, name))
          return statement.tag === 'loop' && isAround ? this.#inside(statement, name, known) : known;
        if (statement.tag !== 'loop' || !isAround) return `${name} comes from a query or a loop`;
        return this.#inside(statement, name, `${name} is made in a loop`);
    }
  }

  #inside({ statements }: Loop, name: string, known: Known): Known {
    return this.#list(statements, name, known);
  }

  #block({ declarations, statements }: Block, name: string, known: Known): Known {
    let found = known;
    for (const one of declarations) {
      if (one.tag !== 'variable' || !one.names.some(({ text }) => key(text) === name)) continue;
      found = one.initial === undefined ? `${name} is not set` : this.#value(one.initial, known, name, one.end);
    }
    return this.#list(statements, name, found);
  }

  #if(node: If, name: string, known: Known): Known {
    const lists = [...node.branches.map(({ statements }) => statements), node.otherwise ?? []];
    const around = lists.find((list) => list.some(({ start, end }) => start < this.#before && this.#before <= end));
    if (around !== undefined) return this.#list(around, name, known);
    if (!setsIn(node, name)) return known;
    const found: TextVariant[] = [];
    for (const [at, list] of lists.entries()) {
      const made = this.#list(list, name, known);
      if (typeof made === 'string') return made;
      const number = at === node.branches.length ? 0 : at + 1;
      found.push(...made.map((one) => ({ ...one, when: new Map([...one.when, [node, number]]) })));
    }
    return found.length > MAX_VARIANTS ? `${name} may be more than ${MAX_VARIANTS} texts` : found;
  }

  #set({ assignments }: SetStatement, name: string, known: Known): Known {
    let found = known;
    for (const { target, value, end } of assignments)
      if (targetName(target) === name) found = this.#value(value, found, name, end);
    return found;
  }

  /** A text that is made of others; `known` is what the variable itself held before. */
  #value(source: Expression, known: Known | undefined, name: string, at = this.#before): Known {
    if (source.tag === 'string') return [{ when: new Map(), pieces: [{ tag: 'text', text: source.value }] }];
    if (source.tag === 'call' && source.upper === 'CONCAT') return this.#concat(source.args, known, name, at);
    const of = variableName(source);
    if (of === undefined) return 'the text is made by an expression that is no CONCAT';
    if (of === name) return known ?? `${name} is not set`;
    return new TextReader(this.#program, at, this.#depth + 1).#variable(of);
  }

  #concat(args: readonly Expression[], known: Known | undefined, name: string, at: number): Known {
    let found: readonly TextVariant[] = [{ when: new Map(), pieces: [] }];
    for (const arg of args) {
      const next = this.#part(arg, known, name, at);
      if (typeof next === 'string') return next;
      found = found.flatMap((one) => next.flatMap((other) => both(one, other)));
      if (found.length > MAX_VARIANTS) return `${name} may be more than ${MAX_VARIANTS} texts`;
    }
    return found;
  }

  /** A part of CONCAT: the text so far, a text that is known for certain, or a value that is put in. */
  #part(part: Expression, known: Known | undefined, name: string, at: number): Known {
    if (part.tag === 'string' || (part.tag === 'call' && part.upper === 'CONCAT'))
      return this.#value(part, known, name, at);
    const value: TextPiece = { tag: 'value', value: part, at };
    const of = variableName(part);
    if (of !== undefined && of === name) return known ?? `${name} is not set`;
    if (of !== undefined) {
      const own = new TextReader(this.#program, at, this.#depth + 1).#variable(of);
      const isText = typeof own !== 'string' && own.every(({ pieces }) => pieces.every(({ tag }) => tag === 'text'));
      if (isText) return own;
    }
    const [quoted] = part.tag === 'call' && part.upper === 'QUOTE' ? part.args : [];
    const quote: TextPiece = { tag: 'text', text: "'" };
    const pieces: readonly TextPiece[] =
      quoted === undefined ? [value] : [quote, { tag: 'value', value: quoted, at, isQuoted: true }, quote];
    return [{ when: new Map(), pieces }];
  }
}

/** One text behind another; none where they would have taken different branches of one IF. */
function both(one: TextVariant, other: TextVariant): readonly TextVariant[] {
  for (const [node, number] of other.when) if ((one.when.get(node) ?? number) !== number) return [];
  return [
    {
      when: new Map([...one.when, ...other.when]),
      pieces: [...one.pieces, ...other.pieces],
    },
  ];
}

function setsIn(node: object, name: string): boolean {
  return assignmentsOf(node).some((one) => one.name === name);
}

function targetName(target: SetStatement['assignments'][number]['target']): string {
  if (target.tag === 'user-variable') return `@${key(target.name)}`;
  return target.tag === 'name' ? key(target.parts.at(-1)?.text ?? '') : '';
}

function variableName(node: Expression): string | undefined {
  if (node.tag === 'user-variable') return `@${key(node.name)}`;
  return node.tag === 'column' && node.parts.length === 1 ? key(node.parts[0]?.text ?? '') : undefined;
}

interface Assigned {
  readonly name: string;
  readonly at: number;
}

function assignmentsOf(definition: object): readonly Assigned[] {
  const sets = nodesOf(definition, 'set-variables').flatMap(({ assignments }) =>
    assignments.map(({ target, end }): Assigned => ({ name: targetName(target), at: end })),
  );
  const intos = nodesOf(definition, 'query').flatMap(({ into, end }) =>
    (into?.targets ?? []).map((target): Assigned => {
      const name = target.tag === 'user-variable' ? `@${key(target.name)}` : key(target.parts.at(-1)?.text ?? '');
      return { name, at: end };
    }),
  );
  const fetches = nodesOf(definition, 'fetch').flatMap(({ targets, end }) =>
    targets.flatMap((target): Assigned[] => {
      const name = variableName(target);
      return name === undefined ? [] : [{ name, at: end }];
    }),
  );
  const calls = nodesOf(definition, 'call-procedure').flatMap(({ args, end }) =>
    args.flatMap((arg): Assigned[] => {
      const name = arg.tag === 'user-variable' ? variableName(arg) : undefined;
      return name === undefined ? [] : [{ name, at: end }];
    }),
  );
  return [...sets, ...intos, ...fetches, ...calls];
}

/** What is put in must be the same where the text was made and where it runs. */
function refuseChanges({ definition }: Program, pieces: readonly TextPiece[], to: number): void {
  const assigned = assignmentsOf(definition);
  for (const piece of pieces) {
    if (piece.tag === 'text') continue;
    const { value, at: from } = piece;
    const names = new Set([...nodesOf(value, 'column'), ...nodesOf(value, 'user-variable')].map(variableName));
    // A loop that runs the text again may have changed the value behind it.
    const loops = nodesOf(definition, 'loop').filter(({ start, end }) => from <= start && start < to && to <= end);
    const isBetween = (at: number): boolean =>
      (at > from && at < to) || loops.some(({ start, end }) => start < at && at <= end);
    const changed = assigned.find(({ name, at }) => names.has(name) && isBetween(at));
    if (changed !== undefined)
      throw new UnknownText(`${changed.name} changes between the making of the text and its use`);
  }
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
  return executed(program).some(({ source, start }) => givesRows(program, source, start));
}

/** Each text that is run, with the place where it is made final. */
function executed(program: Program): readonly { readonly source: Expression; readonly start: number }[] {
  const { definition } = program;
  return [
    ...nodesOf(definition, 'execute').flatMap(({ name, start }) => {
      const prepared = preparedBefore(program, name.text, start);
      return prepared === undefined ? [] : [{ source: prepared.source, start: prepared.start }];
    }),
    ...nodesOf(definition, 'execute-immediate'),
  ];
}

function givesRows(program: Program, source: Expression, before: number): boolean {
  try {
    return variantsOf(program, source, before).some(({ pieces }) => {
      const text = pieces.map((piece) => (piece.tag === 'text' ? piece.text : ' x '));
      const plain = text.join('').replaceAll(/'(?:[^']|'')*'/g, "''");
      return /^\s*\(*\s*(?:SELECT|WITH|VALUES|TABLE)\b/i.test(plain) && !/\bINTO\b/i.test(plain);
    });
  } catch (error) {
    if (error instanceof UnknownText) return false;
    throw error;
  }
}

/** The IFs of which the branch that was taken says what is executed, each with the name of what keeps its number. */
export function choicesOf(program: Program): ReadonlyMap<If, string> {
  const found = new Map<If, string>();
  for (const { source, start } of executed(program)) {
    for (const { when } of known(program, source, start))
      for (const node of when.keys()) if (!found.has(node)) found.set(node, `_choice_${found.size + 1}`);
  }
  return found;
}

function known(program: Program, source: Expression, before: number): readonly TextVariant[] {
  try {
    return variantsOf(program, source, before);
  } catch (error) {
    if (error instanceof UnknownText) return [];
    throw error;
  }
}
