import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Checksum, TableFacts } from '../../evidence/facts.ts';
import { tableChecksum } from '../../verify/table-checksum.ts';
import type { TableScope } from '../../verify/verified-table.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { scopeOf } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { tableScope } from '../verify/table-scope.ts';

/** The tables with a checksum of each side, made by the servers now. Rows that change meanwhile make them unlike. */
export async function withChecksums(
  config: Config,
  tables: readonly TableFacts[],
  signal: AbortSignal,
): Promise<readonly TableFacts[]> {
  const scope = scopeOf(config);
  return await withSource(config, signal, (source) =>
    withTarget(targetLogin(config), signal, async (target) => {
      const scopes = new Map(
        (await scopedTables(source, scope)).map(({ version }) => [
          `${version.database}.${version.table}`,
          tableScope(scope, version),
        ]),
      );
      const sum = async (of: TableScope | null | undefined): Promise<Checksum> => {
        if (!of) return without('it takes no part now');
        const made = await tableChecksum(of, source, target).catch(untilOurs);
        if (made instanceof SluiceError) return without(`${made.message} (${made.code})`);
        return made === null ? without('a side has no such table') : { ...made, reason: null };
      };
      const summed: TableFacts[] = [];
      for (const table of tables) summed.push({ ...table, checksum: await sum(scopes.get(table.table)) });
      return summed;
    }),
  );
}

function without(reason: string): Checksum {
  return { source: null, target: null, sourceRows: null, targetRows: null, without: [], reason };
}

/** One table that cannot be hashed does not cost the others theirs. */
function untilOurs(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  throw error;
}
