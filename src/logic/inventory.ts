import type { ActionItem } from './action-item.ts';
import type { Catalogue } from './catalogue.ts';
import { type Category, categoryOf, type Home, homeOf } from './category.ts';
import { creationOrder } from './dependency.ts';
import { type Effort, effortOf } from './effort.ts';
import { WORK_CLASSES, type WorkClass } from './feature-table.ts';
import { type Outlook, outlooksOf } from './outlook.ts';
import { type Profile, profileOf } from './profile.ts';
import type { Program, ProgramKind } from './program.ts';
import { kindOf, nameOf } from './program-name.ts';
import { shapeOf } from './shape.ts';
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
  /** What `logic convert` makes of it: `hand` is not converted. */
  readonly class: WorkClass;
  /** What the conversion leaves to a person, in the order of the text. */
  readonly actions: readonly InventoryAction[];
  /** The first object that differs from this one in names and literals alone; null for the first of its shape. */
  readonly alike: string | null;
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
  readonly lines: readonly number[];
}

export interface InventoryAction {
  readonly code: string;
  /** `stands`: it is not converted, and raises NOT_CONVERTED when it is reached. */
  readonly severity: ActionItem['severity'];
  readonly line: number;
  readonly reason: string;
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

export interface InventoryOptions {
  /** Tables of the same place. */
  readonly catalogue: Catalogue;
  readonly firstLineOf: (program: Program) => number;
}

/** Looks all programs of a source through, together: who calls whom is known only then. Each is converted for its class. */
export function inventoryOf(programs: readonly Program[], { catalogue, firstLineOf }: InventoryOptions): Inventory {
  const outlooks = outlooksOf(programs, catalogue);
  const callable = new Set(programs.filter(isCallable).map((program) => key(nameOf(program))));
  const seen = programs.map((program, at) => {
    const profile = profileOf(program);
    const outlook = outlooks[at] ?? { class: 'hand', actions: [] };
    return { program, profile, outlook, shape: shapeOf(program, profile, callable) };
  });
  const around = { callable, callers: callersOf(seen, callable), firstLineOf, first: firstOfShape(seen) };
  const items = seen.map((one) => itemOf(one, around));
  return { items, order: creationOrder(needsOf(items)), totals: totalsOf(items) };
}

/** A program with all that was found out about it alone. */
interface Seen {
  readonly program: Program;
  readonly profile: Profile;
  readonly outlook: Outlook;
  readonly shape: string;
}

/** By shape: they are alike only where the converter does the same with them. */
function firstOfShape(seen: readonly Seen[]): ReadonlyMap<string, Program> {
  const first = new Map<string, Program>();
  for (const one of seen) if (!first.has(groupOf(one))) first.set(groupOf(one), one.program);
  return first;
}

function groupOf({ shape, outlook }: Seen): string {
  return JSON.stringify([shape, outlook.class, outlook.actions.map(({ code }) => code)]);
}

function isCallable({ definition }: Program): boolean {
  return definition.tag === 'procedure' || definition.tag === 'function';
}

interface Surroundings {
  readonly callable: ReadonlySet<string>;
  readonly callers: ReadonlyMap<string, readonly string[]>;
  readonly firstLineOf: (program: Program) => number;
  readonly first: ReadonlyMap<string, Program>;
}

function callersOf(profiles: readonly Seen[], callable: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { program, profile } of profiles) {
    for (const called of profile.calls) {
      if (callable.has(called)) found.set(called, [...(found.get(called) ?? []), nameOf(program)]);
    }
  }
  return found;
}

function itemOf(seen: Seen, around: Surroundings): InventoryItem {
  const { program, profile, outlook } = seen;
  const { definition, failures, lexed } = program;
  const category = categoryOf(program, profile);
  const [home, homeReason] = homeOf(program, profile, category);
  const shift = around.firstLineOf(program) - 1;
  const name = nameOf(program);
  const first = around.first.get(groupOf(seen));
  const alike = first === undefined || first === program ? null : nameOf(first);
  return {
    kind: kindOf(program),
    name,
    table: definition.tag === 'trigger' ? dotted(definition.table.parts) : null,
    line: lineAt(lexed.text, definition.start) + shift,
    ...sizeOf(profile),
    category,
    class: outlook.class,
    actions: outlook.actions.map(({ code, severity, span, reason, advice }) => ({
      code,
      severity,
      line: lineAt(lexed.text, span.start) + shift,
      reason,
      advice,
    })),
    alike,
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
    effort: effortOf(profile.lines, outlook, alike),
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
    lines: lines.map((line) => line + shift),
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
