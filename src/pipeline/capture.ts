import { createHash } from 'node:crypto';
import { startOfStream } from '../binlog/preflight.ts';
import { readBinlog } from '../binlog/read-binlog.ts';

import { type Config, HEARTBEAT_DATABASE } from '../config/config.ts';
import { sourceLogin } from '../config/login.ts';
import { priorityOf } from '../config/table-filter.ts';
import type { Change } from '../contract/change.ts';
import type { ChangeLog, EpochHeader, LogWriter } from '../contract/change-log.ts';
import type { Position } from '../contract/position.ts';
import { describeTable } from '../mysql/catalogue.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import type { TableName } from '../mysql/identifier.ts';
import { openViews } from '../mysql/views.ts';
import { RuleBook } from '../rule/rule-book.ts';
import { ruledStream } from '../rule/ruled-stream.ts';
import { type Interleaved, interleave } from '../snapshot/interleave.ts';
import type { ProgressObserver } from '../snapshot/progress.ts';
import type { SnapshotTarget } from '../snapshot/table-book.ts';
import { leftOutEntries } from '../snapshot/table-state.ts';
import { Encoder } from '../transform/encode.ts';
import { EpochWriter } from './epoch-writer.ts';
import { isHeartbeatTable, withoutHeartbeats } from './heartbeat.ts';
import { isReverseMark, withoutReverse } from './reverse/echo.ts';
import type { AgreedRules } from './schema/rule-agreement.ts';
import { scopedTables } from './schema/target-schema.ts';
import type { Scope } from './scope.ts';

export interface CaptureOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly rules: AgreedRules;
  readonly log: ChangeLog;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onRead: (batch: readonly Change[]) => void;
  readonly onLogged: (header: EpochHeader) => void;
  /** The writer is open and says where it stands. */
  readonly onOpen: (writer: LogWriter) => void;
  readonly onProgress: ProgressObserver;
  /** The snapshot can be told to read tables anew; until `runCapture` ends. */
  readonly onStream?: (stream: Interleaved) => void;
}

/** The first half of the line: the binlog and the rows that exist, into the log, from the log's own end on. */
export async function runCapture(options: CaptureOptions): Promise<void> {
  const { config, log } = options;
  const catalogue = await connectMysql(sourceLogin(config.source));
  try {
    const writer = await log.openWriter();
    try {
      options.onOpen(writer);
      await captureInto(writer, catalogue, options);
    } finally {
      await writer.close();
    }
  } finally {
    await catalogue.close();
  }
}

async function captureInto(writer: LogWriter, catalogue: MysqlConnection, options: CaptureOptions): Promise<void> {
  const { config } = options;
  const from = writer.head.last?.reached ?? (await startOfStream(catalogue));
  const identity = { version: options.version, connector: catalogue.server.kind, name: config.log.topicPrefix };
  const encoder = new Encoder({
    identity,
    registerSchema: (subject, schema) => writer.registerSchema(subject, schema),
  });
  const epochs = new EpochWriter({ writer, encoder, from, onEpoch: options.onLogged });
  // After `from` was taken: a table made in between is in this list, in the stream, or in both.
  const known = await scopedTables(catalogue, options.scope);
  const views = await openViews(sourceLogin(config.source));
  try {
    const merged = interleave({
      stream: binlog({ from, known, catalogue }, options),
      start: from,
      views,
      tables: known.map(({ version }) => snapshotTarget(config, version)),
      state: writer.head.state,
      parallel: config.snapshot.parallel,
      chunkTargetMs: config.snapshot.chunkTargetMs,
      chunkMaxRows: config.snapshot.chunkMaxRows,
      observe: options.onProgress,
    });
    options.onStream?.(merged);
    const leftOut = leftOutEntries(writer.head.state, options.scope.isPublished);
    await epochs.run(observed(ruled(merged, leftOut, options), options.onRead));
  } finally {
    await views.close();
  }
}

/**
 * Nothing that the rules hide goes beyond this point. Under which rules, and which tables are `leftOut` from here on, the
 * log is told before the first row.
 */
async function* ruled(
  merged: AsyncIterable<readonly Change[]>,
  leftOut: ReadonlyMap<string, string>,
  { scope, rules: { entry, seenOf } }: CaptureOptions,
): AsyncIterable<readonly Change[]> {
  const state = new Map<string, string | null>([...leftOut, ...(entry ?? [])]);
  if (state.size > 0) yield [{ tag: 'mark', state }];
  yield* ruledStream(merged, new RuleBook({ rulesOf: scope.rulesOf, seenOf }));
}

/** A table with its place in the order of reading. */
export function snapshotTarget(config: Config, { database, table }: TableName): SnapshotTarget {
  return { database, table, rank: RANKS[priorityOf(config.tables, database, table)] };
}

const RANKS = { high: 0, medium: 1, low: 2 } as const;

interface BinlogStart {
  readonly from: Position;
  readonly known: readonly CatalogueTable[];
  readonly catalogue: MysqlConnection;
}

function binlog({ from, known, catalogue }: BinlogStart, options: CaptureOptions): AsyncIterable<readonly Change[]> {
  const { config, scope, signal } = options;
  const heartbeat = { database: HEARTBEAT_DATABASE, pipeline: config.pipeline };
  const changes = readBinlog({
    settings: sourceLogin(config.source),
    from,
    known,
    serverId: config.source.serverId,
    readerUuid: readerUuid(config),
    heartbeatMs: config.source.heartbeatMs,
    isPublished: (database, table) =>
      scope.isPublished(database, table) ||
      isHeartbeatTable(heartbeat, database, table) ||
      isReverseMark(HEARTBEAT_DATABASE, database, table),
    describe: (database, table) => describeTable(catalogue, database, table),
    signal,
  });
  return withoutHeartbeats(withoutReverse(changes, HEARTBEAT_DATABASE), heartbeat);
}

async function* observed(
  batches: AsyncIterable<readonly Change[]>,
  onBatch: (batch: readonly Change[]) => void,
): AsyncIterable<readonly Change[]> {
  for await (const batch of batches) {
    onBatch(batch);
    yield batch;
  }
}

/** The same for every process of one pipeline, so that the server ends the link of a predecessor. */
function readerUuid({ pipeline, source }: Config): string {
  const hex = createHash('sha256').update(`${pipeline}\0${source.serverId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
