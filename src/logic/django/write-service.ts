import { createHash } from 'node:crypto';
import type { ActionItem } from '../action-item.ts';
import type { BodyStatement } from '../body.ts';
import type { ConvertContext } from '../convert-context.ts';
import { emitterOf } from '../emit-routine.ts';
import { NotConverted } from '../emitter.ts';
import type { Event, Program, Routine } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import { pythonName, pythonString, pythonType } from './python-type.ts';
import { PythonWriter } from './python-writer.ts';
import { ServiceEmitter, type ServiceSignature } from './service-emitter.ts';
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
}

/** Writes a routine, or an event, as a function of Python. */
export function writeService(
  program: Program,
  context: ConvertContext,
  services: ReadonlyMap<string, ServiceSignature>,
): Service {
  const { definition } = program;
  const emitter = emitterOf(program, context);
  const service = new ServiceEmitter(emitter, services);
  const node = definition as Routine | Event;
  const python = pythonName(lastName(node.name.parts));
  try {
    const lines = functionLines(service, node, python);
    return { program, python, lines, items: emitter.items, outcome: outcomeOf(emitter.items), kept: service.kept };
  } catch (error) {
    if (!(error instanceof NotConverted)) throw error;
    emitter.note('stands', node, [error.code, error.message, error.advice]);
    return {
      program,
      python,
      lines: refused(program, python, error),
      items: emitter.items,
      outcome: 'skeleton',
      kept: new Set(),
    };
  }
}

function outcomeOf(items: readonly ActionItem[]): Service['outcome'] {
  if (items.some(({ severity }) => severity === 'stands')) return 'skeleton';
  return items.some(({ severity }) => severity === 'review') ? 'review' : 'automatic';
}

/** A routine of which not even the head has a counterpart. */
function refused(program: Program, python: string, { code, message }: NotConverted): readonly string[] {
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
  return `${kind[0]?.toUpperCase()}${kind.slice(1)} ${nameOf(program)}, from source ${hash}.`;
}

function functionLines(service: ServiceEmitter, node: Routine | Event, python: string): readonly string[] {
  const { emitter } = service;
  const parameters = node.tag === 'event' ? [] : node.parameters;
  const variables = parameters.map(({ name, type, mode }) => ({ mode, ...service.declare(name.text, type) }));
  const outs = variables.filter(({ mode }) => mode !== 'in');
  const isGiving =
    node.tag === 'procedure' && service.services.get(lastName(node.name.parts).toLowerCase())?.hasResultSets === true;
  const result = outs.length > 0 || isGiving ? `${camel(python)}Result` : undefined;
  const values = [...outs.map((one) => `${one.python}=${one.python}`), ...(isGiving ? ['results=results'] : [])];
  service.returned = result === undefined ? 'return' : `return ${result}(${values.join(', ')})`;
  const body = new PythonWriter();
  service.out = body;
  emitter.comments.before(node.body.start);
  const inner = (): void => {
    for (const { python: name, type, mode } of variables) {
      if (mode === 'out') body.line(`${name}: ${type.hint} | None = None`);
      else body.value(`${name} = `, type.store.replace('%', name));
    }
    if (isGiving) body.line('results: list[list[dict[str, Any]]] = []');
    for (const [name, asked] of SESSION) if (service.asks(asked)) body.line(`${name}: int | None = 0`);
    statements(service, node.body);
    if (node.tag === 'function') body.line('raise DataError(1321, "FUNCTION ended without RETURN")');
    else if (result !== undefined) body.line(service.returned);
  };
  const gives = node.tag === 'function' ? returnHint(node) : (result ?? 'None');
  return [
    ...resultClass(node, result, outs, isGiving),
    ...definition(service, { node, python, variables, gives }, inner),
  ];
}

const SESSION = [
  ['row_count', 'ROW_COUNT'],
  ['found_rows', 'FOUND_ROWS'],
  ['last_insert_id', 'LAST_INSERT_ID'],
] as const;

function statements(service: ServiceEmitter, body: BodyStatement): void {
  writeStatement(service, body);
}

function returnHint({ returns }: Routine): string {
  const type = returns === undefined ? undefined : pythonType(returns);
  if (type === undefined)
    throw new NotConverted('TYPE', 'the result has a type that Python has not', 'Choose one by hand.');
  return `${type.hint} | None`;
}

function camel(name: string): string {
  return name
    .split('_')
    .map((part) => `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`)
    .join('');
}

function resultClass(
  node: Routine | Event,
  result: string | undefined,
  outs: readonly { readonly python: string; readonly type: { readonly hint: string } }[],
  isGiving: boolean,
): readonly string[] {
  if (result === undefined) return [];
  return [
    '@dataclass',
    `class ${result}:`,
    `    """What ${lastName(node.name.parts)} gives."""`,
    '',
    ...outs.map(({ python, type }) => `    ${python}: ${type.hint} | None = None`),
    ...(isGiving ? ['    results: list[list[dict[str, Any]]] = field(default_factory=list)'] : []),
    '',
    '',
  ];
}

interface Head {
  readonly node: Routine | Event;
  readonly python: string;
  readonly variables: readonly {
    readonly mode: string;
    readonly python: string;
    readonly type: { readonly hint: string };
  }[];
  readonly gives: string;
}

function definition(service: ServiceEmitter, { python, variables, gives }: Head, inner: () => void): readonly string[] {
  const { out } = service;
  const given = variables.filter(({ mode }) => mode !== 'out').map((one) => `${one.python}: ${one.type.hint} | None`);
  const separator = given.length === 0 ? [] : ['*'];
  out.call(`def ${python}`, [...given, ...separator, 'using: str = "default"'], ` -> ${gives}:`);
  out.deeper(() => {
    out.line(`"""${docOf(service.emitter.program)}"""`);
    out.line('db = Database(using)');
    out.line('with db.atomic():');
    out.deeper(inner);
  });
  return withoutUnused(out.lines);
}

/** A variable that nothing reads is no variable of Python; one that is only set has the name of such a one. */
function withoutUnused(all: readonly string[]): readonly string[] {
  const assigned = new Set(all.flatMap((line) => /^\s+(\w+)(?:: [^=]*)? = /.exec(line)?.[1] ?? []));
  const isRead = (name: string): boolean =>
    all.some((line) => new RegExp(`(?<![\\w.])${name}\\b(?!(?:: [^=]*)? = )`).test(withoutStrings(line)));
  const unread = [...assigned].filter((name) => !name.startsWith('_') && !isRead(name));
  const lines = all.map((line) =>
    unread.reduce((text, name) => text.replace(new RegExp(`^(\\s+)${name}(?=(?:: [^=]*)? = )`), `$1_${name}`), line),
  );
  const text = lines.join('\n');
  const count = (name: string): number => [...text.matchAll(new RegExp(`(?<![\\w.])${name}\\b`, 'g'))].length;
  const isUsed = (line: string): boolean => {
    const name = /^\s+(\w+): [^=]*= (?:None|0|iter\(\(\)\))$/.exec(line)?.[1];
    return name === undefined || count(name) > 1;
  };
  return lines.filter(isUsed);
}

function withoutStrings(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*$/g, '""');
}
