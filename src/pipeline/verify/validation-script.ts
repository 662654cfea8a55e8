import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import { connectMysql } from '../../mysql/connection.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { readTargetTable } from '../../postgres/target-catalogue.ts';
import type { ColumnNames } from '../../verify/script/name.ts';
import { validationScripts } from '../../verify/script/script.ts';
import { type ScriptTable, scriptTable } from '../../verify/script/script-table.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { type Scope, scopeOf } from '../scope.ts';
import type { ValidationScripts } from './beside-option.ts';

/** SQL for both sides with which a DBA compares them without us. Reads both catalogues, and no rows. */
export async function makeValidationScripts(config: Config): Promise<ValidationScripts> {
  const scope = scopeOf(config);
  const names = namesOf(scope);
  const source = await connectMysql(sourceLogin(config.source));
  const target = await connectPostgres(targetLogin(config)).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  try {
    const tables: ScriptTable[] = [];
    const absent: string[] = [];
    for (const table of await scopedTables(source, scope)) {
      const name = names.targetOf(table.version);
      const found = name && (await readTargetTable(target, name));
      if (found) tables.push(scriptTable(table, found, names));
      else absent.push(names.labelOf(table.version));
    }
    return { ...validationScripts(tables), tables: tables.map(({ label }) => label), absent };
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

function namesOf(scope: Scope): ColumnNames {
  const isOne = scope.databases.length === 1;
  return {
    labelOf: ({ database, table }) => (isOne ? table : `${database}.${table}`),
    targetOf: ({ database, table }) => scope.targetOf(database, table),
    columnOf: ({ database, table }, column) => scope.columnOf(database, table, column),
    hiddenOf: ({ database, table }, column) => (scope.rulesOf(database, table)?.mask.has(column) ? 'masked' : null),
    policyOf: ({ database, table }, column) => scope.policyOf(database, table, column),
  };
}
