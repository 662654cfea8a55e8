import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { raiseSequences } from '../postgres/sequence.ts';
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
  const failures: SluiceError[] = [];
  const session = await connectPostgres(targetLogin(config));
  try {
    for (const table of tables) {
      const name = scope.targetOf(table.version.database, table.version.table);
      if (name === null) continue;
      await raiseSequences(session, name, leastOf(table, scope)).catch((error: unknown) => {
        if (!(error instanceof SluiceError)) throw error;
        failures.push(error);
      });
    }
    return failures;
  } finally {
    await session.close();
  }
}

/** The source counts on behind rows that are gone: their numbers are not given out again. */
function leastOf({ version, columns, nextAutoIncrement }: CatalogueTable, scope: Scope): ReadonlyMap<string, bigint> {
  const counted = columns.find(({ extra }) => extra.includes('auto_increment'));
  const name = counted && scope.columnOf(version.database, version.table, counted.name);
  return name && nextAutoIncrement !== null ? new Map([[name, BigInt(nextAutoIncrement) - 1n]]) : new Map();
}
