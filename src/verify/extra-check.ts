import type { MysqlConnection } from '../mysql/connection.ts';
import { ChangedSet, keyText } from './changed-set.ts';
import type { PartResult } from './chunk-check.ts';
import { type SettleOptions, type Suspect, settle } from './settle.ts';
import { inSnapshot, readSource } from './side.ts';
import { readStandingKeys } from './source-keys.ts';
import { nextTargetKeys } from './target-rows.ts';

const KEYS_AT_ONCE = 1_000;

export interface ExtraPart extends PartResult {
  /** The last key looked at, as the target prints it; null: there are no more. */
  readonly last: readonly string[] | null;
}

/**
 * The next keys of the target, in its own order, looked up on the source: what only the target has. The window is turned
 * round: the target first, then the source at or past it, then the target's sink past the source (INV-121).
 */
export async function checkExtras(
  after: readonly string[] | null,
  options: SettleOptions,
): Promise<ExtraPart | 'void'> {
  const { sides, table, print, changes } = options;
  const { follower, signal } = sides;
  const { window } = follower.open(changes);
  let printed: readonly (readonly string[])[];
  let suspects: readonly Suspect[];
  let position: string;
  try {
    const target = await inSnapshot(sides, (session) => nextTargetKeys(session, table, { after, rows: KEYS_AT_ONCE }));
    if (target.point === null) return 'void';
    printed = target.found;
    position = target.point.position.text;
    const keys = printed.map((key) => print.printedKey(key));
    const read = (connection: MysqlConnection) => readStandingKeys(connection, { table, print, keys });
    const { source, high } = keys.length === 0 ? NOTHING : await readSource(sides, target.point, read);
    if (high !== null) await follower.untilReached(high, signal);
    if (window.isVoid || !follower.knows(target.point)) return 'void';
    const changed = new ChangedSet(window, print);
    suspects = keys
      .map((key) => ({ key, wasUnequal: !source.keys.has(keyText(key)) }))
      .filter(({ key, wasUnequal }) => wasUnequal || (!changed.isEmpty && changed.hasKey(key)));
  } finally {
    window.close();
  }
  const settled = await settle(suspects, options);
  if (settled.isVoid) return 'void';
  const last = printed.length < KEYS_AT_ONCE ? null : (printed.at(-1) ?? null);
  const unequal = settled.unequal.filter(({ source }) => source === null);
  // Rows that the source has are counted with its own chunks.
  return {
    ...{ sourceRows: 0, targetRows: printed.length, equal: 0, unequal },
    ...{ changing: settled.changing, position, last },
  };
}

const NOTHING = { source: { rows: 0, keys: new Set<string>() }, high: null };
