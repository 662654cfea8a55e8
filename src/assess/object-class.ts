import { compare, type Inventory, type InventoryEntry, objectText } from '../convert/inventory.ts';
import { type Effort, effortOf } from '../logic/effort.ts';
import type { WorkClass } from '../logic/feature-table.ts';
import type { InventoryItem, Inventory as Programs } from '../logic/inventory.ts';
import { tableKey } from '../mysql/table-key.ts';

/** `converts`: by itself. `choice`: converts, in another form that somebody should see. `hand`: needs a person. */
export const OBJECT_CLASSES = ['hand', 'choice', 'converts', 'excluded'] as const;
export type ObjectClass = (typeof OBJECT_CLASSES)[number];

/** One object of the source with what becomes of it: every one is here exactly once (INV-65). */
export interface AssessedObject {
  readonly class: ObjectClass;
  readonly kind: string;
  readonly database: string;
  readonly name: string;
  /** The table that it belongs to; null for what stands by itself. */
  readonly table: string | null;
  /** `index by_name on orders`. */
  readonly text: string;
  readonly target: string | null;
  readonly reason: string | null;
  readonly advice: string | null;
  /** Of a stored program or a view; null where the class alone tells the work (effort.ts). */
  readonly program: ProgramFacts | null;
}

/** What `sluice logic list` says of a stored program, and what the target or the translation says of a view. */
export interface ProgramFacts {
  readonly class: WorkClass;
  readonly lines: number;
  readonly minutes: number;
  readonly formula: string;
}

const CLASS_OF: Readonly<Record<InventoryEntry['outcome'], ObjectClass>> = {
  converted: 'converts',
  changed: 'choice',
  'left-out': 'hand',
  excluded: 'excluded',
};
const PROGRAMS = ['view', 'trigger', 'procedure', 'function', 'package', 'event'];

/** Programs of each database beside the inventory of the schema, which names every object; `isProven`: by the target. */
export function assessedObjects(
  { entries }: Inventory,
  programs: ReadonlyMap<string, Programs>,
  isProven: boolean,
): readonly AssessedObject[] {
  const facts = new Map(
    [...programs].flatMap(([database, { items }]) => items.map((item) => [keyOf(database, item), item])),
  );
  return entries.map((entry) => {
    const item = PROGRAMS.includes(entry.kind) ? facts.get(keyOf(entry.database, entry)) : undefined;
    const { kind, database, name, table, target, reason, advice } = entry;
    const plain = {
      class: CLASS_OF[entry.outcome],
      kind,
      database,
      name,
      table,
      text: objectText(entry),
      target,
      reason,
      advice,
    };
    if (item === undefined || entry.outcome === 'excluded') return { ...plain, program: null };
    return kind === 'view'
      ? { ...plain, program: viewFacts(item, entry, isProven) }
      : { ...plain, ...byConverter(entry, item) };
  });
}

/** The converter's verdict in place of the schema's, which only knows that a run makes no programs. */
function byConverter({ reason }: InventoryEntry, item: InventoryItem): Partial<AssessedObject> & ProgramOf {
  const told = item.actions.map(({ line, reason: why }) => `line ${line}: ${why}`);
  const all = { reason: [reason ?? '', ...told].join('; '), program: factsOf(item, item.class, item.effort) };
  if (item.class === 'hand' || item.class === 'skeleton') return all;
  return {
    ...all,
    class: item.class === 'review' ? 'choice' : 'converts',
    target: 'PL/pgSQL, by sluice logic convert',
    advice:
      'Write it by sluice logic convert once the tables stand, test it, and make it on the target at the cutover.',
  };
}

type ProgramOf = Pick<AssessedObject, 'program'>;

const VIEW_CLASS: Readonly<Record<InventoryEntry['outcome'], WorkClass>> = {
  converted: 'automatic',
  changed: 'review',
  'left-out': 'hand',
  excluded: 'automatic',
};

/** Where the target proved the views, its verdict stands; else what the translation alone tells. */
function viewFacts(item: InventoryItem, { outcome }: InventoryEntry, isProven: boolean): ProgramFacts {
  if (!isProven) return factsOf(item, item.class, item.effort);
  const work = VIEW_CLASS[outcome];
  const actions = work === 'hand' ? item.actions : [];
  return factsOf(item, work, effortOf(item.lines, { class: work, actions }, item.alike));
}

function factsOf({ lines }: InventoryItem, work: WorkClass, { minutes, formula }: Effort): ProgramFacts {
  return { class: work, lines, minutes, formula };
}

/** The source's text names a program with or without its database; names of programs are compared without case. */
function keyOf(database: string, { kind, name }: { readonly kind: string; readonly name: string }): string {
  const bare = name.startsWith(`${database}.`) ? name.slice(database.length + 1) : name;
  return JSON.stringify([database, kind, bare.toLowerCase()]);
}

export function countClasses(objects: readonly AssessedObject[]): Readonly<Record<ObjectClass, number>> {
  const counts = { hand: 0, choice: 0, converts: 0, excluded: 0 };
  for (const object of objects) counts[object.class] += 1;
  return counts;
}

/** Without what belongs to a table that is to be made by hand: it is made with it, and its line stands for all. */
export function standingAlone(objects: readonly AssessedObject[]): readonly AssessedObject[] {
  const lost = new Set(
    objects
      .filter((object) => object.kind === 'table' && object.class === 'hand')
      .map(({ database, name }) => tableKey(database, name)),
  );
  return objects.filter(({ database, table }) => table === null || !lost.has(tableKey(database, table)));
}

/** Objects that somebody must look at, work first. */
export function notable(objects: readonly AssessedObject[]): readonly AssessedObject[] {
  return standingAlone(objects)
    .filter((object) => object.class === 'hand' || object.class === 'choice')
    .sort((a, b) => OBJECT_CLASSES.indexOf(a.class) - OBJECT_CLASSES.indexOf(b.class) || compare(a.kind, b.kind));
}
