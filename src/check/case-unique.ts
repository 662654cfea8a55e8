import type { Config } from '../config/config.ts';
import { caseRuleOf } from '../config/table-filter.ts';
import { columnNameOf, schemasOf, targetNameOf } from '../config/target-name.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { readStandingSchema } from '../postgres/standing-schema.ts';
import { foldedIndexes, foldedKeys, foldingRule } from './folded-key.ts';

/**
 * What the gate `case-uniques` will ask for, told before the load: of tables that sluice makes by the rules that decide
 * their indexes, as `schema plan` tells it.
 */
export function checkCaseRules(config: Config, moved: readonly CatalogueTable[]): readonly Finding[] {
  if (config.target.ddl === 'existing') return [];
  return moved.flatMap((table) => {
    const { database, table: name } = table.version;
    return foldedIndexes(table, (column) => columnNameOf(config, database, name, column))
      .filter(({ folded }) =>
        folded.some((column) => caseRuleOf(config.tables, database, name, column.name) === 'exact'),
      )
      .map(({ folded }) =>
        apart(
          folded.map((column) => `${database}.${name}.${column.name}`),
          foldingRule(name, folded),
        ),
      );
  });
}

/** The same of an application's own schema, by the indexes that stand there. */
export async function checkCaseIndexes(
  session: PostgresSession,
  config: Config,
  moved: readonly CatalogueTable[],
): Promise<readonly Finding[]> {
  if (config.target.ddl === 'convert') return [];
  const { tables } = await readStandingSchema(session, schemasOf(config));
  const byName = new Map(tables.map((table) => [quoteTable(table.name), table]));
  return moved.flatMap((table) => {
    const { database, table: name } = table.version;
    const standing = byName.get(quoteTable(targetNameOf(config, database, name)));
    if (standing === undefined) return [];
    const columnOf = (column: string) => columnNameOf(config, database, name, column);
    const keys = foldedKeys({ table, standing, columnOf }, config.target.ddl);
    return keys.filter(({ isKept }) => !isKept).map(({ names, cure }) => apart(names, cure));
  });
}

function apart(names: readonly string[], cure: string): Finding {
  const message =
    'is unique without case at the source, and would not be on the target: values that differ only in case are one at the source and several on the target';
  return finding('warning', 'CASE_UNIQUES', names.join(', '), message, cure);
}
