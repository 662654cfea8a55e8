/** Equal tables on a source and a target, as a pipeline has made them, that stand still: what the hashes are asked about. */

import { rowLayout } from '../../../src/column/row.ts';
import { sourceLogin, targetLogin } from '../../../src/config/login.ts';
import type { TableVersion } from '../../../src/contract/table.ts';
import { connectMysql, type MysqlConnection } from '../../../src/mysql/connection.ts';
import { quoteTable } from '../../../src/mysql/identifier.ts';
import { scopedTables } from '../../../src/pipeline/schema/target-schema.ts';
import { scopeOf } from '../../../src/pipeline/scope.ts';
import { connectPostgres, type PostgresSession } from '../../../src/postgres/connection.ts';
import { quoteTable as quoteTargetTable } from '../../../src/postgres/quote.ts';
import { readTargetTable, valueType } from '../../../src/postgres/target-catalogue.ts';
import type { PushedTable } from '../../../src/verify/pushdown/hash-plan.ts';
import { caughtUpSince, type Line, openLine, type SourceKind, startLine } from '../../e2e/line.ts';

export interface BothSides {
  readonly line: Line;
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  table(name: string): Promise<PushedTable>;
  readonly names: readonly string[];
  close(): Promise<void>;
}

/** `fill` makes the source; `yaml` is the rest of its configuration. */
export async function bothSides(
  kind: SourceKind,
  { yaml, fill }: { readonly yaml?: string; readonly fill: (line: Line, source: MysqlConnection) => Promise<void> },
): Promise<BothSides> {
  const line = await openLine({
    source: kind,
    log: 'embedded',
    isProxied: true,
    ...(yaml === undefined ? {} : { yaml }),
  });
  const { config } = line;
  const source = await connectMysql({ ...sourceLogin(config.source), database: line.source.name });
  await fill(line, source);
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
  const target = await connectPostgres(targetLogin(config));
  const tables = (await scopedTables(source, scopeOf(config))).map(({ version }) => version);
  return {
    line,
    source,
    target,
    names: tables.map(({ table }) => table),
    table: async (name) =>
      pushed(
        line,
        target,
        tables.find(({ table }) => table === name),
      ),
    close: async () => {
      await Promise.all([source.close(), target.close()]);
      await line.close();
    },
  };
}

async function pushed(
  { config }: Line,
  target: PostgresSession,
  table: TableVersion | undefined,
): Promise<PushedTable> {
  const scope = scopeOf(config);
  const name = table && scope.targetOf(table.database, table.table);
  const found = name && (await readTargetTable(target, name));
  if (!table || !found) throw new Error('no such table');
  const { database, table: plain, columns, key } = table;
  return {
    source: quoteTable(table),
    target: quoteTargetTable(found),
    columns: columns.flatMap((column, i) => {
      const there = found.columns.find((one) => one.name === scope.columnOf(database, plain, column.name));
      const codec = rowLayout(table).codecs[i];
      if (!there || !codec) return [];
      const policy = scope.policyOf(database, plain, column.name);
      return [{ name: column.name, codec, targetName: there.name, targetType: valueType(there), policy }];
    }),
    key: key.map((index) => columns[index]?.name ?? ''),
    masked: new Set(scope.rulesOf(database, plain)?.mask.keys()),
  };
}
