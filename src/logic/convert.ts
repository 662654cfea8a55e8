import { createHash } from 'node:crypto';
import { quoteName } from '../sql/fragment.ts';
import type { Span } from '../sql/span.ts';
import type { TextRule } from '../sql/value-type.ts';
import type { ActionItem } from './action-item.ts';
import type { Catalogue } from './catalogue.ts';
import { chosenTexts } from './chosen-text.ts';
import type { ConvertContext, Signature } from './convert-context.ts';
import { emitEvent } from './emit/event.ts';
import { raisesTruncated } from './emit/guard.ts';
import { emitRoutine } from './emit/routine.ts';
import { emitTrigger } from './emit/trigger.ts';
import { type Emitter, NotConverted } from './emitter.ts';
import { helpersOf } from './helper-function.ts';
import { calledProcedures } from './kept-row.ts';
import { keepingProcedures } from './lost-row.ts';
import { pgType } from './pg-type.ts';
import type { Program } from './program.ts';
import { nameOf } from './program-name.ts';
import { ReachFinder } from './reach.ts';
import { hasResultSets } from './result-set.ts';
import { numberedPrograms } from './row-number.ts';
import { sessionVariables } from './session-variable.ts';
import { sharedNumbers } from './shared-number.ts';
import { key } from './table-access.ts';
import { triggeredEvents } from './trigger-order.ts';
import { withViews } from './view-shape.ts';
import { TooLarge } from './writer.ts';

/** One program for PostgreSQL. */
export interface Converted {
  readonly program: Program;
  readonly name: string;
  /** Statements in their order; empty for a view, which the schema makes, and for what was not read at all. */
  readonly statements: readonly string[];
  /** Of an event: what puts it on a schedule, by pg_cron; not run here. */
  readonly schedule: string | undefined;
  /** Of a trigger: what takes it away again. */
  readonly drops: readonly string[];
  /** `automatic`: nothing to look at; `review`: converted, with something to look at; `skeleton`: parts stand as text. */
  readonly outcome: 'automatic' | 'review' | 'skeleton' | 'none';
  readonly items: readonly ActionItem[];
  /** Spans of the source that statements or items account for. */
  readonly accounted: readonly Span[];
}

export interface ConvertOptions {
  readonly catalogue: Catalogue;
  readonly textRule?: TextRule;
  readonly timeZone?: string;
  readonly schema?: string;
}

/** Converts programs of one database together: they call each other. Triggers stand in the order in which they run. */
export function convertPrograms(programs: readonly Program[], options: ConvertOptions): readonly Converted[] {
  const own = numberedPrograms(programs, options.catalogue).map(chosenTexts);
  return convertAll(own, { ...options, catalogue: withViews(options.catalogue, programs) }).map((one, at) => ({
    ...one,
    program: programs[at] ?? one.program,
  }));
}

function convertAll(programs: readonly Program[], options: ConvertOptions): readonly Converted[] {
  const context: ConvertContext = {
    catalogue: options.catalogue,
    signatures: signaturesOf(programs),
    called: calledProcedures(programs.map(({ definition }) => definition)),
    keeping: keepingProcedures(programs),
    triggered: triggeredEvents(programs),
    truncated: new Set(),
    numbers: sharedNumbers(programs, options.catalogue),
    sessionVariables: sessionVariables(programs),
    textRule: options.textRule ?? 'lower',
    timeZone: options.timeZone ?? 'UTC',
    schema: options.schema ?? 'public',
    nameOf,
  };
  const order = triggerOrder(programs);
  const found = programs.map((program) => convertOne(program, context, order.get(program) ?? 0));
  const truncated = truncatedPrograms(found);
  if (truncated.size === 0) return found;
  const within = { ...context, truncated };
  return found.map((one) =>
    truncated.has(one.program) ? convertOne(one.program, within, order.get(one.program) ?? 0) : one,
  );
}

/** What waits for every error and runs a program that may raise 01000: which do is known of what was made of them. */
function truncatedPrograms(found: readonly Converted[]): ReadonlySet<Program> {
  const waiting = found.filter(({ statements }) => statements.some((sql) => /\bWHEN OTHERS THEN/.test(sql)));
  const raising = new Set(
    found.filter(({ statements }) => statements.some(raisesTruncated)).map(({ program }) => program),
  );
  if (waiting.length === 0 || raising.size === 0) return new Set();
  const reach = new ReachFinder(found.map(({ program }) => program));
  const runs = ({ program }: Converted): boolean =>
    reach.programs(program).some((one) => one !== program && raising.has(one));
  return new Set(waiting.filter(runs).map(({ program }) => program));
}

