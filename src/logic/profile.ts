import type { BodyStatement } from './body.ts';
import { FEATURES, type Feature } from './feature-table.ts';
import type { Program } from './program.ts';
import { dotted, key, type TableAccess, tableAccess } from './table-access.ts';
import { lineAt, type Node, nodesOf, walk } from './walk.ts';

/** What one program does, told from its tree alone. */
export interface Profile {
  readonly lines: number;
  readonly statements: number;
  /** McCabe's number: 1 and 1 for each branch, loop and handler. */
  readonly complexity: number;
  /** How many blocks, branches and loops stand in each other at most. */
  readonly nesting: number;
  readonly access: TableAccess;
  /** Stored procedures and functions that it may call, by name; those of the server are among the functions. */
  readonly calls: ReadonlySet<string>;
  readonly features: readonly FeatureUse[];
  /** Queries whose rows go to the client: how many places, and whether each is reached once in every run. */
  readonly resultSets: { readonly places: number; readonly isConditional: boolean };
  readonly session: SessionState;
}

export interface FeatureUse {
  readonly feature: Feature;
  /** Of the program's text, from 1. */
  readonly lines: readonly number[];
}

/** State that outlives a call. */
export interface SessionState {
  /** User variables that are read before they are set: another program sets them. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** System variables that it sets. */
  readonly settings: readonly string[];
}

/** What of the session a program reads and sets. */
export function sessionStateOf({ definition }: Program, outs: OutPlaces = new Map()): SessionState {
  const found = new Counter(outs);
  found.look(definition);
  return found.session();
}

/** Of procedures by name: the places of their OUT parameters, from 0. */
export type OutPlaces = ReadonlyMap<string, ReadonlySet<number>>;

export function outPlaces(programs: readonly Program[]): OutPlaces {
  return new Map(
    programs.flatMap(({ definition }) => {
      if (definition.tag !== 'procedure') return [];
      const places = definition.parameters.flatMap(({ mode }, at) => (mode === 'out' ? [at] : []));
      return [[key(definition.name?.parts.at(-1)?.text ?? ''), new Set(places)] as const];
    }),
  );
}

/** Looks a program through. */
export function profileOf(program: Program): Profile {
  const { text } = program.lexed;
  const { definition } = program;
  const found = new Counter();
  found.look(definition);
  return {
    lines: codeLines(program),
    statements: found.statements,
    complexity: found.complexity,
    nesting: nestingOf(definition),
    access: tableAccess(definition),
    calls: found.calls,
    features: featuresOf(definition, text),
    resultSets: resultSetsOf(definition),
    session: found.session(),
  };
}

/** Lines that hold a token. */
function codeLines({ lexed }: Program): number {
  const lines = new Set<number>();
  let line = 1;
  let from = 0;
  for (const { start, kind } of lexed.tokens) {
    for (let at = lexed.text.indexOf('\n', from); at >= 0 && at < start; at = lexed.text.indexOf('\n', at + 1)) {
      line += 1;
      from = at + 1;
    }
    if (kind !== 'end') lines.add(line);
  }
  return lines.size;
}

const NESTS = new Set(['block', 'if', 'case-statement', 'loop']);

function nestingOf(node: object): number {
  const own = 'tag' in node && NESTS.has(String(node.tag)) ? 1 : 0;
  let below = 0;
  for (const value of Object.values(node)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of items) if (typeof item === 'object' && item !== null) below = Math.max(below, nestingOf(item));
  }
  return own + below;
}

function featuresOf(root: object, text: string): readonly FeatureUse[] {
  const lines = new Map<Feature, Set<number>>();
  walk(root, (node) => {
    for (const feature of FEATURES) {
      if (!feature.isIn(node)) continue;
      const known = lines.get(feature) ?? new Set();
      lines.set(feature, known.add(lineAt(text, node.start)));
    }
    return undefined;
  });
  return FEATURES.flatMap((feature) => {
    const found = lines.get(feature);
    return found === undefined ? [] : [{ feature, lines: [...found] }];
  });
}

/** Counts and collects in one walk, in source order. */
class Counter {
  statements = 0;
  complexity = 1;
  readonly calls = new Set<string>();
  readonly #read = new Set<string>();
  readonly #written = new Set<string>();
  readonly #settings = new Set<string>();
  readonly #outs: OutPlaces;

  constructor(outs: OutPlaces = new Map()) {
    this.#outs = outs;
  }

