import { differencesOf, shownKey } from './describe-difference.ts';
import { RowPrint } from './row-print.ts';
import { settle } from './settle.ts';
import type { Sides } from './side.ts';
import type { ChangedKey } from './table-changes.ts';
import { loadVerified, type TableScope, type VerifiedTable } from './verified-table.ts';
import type { Rechecked, VerifierParts } from './verifier.ts';

/** Of one table at once: more wait for the next time, so that every table has its turn. */
export const MOST_KEYS = 5_000;

/** null: nothing of the table waits, or it cannot be looked at by keys. */
export async function recheckTable(
  scope: TableScope,
  sides: Sides,
  { causes, attempts }: { readonly causes: VerifierParts['causes']; readonly attempts?: number },
): Promise<Rechecked | null> {
  const changes = sides.follower.changesOf(scope);
  const point = sides.follower.point;
  if (changes === undefined || changes.waiting === 0 || point === null) return null;
  const table = await loaded(scope, sides, point.position);
  if (table === null || table.way === 'bag') {
    changes.stopKeeping();
    return null;
  }
  const print = new RowPrint(table);
  const taken = changes.takeKept(MOST_KEYS);
  try {
    const suspects = taken.map((changed) => ({ key: keyTexts(changed, print), wasUnequal: false }));
    const settled = await settle(suspects, {
      sides,
      table,
      print,
      changes,
      ...(attempts === undefined ? {} : { attempts }),
    });
    if (settled.isVoid) {
      changes.putBack(taken);
      return null;
    }
    const causeOf = settled.unequal.length === 0 ? () => null : await causes(sides, table, print);
    const still = new Set(settled.changing.map((key) => JSON.stringify(key)));
    changes.putBack(taken.filter((changed) => still.has(JSON.stringify(keyTexts(changed, print)))));
    return {
      scope,
      keys: new Set(suspects.map(({ key }) => JSON.stringify(shownKey(table, { key, source: null, target: null })))),
      differences: differencesOf(table, settled.unequal, causeOf),
      changing: settled.changing.length,
      position: settled.position,
    };
  } catch (error) {
    changes.putBack(taken);
    throw error;
  }
}

function keyTexts({ bytes, isPrinted }: ChangedKey, print: RowPrint): readonly string[] {
  return isPrinted ? print.printedKey(JSON.parse(bytes.toString()) as string[]) : print.keyTexts(bytes);
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
