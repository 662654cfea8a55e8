import { SluiceError } from '../../contract/error.ts';
import type { TargetName } from '../../postgres/quote.ts';
import { recordOnce } from '../evidence/record-once.ts';
import type { WayBackShapes } from '../run-option.ts';
import { Reverse } from './reverse.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export const WAY_BACK_SHAPES: WayBackShapes = {
  accept: async (config, tables, by) => {
    const reverse = new Reverse({ config, logger: SILENT });
    return await acceptShapes(reverse, tables, async (chosen) => {
      const what = { action: 'way-back.accept', via: 'command', params: { tables: chosen } };
      await recordOnce(config, { kind: 'action', atMs: Date.now(), who: by, what });
    });
  },
};

/** `onChosen`: told of them by name before anything is accepted. Answers them. */
export async function acceptShapes(
  reverse: Pick<Reverse, 'refused' | 'accept'>,
  tables: readonly string[] | 'all',
  onChosen: (names: readonly string[]) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const waiting = await reverse.refused();
  const chosen = tables === 'all' ? waiting : tables.map((name) => found(name, waiting));
  const names = chosen.map(nameOf);
  await onChosen(names);
  for (const name of chosen) await reverse.accept(name);
  return names;
}

function nameOf({ schema, table }: TargetName): string {
  return `${schema}.${table}`;
}

/** By SCHEMA.TABLE, or by TABLE where one of that name waits. TABLES_NOT_REFUSED: nothing waits of it. */
function found(name: string, waiting: readonly TargetName[]): TargetName {
  const exact = waiting.find((one) => nameOf(one) === name);
  const byTable = waiting.filter(({ table }) => table === name);
  const one = exact ?? (byTable.length === 1 ? byTable[0] : undefined);
  if (one !== undefined) return one;
  const known = waiting.length === 0 ? 'no table waits' : `these wait: ${waiting.map(nameOf).join(', ')}`;
  throw new SluiceError({
    code: 'TABLES_NOT_REFUSED',
    message: `the way back does not wait at ${name}; ${known}`,
    remedy: 'See what it waits for: sluice cutover status.',
    disposition: 'stop',
  });
}
