import { type Category, categoryOf, type Home, homeOf } from './category.ts';
import { creationOrder } from './dependency.ts';
import { type Effort, effortOf } from './effort.ts';
import { WORK_CLASSES, type WorkClass } from './feature-table.ts';
import { type Profile, profileOf, workOf } from './profile.ts';
import type { Program, ProgramKind } from './program.ts';
import { dotted, key } from './table-access.ts';
import { lineAt } from './walk.ts';

/** One stored program as `sluice logic list` tells it: plain values, the JSON document is this. */
export interface InventoryItem {
  readonly kind: ProgramKind | 'unknown';
  readonly name: string;
  /** The table of a trigger. */
  readonly table: string | null;
  /** Of its file or of the text that the server gives, from 1. */
  readonly line: number;
  readonly lines: number;
  readonly statements: number;
  readonly complexity: number;
  readonly nesting: number;
  readonly category: Category;
  readonly class: WorkClass;
  readonly reads: readonly string[];
  readonly writes: readonly { readonly table: string; readonly changes: readonly string[] }[];
  readonly temporaryTables: readonly string[];
  readonly calls: readonly string[];
  readonly callers: readonly string[];
  readonly parameters: readonly { readonly mode: string; readonly name: string; readonly type: string }[];
  readonly resultSets: Profile['resultSets'];
  readonly session: Profile['session'];
  readonly features: readonly InventoryFeature[];
  /** What did not parse. */
  readonly failures: readonly { readonly line: number; readonly reason: string }[];
  readonly home: Home;
  readonly homeReason: string;
  readonly effort: Effort;
}

export interface InventoryFeature {
  readonly code: string;
  readonly title: string;
  readonly class: WorkClass;
  readonly lines: readonly number[];
  readonly advice: string;
}

export interface Inventory {
  readonly items: readonly InventoryItem[];
  /** Names in an order in which they can be made; those in one list need each other. */
  readonly order: readonly (readonly string[])[];
  readonly totals: {
    readonly objects: number;
    readonly classes: Readonly<Record<WorkClass, number>>;
    readonly automaticRatio: number;
    readonly minutes: number;
  };
}

/** Looks all programs of a source through, together: who calls whom is known only then. */
export function inventoryOf(programs: readonly Program[], firstLineOf: (program: Program) => number): Inventory {
  const profiles = programs.map((program) => ({ program, profile: profileOf(program) }));
  const callable = new Set(programs.filter(isCallable).map((program) => key(nameOf(program))));
  const callers = callersOf(profiles, callable);
  const items = profiles.map(({ program, profile }) => itemOf(program, profile, { callable, callers, firstLineOf }));
  return { items, order: creationOrder(needsOf(items)), totals: totalsOf(items) };
}

/** As it is written, with its schema if that is. */
export function nameOf({ definition }: Program): string {
  return definition.name === undefined ? '?' : dotted(definition.name.parts);
}

function isCallable({ definition }: Program): boolean {
  return definition.tag === 'procedure' || definition.tag === 'function';
}

interface Surroundings {
  readonly callable: ReadonlySet<string>;
  readonly callers: ReadonlyMap<string, readonly string[]>;
  readonly firstLineOf: (program: Program) => number;
}

function callersOf(
  profiles: readonly { readonly program: Program; readonly profile: Profile }[],
  callable: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { program, profile } of profiles) {
    for (const called of profile.calls) {
      if (callable.has(called)) found.set(called, [...(found.get(called) ?? []), nameOf(program)]);
    }
  }
  return found;
}

function itemOf(program: Program, profile: Profile, around: Surroundings): InventoryItem {
  const { definition, failures, lexed } = program;
  const work = definition.tag === 'unread' ? 'hand' : workOf(profile.features);
  const category = categoryOf(program, profile);
  const [home, homeReason] = homeOf(program, profile, category);
  const shift = around.firstLineOf(program) - 1;
  const name = nameOf(program);
  return {
    kind: definition.tag === 'unread' ? (definition.kind ?? 'unknown') : definition.tag,
    name,
    table: definition.tag === 'trigger' ? dotted(definition.table.parts) : null,
    line: lineAt(lexed.text, definition.start) + shift,
    ...sizeOf(profile),
    category,
    class: work,
    ...accessOf(profile),
    calls: [...profile.calls].filter((called) => around.callable.has(called)),
    callers: around.callers.get(key(name)) ?? [],
    parameters: parametersOf(program),
    resultSets: profile.resultSets,
    session: profile.session,
    features: featuresOf(profile, shift),
    failures: failures.map(({ at, reason }) => ({ line: lineAt(lexed.text, at.start) + shift, reason })),
    home,
    homeReason,
    effort: effortOf(profile.lines, work, profile.features),
  };
}

function sizeOf({
  lines,
  statements,
  complexity,
  nesting,
}: Profile): Pick<InventoryItem, 'lines' | 'statements' | 'complexity' | 'nesting'> {
  return { lines, statements, complexity, nesting };
}

function accessOf({ access }: Profile): Pick<InventoryItem, 'reads' | 'writes' | 'temporaryTables'> {
  return {
    reads: [...access.reads].sort(),
    writes: [...access.writes].map(([table, changes]) => ({ table, changes: [...changes] })),
    temporaryTables: [...access.temporary].sort(),
  };
}

function parametersOf({ definition, lexed }: Program): InventoryItem['parameters'] {
  if (definition.tag !== 'procedure' && definition.tag !== 'function') return [];
  return definition.parameters.map(({ mode, name, type }) => ({
    mode,
    name: name.text,
    type: lexed.text.slice(type.start, type.end),
  }));
}

function featuresOf({ features }: Profile, shift: number): readonly InventoryFeature[] {
  return features.map(({ feature, lines }) => ({
    code: feature.code,
    title: feature.title,
    class: feature.work,
    lines: lines.map((line) => line + shift),
    advice: feature.advice,
  }));
}

/** A view needs the views it reads; whatever calls needs what it calls; what writes a table needs no trigger of it. */
function needsOf(items: readonly InventoryItem[]): ReadonlyMap<string, ReadonlySet<string>> {
  const views = new Set(items.filter(({ kind }) => kind === 'view').map(({ name }) => key(name)));
  return new Map(
    items.map(({ name, calls, reads }) => [
      key(name),
      new Set([...calls, ...reads.map(key).filter((read) => views.has(read))]),
    ]),
  );
}

function totalsOf(items: readonly InventoryItem[]): Inventory['totals'] {
  const count = (of: WorkClass): number => items.filter((item) => item.class === of).length;
  const classes = Object.fromEntries(WORK_CLASSES.map((of) => [of, count(of)])) as Record<WorkClass, number>;
  const automatic = classes.automatic + classes.review;
  return {
    objects: items.length,
    classes,
    automaticRatio: items.length === 0 ? 1 : automatic / items.length,
    minutes: items.reduce((sum, { effort }) => sum + effort.minutes, 0),
  };
}
