import { createHash } from 'node:crypto';
import type { ActionItem } from '../action-item.ts';
import type { BodyStatement } from '../body.ts';
import type { ConvertContext } from '../convert-context.ts';
import { emitterOf } from '../emit/routine.ts';
import { NotConverted } from '../emitter.ts';
import { keptRows } from '../kept-row.ts';
import type { Event, Program, Routine, Trigger } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import { nodesOf } from '../walk.ts';
import { TooLarge } from '../writer.ts';
import { docText, pythonName, pythonString, pythonType, stored } from './python-type.ts';
import { PythonWriter, withoutStrings } from './python-writer.ts';
import { ServiceEmitter, type ServiceSignature } from './service-emitter.ts';
import { declareRows } from './trigger-row.ts';
import { writeStatement } from './write-statement.ts';

/** A service: its lines, and what a person has to know of it. */
export interface Service {
  readonly program: Program;
  readonly python: string;
  readonly lines: readonly string[];
  readonly items: readonly ActionItem[];
  readonly outcome: 'automatic' | 'review' | 'skeleton';
  /** Functions that its SQL calls: they stay in the database. */
  readonly kept: ReadonlySet<string>;
  /** Its SQL that calls functions of ours. */
  readonly helped: ReadonlySet<string>;
}

/** What all services of an application know of each other. */
export interface ServiceNames {
  /** By kind and name in small letters. */
  readonly signatures: ReadonlyMap<string, ServiceSignature>;
  readonly names: ReadonlyMap<Program, string>;
}

/** Writes a routine, an event or a trigger as a function of Python. */
export function writeService(program: Program, context: ConvertContext, { signatures, names }: ServiceNames): Service {
  const { definition } = program;
  const emitter = emitterOf(program, context);
  const service = new ServiceEmitter(emitter, signatures);
  noteShared(service);
  const node = definition as Routine | Event | Trigger;
  const python = names.get(program) ?? pythonName(lastName(node.name.parts));
  try {
    const lines = functionLines(service, node, python);
    const { kept, helped } = service;
    return { program, python, lines, items: emitter.items, outcome: outcomeOf(emitter.items), kept, helped };
  } catch (error) {
    if (!(error instanceof NotConverted || error instanceof TooLarge)) throw error;
    emitter.note('stands', node, [error.code, error.message, error.advice]);
    return {
      program,
      python,
      lines: refused(program, python, error),
      items: emitter.items,
      outcome: 'skeleton',
      kept: new Set(),
      helped: new Set(),
    };
  }
}

/** A service keeps its own number alone. */
function noteShared({ emitter }: ServiceEmitter): void {
  if (!emitter.sharesNumber) return;
  emitter.note('review', emitter.program.definition, [
    'LAST_INSERT_ID',
    'LAST_INSERT_ID() of one program gives the number of another one on the source, and in a service its own alone',
    'Give the number to the caller as an OUT parameter, and to what is called as a parameter.',
  ]);
}

function outcomeOf(items: readonly ActionItem[]): Service['outcome'] {
  if (items.some(({ severity }) => severity === 'stands')) return 'skeleton';
  return items.some(({ severity }) => severity === 'review') ? 'review' : 'automatic';
}

/** A routine of which not even the head has a counterpart. */
function refused(program: Program, python: string, { code, message }: NotConverted | TooLarge): readonly string[] {
  const out = new PythonWriter();
  out.line(`def ${python}(*args: Any, using: str = "default") -> Any:`);
  out.deeper(() => {
    out.line(`"""${docOf(program)}"""`);
    out.comment(`not converted (${code}): ${message}`);
    out.comment(program.lexed.text.trim());
    out.call('raise NotConverted', [pythonString(`${code} in ${nameOf(program)}`)]);
  });
  return out.lines;
}

function docOf(program: Program): string {
  const hash = createHash('sha256').update(program.lexed.text.trim()).digest('hex').slice(0, 16);
  const kind = program.definition.tag;
  return `${kind[0]?.toUpperCase()}${kind.slice(1)} ${docText(nameOf(program))}, from source ${hash}.`;
}

