import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { readBinlog } from '../../src/binlog/read-binlog.ts';
import { sourceHead } from '../../src/binlog/source-head.ts';
import type { Change } from '../../src/contract/change.ts';
import type { Position } from '../../src/contract/position.ts';
import { describeTable, readCatalogue } from '../../src/mysql/catalogue.ts';
import { readPages } from '../../src/mysql/raw-rows.ts';
import { readableTable, selectRange } from '../../src/mysql/readable-table.ts';
import { openViews } from '../../src/mysql/views.ts';
import { comparePositions } from '../../src/position/position.ts';
import { type Interleaved, type InterleaveOptions, interleave } from '../../src/snapshot/interleave.ts';
import type { TestSource } from '../mysql/source.ts';
import { rowText } from './replica.ts';

export interface PipeOptions extends Partial<Omit<InterleaveOptions, 'stream'>> {
  readonly start: Position;
  readonly signal: AbortSignal;
}

/** The binlog of the test's database with its snapshot in it, from a position and state on. */
export async function pipe(source: TestSource, options: PipeOptions): Promise<Interleaved> {
  const tables = await readCatalogue(source.connection, { databases: [source.database] });
  const stream = readBinlog({
    settings: source.settings,
    from: options.start,
    serverId: 1000 + Math.floor(Math.random() * 1e9),
    readerUuid: randomUUID(),
    heartbeatMs: 500,
    signal: options.signal,
    isPublished: (database) => database === source.database,
    describe: (database, table) => describeTable(source.connection, database, table),
  });
  return interleave({
    views: options.views ?? (await openViews(source.settings)),
    tables: tables.map(({ version: { database, table } }, rank) => ({ database, table, rank })),
    state: new Map(),
    ...options,
    stream,
  });
}

export function head(source: TestSource): Promise<Position> {
  return sourceHead(source.connection);
}

export function isAt(change: Change, wanted: Position): boolean {
  return 'position' in change && ['equal', 'after'].includes(comparePositions(change.position, wanted));
}

/** Every row of a table at the source, read by the same codecs, as text, sorted. */
export async function sourceRows(source: TestSource, table: string): Promise<string[]> {
  const [found] = await readCatalogue(source.connection, { databases: [source.database], tables: [table] });
  if (!found) return [];
  const readable = readableTable(found);
  const lines: string[] = [];
  const sql = selectRange(readable, { lower: null, upper: null });
  for await (const page of readPages(source.connection, sql, readable.layout)) {
    for (let row = 0; row < page.rows; row++) {
      const [start, end] = page.bounds.slice(row * 4, row * 4 + 2);
      lines.push(rowText(found.version, page.bytes.subarray(start, end)));
    }
  }
  return lines.sort();
}

export async function tableNames(source: TestSource): Promise<string[]> {
  const tables = await readCatalogue(source.connection, { databases: [source.database] });
  expect(tables.length).toBeGreaterThan(0);
  return tables.map(({ version }) => version.table);
}
