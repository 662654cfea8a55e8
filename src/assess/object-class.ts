import { compare, type Inventory, type InventoryEntry, objectText } from '../convert/inventory.ts';
import type { InventoryItem, Inventory as Programs } from '../logic/inventory.ts';

/** `converts`: by itself. `choice`: converts, in another form that somebody should see. `hand`: needs a person. */
export const OBJECT_CLASSES = ['hand', 'choice', 'converts', 'excluded'] as const;
export type ObjectClass = (typeof OBJECT_CLASSES)[number];

/** One object of the source with what becomes of it: every one is here exactly once (INV-65). */
export interface AssessedObject {
  readonly class: ObjectClass;
  readonly kind: string;
  readonly database: string;
  readonly name: string;
  /** `index by_name on orders`. */
  readonly text: string;
  readonly target: string | null;
  readonly reason: string | null;
  readonly advice: string | null;
  /** Minutes of work; null where the class alone tells (effort.ts). */
  readonly program: ProgramFacts | null;
}

/** What `sluice logic list` says of a stored program or a view. */
export interface ProgramFacts {
  readonly class: InventoryItem['class'];
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

/** Programs of each database beside the inventory of the schema, which names every object. */
export function assessedObjects(
  { entries }: Inventory,
  programs: ReadonlyMap<string, Programs>,
): readonly AssessedObject[] {
  const facts = new Map(
    [...programs].flatMap(([database, { items }]) => items.map((item) => [keyOf(database, item), item])),
  );
  return entries.map((entry) => {
    const item = PROGRAMS.includes(entry.kind) ? facts.get(keyOf(entry.database, entry)) : undefined;
    return {
      class: CLASS_OF[entry.outcome],
      kind: entry.kind,
      database: entry.database,
      name: entry.name,
      text: objectText(entry),
      target: entry.target,
      reason: entry.reason,
      advice: entry.advice,
      program: item === undefined ? null : programFacts(item),
    };
  });
}

function programFacts(item: InventoryItem): ProgramFacts {
  return { class: item.class, lines: item.lines, minutes: item.effort.minutes, formula: item.effort.formula };
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

/** Objects that somebody must look at, work first. */
export function notable(objects: readonly AssessedObject[]): readonly AssessedObject[] {
  return objects
    .filter((object) => object.class === 'hand' || object.class === 'choice')
    .sort((a, b) => OBJECT_CLASSES.indexOf(a.class) - OBJECT_CLASSES.indexOf(b.class) || compare(a.kind, b.kind));
}
