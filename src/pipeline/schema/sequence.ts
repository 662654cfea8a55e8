import type { Config } from '../../config/config.ts';
import { SluiceError } from '../../contract/error.ts';
import type { NextNumber } from '../../mysql/next-number.ts';
import { quoteTable, type TargetName } from '../../postgres/quote.ts';
import { raiseSequence, readSequences } from '../../postgres/sequence.ts';
import type { Scope } from '../scope.ts';
import { SpareSessions } from '../spare-sessions.ts';

/**
 * Moves every sequence of the target's tables past the rows that have come, so that the application can insert there.
 * Done at the end of the load and of every run; the cutover does it once more. What fails is returned, not thrown.
 */
export async function raiseAllSequences(
  config: Config,
  {
    numbers,
    scope,
    spares = new SpareSessions(config),
  }: { readonly numbers: readonly NextNumber[]; readonly scope: Scope; readonly spares?: SpareSessions },
): Promise<readonly SluiceError[]> {
  const counted = new Map(numbers.flatMap((number) => countedTable(number, scope)));
  const failures: SluiceError[] = [];
  return await spares.withTarget(new AbortController().signal, async (session) => {
    const names = [...counted.values()].map(({ name }) => name);
    // A commit of each would wait for the disk; the point of no return, whose commit does, comes after all of them.
    await session.query('SET synchronous_commit = off');
    for (const one of await readSequences(session, names)) {
      const least = counted.get(quoteTable(one.table))?.least.get(one.column);
      await raiseSequence(session, one, least).catch((error: unknown) => {
        if (!(error instanceof SluiceError)) throw error;
        failures.push(error);
      });
    }
    return failures;
  });
}

interface CountedTable {
  readonly name: TargetName;
  /** By column of the target: the greatest number that the source has given out. */
  readonly least: ReadonlyMap<string, bigint>;
}

/** The source counts on behind rows that are gone: their numbers are not given out again. */
function countedTable({ database, table, counted }: NextNumber, scope: Scope): [string, CountedTable][] {
  const name = scope.targetOf(database, table);
  if (name === null) return [];
  const column = counted && scope.columnOf(database, table, counted.column);
  const least = column ? [[column, BigInt(counted.next) - 1n] as const] : [];
  return [[quoteTable(name), { name, least: new Map(least) }]];
}
