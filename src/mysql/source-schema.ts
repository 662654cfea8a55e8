import { readCatalogue } from './catalogue.ts';
import type { CatalogueTable } from './catalogue-table.ts';
import type { MysqlConnection } from './connection.ts';
import { readExactDefaults } from './exact-default.ts';
import { type PartitionScheme, type Program, readObjects, type Sequence, type View } from './schema-object.ts';
import { tableKey } from './table-key.ts';
import { findUnreadable } from './unreadable-table.ts';
import { readUnseen, type Unseen } from './unseen.ts';

/**
 * Everything that the databases hold, read by a number of statements that grows with the number of tables only where a
 * table is odd. Lists are sorted by database and name, so that what is made from them is the same at every reading.
 */
export interface SourceSchema {
  readonly tables: readonly CatalogueTable[];
  readonly views: readonly View[];
  /** Triggers, procedures, functions, packages, events. */
  readonly programs: readonly Program[];
  /** Those that this account may not see: of each such kind and database one. */
  readonly unseen: readonly Unseen[];
  /** MariaDB only. */
  readonly sequences: readonly Sequence[];
  /** By `tableKey`. */
  readonly partitions: ReadonlyMap<string, PartitionScheme>;
  /** Accounts that exist, `user@host`; null when this account may not see them. */
  readonly accounts: ReadonlySet<string> | null;
  /** By `tableKey`: the server's reason why no row of the table can be read. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** Tables of which the server cannot even tell the columns are in `tables` without columns, and in `unreadable`. */
export async function readSourceSchema(
  connection: MysqlConnection,
  databases: readonly string[],
): Promise<SourceSchema> {
  const tables = await readCatalogue(connection, { databases });
  const objects = await readObjects(connection, databases);
  const unseen = await readUnseen(connection, databases);
  const unreadable = await findUnreadable(connection, tables);
  const readable = tables.filter((table) => !unreadable.has(tableKey(table.version.database, table.version.table)));
  return { ...objects, tables: await readExactDefaults(connection, tables, readable), unreadable, unseen };
}