function functionLines(service: ServiceEmitter, node: Routine | Event | Trigger, python: string): readonly string[] {
  const { emitter } = service;
  const rows = node.tag === 'trigger' ? declareRows(service, node) : [];
  const parameters = 'parameters' in node ? node.parameters : [];
  const variables = parameters.map(({ name, type, mode }) => ({ mode, ...service.declare(name.text, type) }));
  const outs = variables.filter(({ mode }) => mode !== 'in');
  const isGiving =
    node.tag === 'procedure' && service.service('procedure', lastName(node.name.parts))?.hasResultSets === true;
  const result = outs.length > 0 || isGiving ? `${camel(python)}Result` : undefined;
  const values = [...outs.map((one) => `${one.python}=${one.python}`), ...(isGiving ? ['results=results'] : [])];
  service.returned = result === undefined ? 'return' : `return ${result}(${values.join(', ')})`;
  const body = new PythonWriter();
  service.out = body;
  service.isOpen = keepsRows(service, node.body);
  emitter.comments.before(node.body.start);
  const inner = (): void => {
    for (const { python: name, type, mode } of variables) {
      if (mode === 'out') body.line(`${name}: ${type.hint} | None = None`);
      else body.value(`${name} = `, stored(type, name));
    }
    if (isGiving) body.line('results: list[list[dict[str, Any]]] = []');
    for (const [name, asked] of SESSION) if (service.asks(asked)) body.line(`${name}: int | None = 0`);
    const at = body.lines.length;
    // A variable that no session has set yet would number in a DOUBLE.
    for (const [name, { start }] of emitter.program.counters ?? []) if (start !== undefined) service.begin(name, start);
    statements(service, node.body);
    body.lines.splice(at, 0, ...unsetNames(service, body.lines.slice(at), body.depth));
    if (node.tag === 'function') body.line('raise DataError(1321, "FUNCTION ended without RETURN")');
    else if (result !== undefined) body.line(service.returned);
  };
  const gives = node.tag === 'function' ? returnHint(node) : (result ?? 'None');
  return [
    ...resultClass(node, result, outs, isGiving),
    ...definition(service, { python, rows, variables, gives }, inner),
  ];
}

/** Whether the outermost block has a handler that rolls back, writes, and raises. */
function keepsRows({ emitter }: ServiceEmitter, body: BodyStatement): boolean {
  if (body.tag !== 'block') return false;
  const found = body.declarations.find(
    (one) => one.tag === 'handler' && keptRows(emitter, { outer: [], end: body.end }, one) === 'committed',
  );
  if (found === undefined) return false;
  emitter.note('review', found, [
    'TRANSACTION',
    'what the handler writes behind ROLLBACK is a transaction of its own',
    'Call the service outside atomic() and ATOMIC_REQUESTS: a transaction around it is undone with the error.',
  ]);
  return true;
}

const SESSION = [
  ['row_count', 'ROW_COUNT'],
  ['found_rows', 'FOUND_ROWS'],
  ['last_insert_id', 'LAST_INSERT_ID'],
] as const;

/** User variables that may be read before they are set, or that have no value in between: Python knows their type by that. */
function unsetNames({ userNames }: ServiceEmitter, lines: readonly string[], depth: number): readonly string[] {
  const indent = '    '.repeat(depth);
  return userNames.flatMap((name) => {
    const first = lines.find((line) => new RegExp(`\\b${name}\\b`).test(line));
    const isSet = first?.startsWith(`${indent}${name} = `) === true;
    const isEmptied = lines.some((line) => line.trim() === `${name} = None`);
    return isSet && !isEmptied ? [] : [`${indent}${name}: Any = None`];
  });
}

function statements(service: ServiceEmitter, body: BodyStatement): void {
  writeStatement(service, body);
}

function returnHint({ returns }: Routine): string {
  const type = returns === undefined ? undefined : pythonType(returns);
  if (type === undefined)
    throw new NotConverted('TYPE', 'the result has a type that Python has not', 'Choose one by hand.');
  return `${type.hint} | None`;
}

/** `a_b` as `AB`. */
export function camel(name: string): string {
  // Without its marks a name of them would be another's, or none.
  if (!/^[a-z]\w*$/i.test(name) || /__|_$/.test(name)) return `N${name}`;
  return name
    .split('_')
    .map((part) => `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`)
    .join('');
}

