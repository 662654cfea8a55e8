import type { ChangedKeys, TakenKeys } from './changed-keys.ts';
import { differencesOf, shownKey } from './describe-difference.ts';
import type { OrphanWatch } from './orphan-watch.ts';
import { RowPrint } from './row-print.ts';
import { settle } from './settle.ts';
import type { Sides } from './side.ts';
import type { ChangedKey, TableChanges } from './table-changes.ts';
import { loadVerified, shownName, type TableScope, type VerifiedTable } from './verified-table.ts';
import type { VerifierParts } from './verifier.ts';
import type { Rechecked } from './verify-store.ts';

/** Of one table at once: more wait for the next time, so that every table has its turn. */
export const MOST_KEYS = 5_000;

export interface RecheckOptions {
  readonly keys: ChangedKeys;
  readonly causes: VerifierParts['causes'];
  readonly attempts?: number;
  /** Told the rows that changed, before they count as looked at. */
  readonly orphans?: OrphanWatch | undefined;
  readonly shapes?: Shapes | undefined;
}

/** What tables were when their rows were looked at a moment before, by `database.table`. */
export interface Shapes {
  /** Behind a fence no DDL comes: nobody waits for both catalogues again. Ahead of it each is read, and kept here. */
  readonly areStill: boolean;
  readonly tables: Map<string, VerifiedTable>;
}

/** null: nothing of the table waits, or it cannot be looked at by keys. What is found is on the target when it resolves. */
export async function recheckTable(
  scope: TableScope,
  sides: Sides,
  options: RecheckOptions,
): Promise<Rechecked | null> {
  const { keys } = options;
  const changes = sides.follower.changesOf(scope);
  const point = sides.follower.point;
  if (changes === undefined || changes.waiting === 0 || point === null) return null;
  const table = await shapeOf(scope, options.shapes, () => loaded(scope, sides, point.position));
  if (table === null || table.way === 'bag') {
    changes.stopKeeping();
    return null;
  }
  const isHere = options.shapes?.areStill ?? false;
  const taken = await (isHere ? keys.takeHere(scope, changes, MOST_KEYS) : keys.take(scope, changes, MOST_KEYS));
  let isLooked = false;
  try {
    const found = await lookAt(taken, table, { scope, sides, changes, options });
    isLooked = found !== null;
    return found;
  } finally {
    if (!isLooked) keys.giveBack(taken, changes);
  }
}

interface LookOptions {
  readonly scope: TableScope;
  readonly sides: Sides;
  readonly changes: TableChanges;
  readonly options: RecheckOptions;
}

/** null: something happened to the table meanwhile that no key tells. */
async function lookAt(
  taken: TakenKeys,
  table: VerifiedTable,
  { scope, sides, changes, options }: LookOptions,
): Promise<Rechecked | null> {
  const { keys, causes, attempts, orphans } = options;
  const print = new RowPrint(table);
  const suspects = taken.keys.map((changed) => ({ key: keyTexts(changed, print), wasUnequal: false }));
  const how = attempts === undefined ? {} : { attempts };
  const settled = await settle(suspects, { sides, table, print, changes, ...how });
  if (settled.isVoid) return null;
  await orphans?.look(sides.session, table, [
    ...new Map(suspects.map(({ key }) => [JSON.stringify(key), key])).values(),
  ]);
  const causeOf = settled.unequal.length === 0 ? () => null : await causes(sides, table, print);
  const still = new Set(settled.changing.map((key) => JSON.stringify(key)));
  const found = {
    scope,
    keys: new Set(suspects.map(({ key }) => JSON.stringify(shownKey(table, { key, source: null, target: null })))),
    differences: differencesOf(table, settled.unequal, causeOf),
    changing: settled.changing.length,
    position: settled.position,
  };
  const again = taken.keys.filter((changed) => still.has(JSON.stringify(keyTexts(changed, print))));
  await keys.looked(taken, changes, { found, again });
  return found;
}

function keyTexts({ bytes, isPrinted }: ChangedKey, print: RowPrint): readonly string[] {
  return isPrinted ? print.printedKey(JSON.parse(bytes.toString()) as string[]) : print.keyTexts(bytes);
}

async function shapeOf(
  scope: TableScope,
  shapes: Shapes | undefined,
  read: () => Promise<VerifiedTable | null>,
): Promise<VerifiedTable | null> {
  const name = shownName(scope);
  const known = shapes?.areStill ? shapes.tables.get(name) : undefined;
  if (known !== undefined) return known;
  const table = await read();
  if (table !== null) shapes?.tables.set(name, table);
  return table;
}

async function loaded(
  scope: TableScope,
  sides: Sides,
  low: Parameters<Sides['views']['open']>[0],
): Promise<VerifiedTable | null> {
  const view = await sides.views.open(low);
  let isBroken = true;
  try {
    const table = await loadVerified(scope, view.connection, sides.session);
    isBroken = false;
    return 'missing' in table ? null : table;
  } finally {
    await view.close(isBroken);
  }
}
