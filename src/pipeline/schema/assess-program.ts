import { SluiceError } from '../../contract/error.ts';
import type { Inventory } from '../../convert/inventory.ts';
import { catalogueOf } from '../../logic/catalogue.ts';
import { inventoryOf, type Inventory as Programs } from '../../logic/inventory.ts';
import { readSource } from '../../logic/read/source.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';

export interface ProgramsAsked {
  readonly databases: readonly string[];
  readonly tables: readonly CatalogueTable[];
  /** Tells the types that columns will have. */
  readonly inventory: Inventory;
  readonly notes: string[];
}

/** Stored programs by database, each converted for its class; a database that cannot be asked is a note. */
export async function assessPrograms(
  source: MysqlConnection,
  asked: ProgramsAsked,
): Promise<ReadonlyMap<string, Programs>> {
  const found = new Map<string, Programs>();
  for (const database of asked.databases) {
    try {
      found.set(database, await programsOf(source, database, asked));
    } catch (error) {
      if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
      asked.notes.push(`stored programs of ${database} could not be read: ${error.message}`);
    }
  }
  return found;
}

async function programsOf(
  source: MysqlConnection,
  database: string,
  { tables, inventory, notes }: ProgramsAsked,
): Promise<Programs> {
  const { programs, hidden } = await readSource(source, database);
  for (const name of hidden) notes.push(`the account may not see the text of ${name} in ${database}`);
  const own = tables.filter(({ version }) => version.database === database);
  const types = typesOf(inventory, database);
  const catalogue = catalogueOf(own, (table, column) => types.get(JSON.stringify([table, column])));
  return inventoryOf(programs, { catalogue, firstLineOf: () => 1 });
}

function typesOf({ entries }: Inventory, database: string): ReadonlyMap<string, string> {
  const columns = entries.filter((entry) => entry.kind === 'column' && entry.database === database);
  return new Map(
    columns.flatMap(({ table, name, target }) => (target === null ? [] : [[JSON.stringify([table, name]), target]])),
  );
}
