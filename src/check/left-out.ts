import { STRICT_POLICY } from '../column/codec.ts';
import type { Config } from '../config/config.ts';
import { caseRuleOf, castTypeOf, isIncluded, ruleOf, rulesOf } from '../config/table-filter.ts';
import { columnNameOf, targetNameOf, targetSchemaOf } from '../config/target-name.ts';
import { SluiceError } from '../contract/error.ts';
import { type Finding, finding } from '../contract/finding.ts';
import { convertSchema } from '../convert/convert-schema.ts';
import { entriesOf } from '../convert/design.ts';
import { type InventoryEntry, objectText, type SourceObject, sortedInventory } from '../convert/inventory.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { sourceDialect } from '../convert/source-dialect.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { readSourceSchema } from '../mysql/source-schema.ts';
import { tableKey } from '../mysql/table-key.ts';
import { targetColumnName } from '../postgres/identifier.ts';
import { leavingOut } from './skew.ts';

/**
 * Objects of the source that will not stand on the target, from the same converter as `schema plan`, which also asks
 * the data and PostgreSQL and so may name a few more. History is told as TABLE_VERSIONED.
 */
export async function checkLeftOut(connection: MysqlConnection, config: Config): Promise<readonly Finding[]> {
  if (config.target.ddl === 'existing') return [];
  try {
    const schema = await readSourceSchema(connection, config.source.databases);
    const design = convertSchema(schema, { ...optionsOf(config), dialect: sourceDialect(connection.server) });
    const unlogged = unloggedColumns(schema.tables);
    const lost = sortedInventory(entriesOf(design)).entries.filter(({ outcome }) => outcome === 'left-out');
    const tables = new Set(
      lost.filter(({ kind }) => kind === 'table').map(({ database, name }) => tableKey(database, name)),
    );
    return lost
      .filter(({ kind, database, table }) => kind !== 'history' && !tables.has(tableKey(database, table ?? '')))
      .flatMap((entry) => {
        // Those that cannot be read are told by themselves (TABLE_UNREADABLE).
        if (entry.kind === 'table')
          return schema.unreadable.has(tableKey(entry.database, entry.name)) ? [] : [impossibleTable(entry)];
        if (unlogged.has(columnKey(entry))) return unloggedColumn(entry);
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

function unloggedColumns(tables: readonly CatalogueTable[]): ReadonlySet<string> {
  const names = tables.flatMap(({ version: { database, table }, columns }) =>
    columns
      .filter(({ isLogged }) => !isLogged)
      .map(({ name }) => columnKey({ kind: 'generated-column', database, table, name })),
  );
  return new Set(names);
}

function columnKey({ kind, database, table, name }: SourceObject): string {
  return JSON.stringify([kind, database, table, name]);
}

/** A run makes nothing while it is there. */
function impossibleTable({ database, name, reason }: InventoryEntry): Finding {
  const message = `cannot stand on the target: ${reason}`;
  return finding(
    'blocker',
    'TARGET_TABLE_IMPOSSIBLE',
    `${database}.${name}`,
    message,
    `tables: { exclude: [${JSON.stringify(name)}] }`,
  );
}

/** On the target it would be a plain column that no UPDATE keeps right. */
function unloggedColumn({ database, table, name, reason }: InventoryEntry): Finding {
  const message = `is computed by the source, which does not log what it computes, and cannot be computed by the target: ${reason}`;
  return finding('blocker', 'COLUMN_UNLOGGED', `${database}.${table}.${name}`, message, leavingOut(table ?? '', name));
}

function optionsOf(config: Config): Omit<ConvertOptions, 'dialect'> {
  const { tables, source } = config;
  return {
    facts: new Map(),
    keepsPartitions: config.target.keepsPartitions,
    extensions: ['postgis', 'vector'],
    targetOf: (database, table) =>
      source.databases.includes(database) && isIncluded(tables, database, table)
        ? targetNameOf(config, database, table)
        : null,
    schemaOf: (database) => targetSchemaOf(config, database),
    columnOf: (database, table, column) => columnNameOf(config, database, table, column) ?? targetColumnName(column),
    rulesOf: (database, table) => rulesOf(config, database, table),
    castOf: (...of) => castTypeOf(tables, ...of),
    caseOf: (...of) => caseRuleOf(tables, ...of),
    dropsNotNull: (database, table, column) => ruleOf(tables, database, table)?.zeroDate.get(column) === 'null',
    policyOf: () => STRICT_POLICY,
  };
}