  /** Handlers stand before the statements of their block and run after some of them. */
  look(root: object): void {
    const handlers: Node[] = [];
    walk(root, (node) => {
      if (node.tag !== 'handler' || node === root) return this.#take(node);
      handlers.push(node);
      return false;
    });
    for (const handler of handlers) this.look(handler);
  }

  #take(node: Node): undefined {
    if (STATEMENTS.has(node.tag)) this.statements += 1;
    this.complexity += branchesOf(node);
    if (node.tag === 'call-procedure') this.calls.add(key(dotted(node.procedure.parts)));
    else if (node.tag === 'call') this.calls.add(key(dotted(node.parts)));
    this.#takeState(node);
  }

  session(): SessionState {
    return { reads: [...this.#read], writes: [...this.#written], settings: [...this.#settings] };
  }

  #takeState(node: Node): void {
    if (node.tag === 'set-variables') for (const { target, value } of node.assignments) this.#takeSet(target, value);
    else if (node.tag === 'assign') this.#written.add(key(node.target));
    else if (node.tag === 'query') for (const target of node.into?.targets ?? []) this.#takeTarget(target);
    else if (node.tag === 'fetch') for (const target of node.targets) this.#takeTarget(target);
    else if (node.tag === 'get-diagnostics') for (const { target } of node.items) this.#takeTarget(target);
    else if (node.tag === 'call-procedure') this.#takeOuts(node);
    else if (node.tag === 'user-variable' && !this.#written.has(key(node.name))) this.#read.add(key(node.name));
  }

  /** The value is made before the variable is set. */
  #takeSet(target: { readonly tag: string; readonly name?: unknown }, value: object): void {
    for (const { name } of nodesOf(value, 'user-variable'))
      if (!this.#written.has(key(name))) this.#read.add(key(name));
    this.#takeTarget(target);
  }

  /** What a procedure gives is not what the variable held. */
  #takeOuts({ procedure, args }: Extract<Node, { tag: 'call-procedure' }>): void {
    const places = this.#outs.get(key(procedure.parts.at(-1)?.text ?? ''));
    for (const [at, arg] of args.entries()) if (places?.has(at) === true) this.#takeTarget(arg);
  }

  #takeTarget(target: { readonly tag: string; readonly name?: unknown }): void {
    if (target.tag === 'user-variable') this.#written.add(key(String(target.name)));
    if (target.tag === 'system-variable') this.#settings.add(key(String(target.name)));
  }
}

const STATEMENTS = new Set([
  ...[
    'leave',
    'iterate',
    'return',
    'signal',
    'resignal',
    'get-diagnostics',
    'open',
    'fetch',
    'close',
    'set-variables',
    'do',
  ],
  ...['prepare', 'execute', 'deallocate', 'execute-immediate', 'transaction', 'create-table', 'drop-table', 'truncate'],
  ...['command', 'query', 'insert', 'update', 'delete', 'if', 'case-statement', 'loop'],
]);

function branchesOf(node: Node): number {
  if (node.tag === 'if' || node.tag === 'case-statement') return node.branches.length;
  if (node.tag === 'case') return node.branches.length;
  return node.tag === 'loop' || node.tag === 'handler' ? 1 : 0;
}

/** Statements that are queries themselves, not parts of others. */
function resultSetsOf(definition: Program['definition']): Profile['resultSets'] {
  if (definition.tag !== 'procedure') return { places: 0, isConditional: false };
  const found: { isConditional: boolean }[] = [];
  collect(definition.body, false, found);
  return { places: found.length, isConditional: found.some(({ isConditional }) => isConditional) };
}

function collect(statement: BodyStatement, isConditional: boolean, found: { isConditional: boolean }[]): void {
  if (statement.tag === 'query' && statement.into === undefined) found.push({ isConditional });
  if ((statement.tag === 'insert' || statement.tag === 'delete') && statement.returning.length > 0)
    found.push({ isConditional });
  if (statement.tag === 'block') {
    for (const inner of statement.statements) collect(inner, isConditional, found);
    for (const { body } of nodesOf(statement.declarations, 'handler')) collect(body, true, found);
  } else if (statement.tag === 'if' || statement.tag === 'case-statement') {
    const branches = [...statement.branches.map(({ statements }) => statements), statement.otherwise ?? []];
    for (const inner of branches.flat()) collect(inner, true, found);
  } else if (statement.tag === 'loop') {
    for (const inner of statement.statements) collect(inner, true, found);
  }
}