function convertOne(program: Program, context: ConvertContext, order: number): Converted {
  const { definition } = program;
  const name = nameOf(program);
  try {
    if (definition.tag === 'procedure' || definition.tag === 'function') {
      return converted(program, name, emitRoutine(program, definition, context));
    }
    if (definition.tag === 'trigger') return converted(program, name, emitTrigger(program, definition, context, order));
    if (definition.tag === 'event') return converted(program, name, emitEvent(program, definition, context));
  } catch (error) {
    if (!(error instanceof NotConverted || error instanceof TooLarge)) throw error;
    return none(program, name, [error.code, error.message, error.advice]);
  }
  if (definition.tag === 'view')
    return none(program, name, ['VIEW', 'a view is made with the tables', 'See: sluice schema plan.'], 'note');
  return none(program, name, [
    'SYNTAX',
    program.failures[0]?.reason ?? 'the head was not understood',
    'Write it by hand, or report the text.',
  ]);
}

export interface Emitted {
  readonly emitter: Emitter;
  readonly statements: readonly string[];
  readonly schedule?: string;
  readonly drops?: readonly string[];
}

function converted(program: Program, name: string, { emitter, statements, schedule, drops = [] }: Emitted): Converted {
  const { items, accounted } = emitter;
  const severities = new Set(items.map(({ severity }) => severity));
  const outcome = severities.has('stands') ? 'skeleton' : severities.has('review') ? 'review' : 'automatic';
  const [first = '', ...rest] = statements;
  return {
    program,
    name,
    statements: [...helpersOf(statements), `${headerOf(program, items)}\n${first}`, ...rest],
    schedule,
    drops,
    outcome,
    items,
    accounted,
  };
}

/** Where it comes from: the hash tells whether the source changed since. */
function headerOf(program: Program, items: readonly ActionItem[]): string {
  const { definition, lexed } = program;
  const hash = createHash('sha256').update(lexed.text.trim()).digest('hex').slice(0, 16);
  const kind = definition.tag === 'unread' ? (definition.kind ?? 'program') : definition.tag;
  const told = items
    .filter(({ severity }) => severity !== 'note')
    .map(({ severity, code, reason }) => `-- ${severity} ${code}: ${reason.replaceAll('\n', ' ')}`);
  return [`-- ${kind} ${nameOf(program)}, converted by sluice from source ${hash}`, ...new Set(told)].join('\n');
}

function none(
  program: Program,
  name: string,
  texts: readonly [string, string, string],
  severity: ActionItem['severity'] = 'stands',
): Converted {
  const { start, end } = program.definition;
  const [code, reason, advice] = texts;
  const items: readonly ActionItem[] = [{ code, severity, span: { start, end }, reason, advice }];
  return {
    program,
    name,
    statements: [],
    schedule: undefined,
    drops: [],
    outcome: 'none',
    items,
    accounted: [{ start, end }],
  };
}

function signaturesOf(programs: readonly Program[]): ReadonlyMap<string, Signature> {
  const found = new Map<string, Signature>();
  const withResults = hasResultSets(programs);
  for (const program of programs) {
    const { definition } = program;
    if (definition.tag !== 'procedure' && definition.tag !== 'function') continue;
    const name = definition.name.parts.at(-1)?.text ?? '';
    found.set(key(name), {
      sql: quoteName(name),
      parameters: definition.parameters.map(({ mode, type }) => ({ mode, type: pgType(type) })),
      returns: definition.returns === undefined ? undefined : pgType(definition.returns)?.value,
      hasResultSets: withResults.has(key(name)),
    });
  }
  return found;
}

/** Number of each trigger among those of its table, time and event: PostgreSQL runs them by name. */
export function triggerOrder(programs: readonly Program[]): ReadonlyMap<Program, number> {
  const found = new Map<Program, number>();
  const groups = new Map<string, Program[]>();
  for (const program of programs) {
    const { definition } = program;
    if (definition.tag !== 'trigger') continue;
    const group = `${key(definition.table.parts.at(-1)?.text ?? '')} ${definition.time}`;
    const known = groups.get(group) ?? [];
    known.splice(placeOf(definition.order, known), 0, program);
    groups.set(group, known);
  }
  for (const group of groups.values()) for (const [at, program] of group.entries()) found.set(program, at + 1);
  return found;
}

/** Behind all, or beside the one that FOLLOWS or PRECEDES names. */
function placeOf(
  order: { readonly place: 'follows' | 'precedes'; readonly other: { readonly text: string } } | undefined,
  known: readonly Program[],
): number {
  if (order === undefined) return known.length;
  const at = known.findIndex((program) => key(nameOf(program).split('.').at(-1) ?? '') === key(order.other.text));
  if (at < 0) return known.length;
  return order.place === 'follows' ? at + 1 : at;
}
