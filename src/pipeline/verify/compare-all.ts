import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import { connectMysql } from '../../mysql/connection.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import type { Comparison } from '../../verify/compare.ts';
import { checkTable } from '../../verify/table-check.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { scopeOf } from '../scope.ts';

export interface ComparedTable extends Comparison {
  readonly table: string;
}

/** Every table of the pipeline, cell by cell. Nothing may write meanwhile. */
export async function compareAll(config: Config): Promise<readonly ComparedTable[]> {
  const scope = scopeOf(config);
  const source = await connectMysql(sourceLogin(config.source));
  const target = await connectPostgres(targetLogin(config));
  try {
    const compared: ComparedTable[] = [];
    for (const { version } of await scopedTables(source, scope)) {
      const { database, table } = version;
      const name = scope.targetOf(database, table);
      if (name === null) continue;
      const columnOf = (column: string) => scope.columnOf(database, table, column);
      const policyOf = (column: string) => scope.policyOf(database, table, column);
      const rules = scope.rulesOf(database, table);
      const check = { source, target, table: version, name, columnOf, policyOf, rules };
      compared.push({ table, ...(await checkTable(check)) });
    }
    return compared;
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
