import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { quoteTable, type TargetName } from '../postgres/quote.ts';
import { raiseSequence, readSequences } from '../postgres/sequence.ts';
import type { Prepared } from './prepare.ts';
import type { Scope } from './scope.ts';

/**
 * Moves every sequence of the target's tables past the rows that have come, so that the application can insert there.
 * Done at the end of the load and of every run; the cutover does it once more. What fails is returned, not thrown.
 */
export async function raiseAllSequences(
  config: Config,
  { tables, scope }: Pick<Prepared, 'tables' | 'scope'>,
): Promise<readonly SluiceError[]> {
  const counted = new Map(tables.flatMap((table) => countedTable(table, scope)));
  const failures: SluiceError[] = [];
  const session = await connectPostgres(targetLogin(config));
  try {
    const names = [...counted.values()].map(({ name }) => name);
    for (const one of await readSequences(session, names)) {
      const least = counted.get(quoteTable(one.table))?.least.get(one.column);
      await raiseSequence(session, one, least).catch((error: unknown) => {
        if (!(error instanceof SluiceError)) throw error;
        failures.push(error);
      });
    }
    return failures;
  } finally {
    await session.close();
  }
}

interface CountedTable {
  readonly name: TargetName;
  /** By column of the target: the greatest number that the source has given out. */
  readonly least: ReadonlyMap<string, bigint>;
}

/** The source counts on behind rows that are gone: their numbers are not given out again. */
function countedTable(table: CatalogueTable, scope: Scope): [string, CountedTable][] {
  const { version, columns, nextAutoIncrement } = table;
  const name = scope.targetOf(version.database, version.table);
  if (name === null) return [];
  const counted = columns.find(({ extra }) => extra.includes('auto_increment'));
  const column = counted && scope.columnOf(version.database, version.table, counted.name);
  const least = column && nextAutoIncrement !== null ? [[column, BigInt(nextAutoIncrement) - 1n] as const] : [];
  return [[quoteTable(name), { name, least: new Map(least) }]];
}