function resultClass(
  node: Routine | Event | Trigger,
  result: string | undefined,
  outs: readonly { readonly python: string; readonly type: { readonly hint: string } }[],
  isGiving: boolean,
): readonly string[] {
  if (result === undefined) return [];
  return [
    '@dataclass',
    `class ${result}:`,
    `    """What ${docText(lastName(node.name.parts))} gives."""`,
    '',
    ...outs.map(({ python, type }) => `    ${python}: ${type.hint} | None = None`),
    ...(isGiving ? ['    results: list[list[dict[str, Any]]] = field(default_factory=list)'] : []),
    '',
    '',
  ];
}

interface Head {
  readonly python: string;
  /** The rows that a trigger takes. */
  readonly rows: readonly string[];
  readonly variables: readonly {
    readonly mode: string;
    readonly python: string;
    readonly type: { readonly hint: string };
  }[];
  readonly gives: string;
}

function definition(
  service: ServiceEmitter,
  { python, rows, variables, gives }: Head,
  inner: () => void,
): readonly string[] {
  const { out } = service;
  const values = variables.filter(({ mode }) => mode !== 'out').map((one) => `${one.python}: ${one.type.hint} | None`);
  const given = [...rows.map((row) => `${row}: Row`), ...values];
  const separator = given.length === 0 ? [] : ['*'];
  out.call(`def ${python}`, [...given, ...separator, 'using: str = "default"'], ` -> ${gives}:`);
  out.deeper(() => {
    out.line(`"""${docOf(service.emitter.program)}"""`);
    out.line('db = Database(using)');
    const mode = foreignMode(service.emitter.program);
    const managers = [
      ...(mode === undefined ? [] : [`db.mode(${pythonString(mode)})`]),
      ...(service.isOpen ? [] : ['db.atomic()']),
    ];
    if (managers.length === 0) inner();
    else {
      out.with(managers);
      out.deeper(inner);
    }
  });
  return withoutUnused(out.lines);
}

const READ_OTHERWISE =
  /ANSI|PIPES_AS_CONCAT|NO_BACKSLASH_ESCAPES|HIGH_NOT_PRECEDENCE|IGNORE_SPACE|REAL_AS_FLOAT|NO_UNSIGNED_SUBTRACTION/;

/** The mode of a program whose SQL the sessions of Django would read otherwise, or check otherwise. */
function foreignMode(program: Program): string | undefined {
  const { sqlMode, dialect } = program;
  return READ_OTHERWISE.test(sqlMode) || !dialect.mode.isStrict || groupsFreely(program) ? sqlMode : undefined;
}

/** Whether it may select what it does not group by, which MySQL's sessions refuse unless told otherwise. */
function groupsFreely({ sqlMode, dialect, definition }: Program): boolean {
  if (dialect.flavor === 'mariadb' || sqlMode.includes('ONLY_FULL_GROUP_BY')) return false;
  return nodesOf(definition, 'select').some(({ groupBy }) => groupBy.length > 0);
}

/** A variable that nothing reads is no variable of Python; one that is only set has the name of such a one. */
function withoutUnused(all: readonly string[]): readonly string[] {
  const read = new Set(all.flatMap((line) => withoutStrings(line).match(READ_NAME) ?? []));
  const lines = all.map((line) => {
    const [, indent = '', name = '', rest = ''] = ASSIGNMENT.exec(line) ?? [];
    return name === '' || name.startsWith('_') || read.has(name) ? line : `${indent}_${name}${rest}`;
  });
  const counts = new Map<string, number>();
  for (const line of lines) for (const name of line.match(NAME) ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isUsed = (line: string): boolean => {
    const name = /^\s+(\w+): [^=]*= (?:None|0|iter\(\(\)\))$/.exec(line)?.[1];
    return name === undefined || (counts.get(name) ?? 0) > 1;
  };
  return lines.filter(isUsed);
}

const NAME = /(?<![\w.])\w+\b/g;
/** A name that is not the target of an assignment. */
const READ_NAME = /(?<![\w.])\w+\b(?!(?:: [^=]*)? = )/g;
const ASSIGNMENT = /^(\s+)(\w+)((?:: [^=]*)? = .*)$/s;
