import { columnActs } from '../../src/binlog/column-act.ts';
import { effectOf } from '../../src/binlog/schema-statement.ts';
import type { SchemaChange } from '../../src/contract/change.ts';
import type { TableVersion } from '../../src/contract/table.ts';

/** A DDL as the binlog reader gives it. */
export function ddl(
  before: TableVersion | null,
  after: TableVersion | null,
  statement: string,
  rest: Partial<SchemaChange> = {},
): SchemaChange {
  const { database = 'shop', table = 'item' } = after ?? before ?? {};
  const effect = effectOf(statement, database, { hasAnsiQuotes: false, hasBackslashEscapes: true });
  const [altered] = effect.kind === 'tables' ? effect.tables : [];
  const acts = altered === undefined ? null : columnActs(altered.clauses ?? []);
  const witness = acts === null ? {} : { acts };
  return { tag: 'schema', database, table, statement, before, after, ...witness, ...rest };
}
