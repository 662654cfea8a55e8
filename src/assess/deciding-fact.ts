import { agreeAcrossForeignKeys, answered, columnKey, questionOf, type ScannedFacts } from '../convert/scan.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { ReadTable } from './data-scan.ts';
import type { RuleName } from './probe.ts';

const DECIDING: readonly RuleName[] = ['not-boolean', 'beyond-bigint', 'not-time-of-day'];

/**
 * The facts that decide types, from what the scan has counted: the same conditions, defaults and foreign keys as the
 * scan of a run, so that both decide alike wherever a table was read whole (INV-68).
 */
export function decidingFacts(read: readonly ReadTable[]): ScannedFacts {
  const facts = new Map(
    read.flatMap(({ table, reading }) => {
      const broken = new Set(
        reading.results
          .filter(({ probe, hits }) => hits > 0 && DECIDING.includes(probe.rule))
          .map(({ probe }) => probe.columns[0]),
      );
      return factsOf(table, (column) => broken.has(column));
    }),
  );
  agreeAcrossForeignKeys(
    read.map(({ table }) => table),
    facts,
  );
  return facts;
}

function factsOf({ version, columns }: CatalogueTable, isBroken: (column: string) => boolean) {
  return columns.flatMap(({ name, columnType, default: given }) => {
    const question = questionOf(columnType);
    if (question === null) return [];
    return [[columnKey(version.database, version.table, name), answered(question, isBroken(name), given)] as const];
  });
}
