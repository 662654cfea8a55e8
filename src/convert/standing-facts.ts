import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { TargetName } from '../postgres/quote.ts';
import type { StandingColumn, StandingTable } from '../postgres/standing-schema.ts';
import { columnKey, type DataFacts } from './scan.ts';

/**
 * What the data was when a table was made, told by the types that were chosen then: the design of a table that stands
 * must not change with rows that have come since.
 */
export function standingFacts(
  table: CatalogueTable,
  standing: StandingTable,
  columnOf: (column: string) => string | null,
): ReadonlyMap<string, DataFacts> {
  const { database, table: name } = table.version;
  const byName = new Map(standing.columns.map((column) => [column.name, column]));
  return new Map(
    table.columns.flatMap((column) => {
      const found = byName.get(columnOf(column.name) ?? '');
      return found === undefined ? [] : [[columnKey(database, name, column.name), factsOf(found)] as const];
    }),
  );
}

function factsOf({ type }: StandingColumn): DataFacts {
  return {
    isBoolean: type === 'boolean',
    fitsBigint: type === 'bigint',
    isTimeOfDay: type.startsWith('time('),
    takesAnySrid: /^geometry(\(\w+\))?$/.test(type),
  };
}

export function standingTable(tables: readonly StandingTable[], target: TargetName): StandingTable | null {
  return tables.find(({ name }) => name.schema === target.schema && name.table === target.table) ?? null;
}
