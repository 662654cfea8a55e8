/** What stands at the source, one entry for each object, so that nothing can be forgotten: see `Inventory`. */
export type ObjectKind =
  | 'table'
  | 'column'
  | 'default'
  | 'generated-column'
  | 'on-update'
  | 'auto-increment'
  | 'primary-key'
  | 'index'
  | 'foreign-key'
  | 'check'
  | 'comment'
  | 'partitioning'
  | 'history'
  | 'view'
  | 'sequence'
  | 'trigger'
  | 'procedure'
  | 'function'
  | 'package'
  | 'event';

/**
 * `converted`: stands on the target and means the same. `changed`: stands there in another form, which `reason` tells.
 * `left-out`: has no counterpart, for `reason`; `advice` says what to do. `excluded`: the configuration leaves it out.
 */
export type Outcome = 'converted' | 'changed' | 'left-out' | 'excluded';

/** Which object of the source; names exactly as the source spells them. */
export interface SourceObject {
  readonly kind: ObjectKind;
  readonly database: string;
  /** The table that it belongs to; null for what stands by itself. */
  readonly table: string | null;
  /** Name within its table, of the table itself, or of what stands by itself. */
  readonly name: string;
}

export interface InventoryEntry extends SourceObject {
  readonly outcome: Outcome;
  /** What stands for it on the target, in words of SQL: a name, a type, an expression; null for nothing. */
  readonly target: string | null;
  /** null for `converted` without anything to say. */
  readonly reason: string | null;
  readonly advice: string | null;
}

/**
 * Every object of the source's schema in scope, exactly once, with what becomes of it: a plain value, sorted by
 * database, table and kind, the same at every reading of the same schema. Assessment, `schema plan` and `check` read it.
 */
export interface Inventory {
  readonly entries: readonly InventoryEntry[];
}

export function converted(object: SourceObject, target: string): InventoryEntry {
  return { ...object, outcome: 'converted', target, reason: null, advice: null };
}

export function changed(object: SourceObject, target: string, reason: string, advice: string | null): InventoryEntry {
  return { ...object, outcome: 'changed', target, reason, advice };
}

/** Converted; changed where there is something to say. */
export function noted(object: SourceObject, target: string, notes: readonly string[]): InventoryEntry {
  return notes.length === 0 ? converted(object, target) : changed(object, target, notes.join('; '), null);
}

export function leftOut(object: SourceObject, reason: string, advice: string): InventoryEntry {
  return { ...object, outcome: 'left-out', target: null, reason, advice };
}

export function excluded(object: SourceObject, reason: string): InventoryEntry {
  return { ...object, outcome: 'excluded', target: null, reason, advice: null };
}

/** How many entries have each outcome. */
export function countOutcomes({ entries }: Inventory): Readonly<Record<Outcome, number>> {
  const counts = { converted: 0, changed: 0, 'left-out': 0, excluded: 0 };
  for (const { outcome } of entries) counts[outcome] += 1;
  return counts;
}

const KIND_ORDER: readonly ObjectKind[] = [
  'table',
  'column',
  'default',
  'generated-column',
  'on-update',
  'auto-increment',
  'primary-key',
  'index',
  'foreign-key',
  'check',
  'comment',
  'partitioning',
  'history',
  'view',
  'sequence',
  'trigger',
  'procedure',
  'function',
  'package',
  'event',
];

/** By database, then tables with all that is theirs, then what stands by itself; columns keep the table's order. */
export function sortedInventory(entries: readonly InventoryEntry[]): Inventory {
  const rank = (entry: InventoryEntry) => KIND_ORDER.indexOf(entry.kind);
  const owner = (entry: InventoryEntry) => entry.table ?? (entry.kind === 'table' ? entry.name : null);
  return {
    entries: [...entries].sort(
      (a, b) =>
        compare(a.database, b.database) ||
        Number(owner(a) === null) - Number(owner(b) === null) ||
        compare(owner(a) ?? '', owner(b) ?? '') ||
        rank(a) - rank(b) ||
        (a.kind === 'column' ? 0 : compare(a.name, b.name)),
    ),
  };
}

/** `index by_name on orders`: how an object is named to people. */
export function objectText({ kind, table, name }: SourceObject): string {
  const what = name === '' ? kind : `${kind} ${name}`;
  return table === null ? what : `${what} on ${table}`;
}

/** By code units: the same on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
