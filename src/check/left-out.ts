import { STRICT_POLICY } from '../column/codec.ts';
import type { Config } from '../config/config.ts';
import { isIncluded, ruleOf, rulesOf } from '../config/table-filter.ts';
import { columnNameOf, targetNameOf, targetSchemaOf } from '../config/target-name.ts';
import { SluiceError } from '../contract/error.ts';
import { convertSchema } from '../convert/convert-schema.ts';
import { entriesOf } from '../convert/design.ts';
import { objectText, sortedInventory } from '../convert/inventory.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { sourceDialect } from '../convert/source-dialect.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { readSourceSchema } from '../mysql/source-schema.ts';
import { targetColumnName } from '../postgres/identifier.ts';
import { type Finding, finding } from './finding.ts';

/**
 * Objects of the source that will not stand on the target, from the same converter as `schema plan`, which also asks
 * the data and PostgreSQL and so may name a few more. History is told as TABLE_VERSIONED.
 */
export async function checkLeftOut(connection: MysqlConnection, config: Config): Promise<readonly Finding[]> {
  if (config.target.ddl === 'existing') return [];
  try {
    const design = convertSchema(await readSourceSchema(connection, config.source.databases), {
      ...optionsOf(config),
      dialect: sourceDialect(connection.server),
    });
    return sortedInventory(entriesOf(design))
      .entries.filter(({ outcome, kind }) => outcome === 'left-out' && kind !== 'history')
      .map((entry) => {
        const message = `${objectText(entry)} is not made on the target: ${entry.reason}`;
        const cure = entry.advice === null || entry.advice === '' ? [] : [`-- ${entry.advice}`];
        const object = entry.table === null ? entry.database : `${entry.database}.${entry.table}`;
        return finding('information', 'OBJECT_LEFT_OUT', object, message, ...cure);
      });
  } catch (error) {
    // What the account may not see is a finding of its own.
    if (error instanceof SluiceError && error.code === 'SOURCE_PRIVILEGE_MISSING') return [];
    throw error;
  }
}

function optionsOf(config: Config): Omit<ConvertOptions, 'dialect'> {
  const { tables, source } = config;
  return {
    facts: new Map(),
    extensions: ['postgis', 'vector'],
    targetOf: (database, table) =>
      source.databases.includes(database) && isIncluded(tables, database, table)
        ? targetNameOf(config, database, table)
        : null,
    schemaOf: (database) => targetSchemaOf(config, database),
    columnOf: (database, table, column) => columnNameOf(config, database, table, column) ?? targetColumnName(column),
    rulesOf: (database, table) => rulesOf(config, database, table),
    castOf: (database, table, column) => ruleOf(tables, database, table)?.cast.get(column) ?? null,
    dropsNotNull: (database, table, column) => ruleOf(tables, database, table)?.zeroDate.get(column) === 'null',
    policyOf: () => STRICT_POLICY,
  };
}
