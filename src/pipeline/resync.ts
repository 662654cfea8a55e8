import { startOfStream } from '../binlog/preflight.ts';
import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { ChangeLog, EpochHeader, LogWriter } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { Logger } from '../contract/logger.ts';
import type { Position } from '../contract/position.ts';
import { makeRoom } from '../log/open-log.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql } from '../mysql/connection.ts';
import { SinkRestart } from '../sink/restart.ts';
import { reloadEntries } from '../snapshot/table-state.ts';
import { logOptionsOf, openLogOf } from './log-of.ts';
import { freshRules } from './schema/rule-agreement.ts';
import { scopedTables } from './schema/target-schema.ts';
import { type Scope, scopeOf } from './scope.ts';

/** A log that cannot be gone on with: not merely away. */
const DAMAGED = new Set(['LOG_CORRUPT', 'LOG_FOREIGN', 'LOG_VERSION']);

interface Beginning {
  readonly config: Config;
  readonly scope: Scope;
  readonly position: Position;
  readonly tables: readonly CatalogueTable[];
}

/**
 * Has the next run load everything anew, from the source as it is now, into the same target: after a lost or damaged
 * log, a purged position, another history of the source (INV-7). One epoch says so in the log, in which every table is
 * to be emptied and read; then the target's checkpoint is put behind that epoch. After a crash in between the run
 * either goes on with it or is refused as before, and this can be done again.
 */
export async function resync(config: Config, logger: Logger): Promise<void> {
  const sink = await SinkRestart.open(targetLogin(config));
  try {
    const beginning = await beginningOf(config);
    const { header, logId } = await writeReload(beginning, logger);
    const { number: epoch, next, reached: position } = header;
    await sink.at({ logId, epoch, next, position, lastCommitUs: null, heartbeat: null, closedBy: null });
    logger.info({ tables: beginning.tables.length }, 'every table is loaded anew');
  } finally {
    await sink.close();
  }
}

/** The source's end, then the tables: one made in between is in the list, in the stream, or in both. */
async function beginningOf(config: Config): Promise<Beginning> {
  const scope = scopeOf(config);
  const source = await connectMysql(sourceLogin(config.source));
  try {
    const position = await startOfStream(source);
    return { config, scope, position, tables: await scopedTables(source, scope) };
  } finally {
    await source.close();
  }
}

async function writeReload(
  beginning: Beginning,
  logger: Logger,
): Promise<{ readonly header: EpochHeader; readonly logId: string }> {
  try {
    return await withWriter(openLogOf(beginning.config), (writer) => reloadAll(writer, beginning));
  } catch (error) {
    if (!(error instanceof SluiceError) || !DAMAGED.has(error.code)) throw error;
    const folder = await makeRoom(logOptionsOf(beginning.config));
    if (folder === null) throw error;
    logger.warn(
      { code: error.code, folder },
      'the damaged log was set aside; delete it when nobody wants to look at it',
    );
    return await withWriter(openLogOf(beginning.config), (writer) => reloadAll(writer, beginning));
  }
}

async function withWriter<T>(log: ChangeLog, work: (writer: LogWriter) => Promise<T>): Promise<T> {
  try {
    const writer = await log.openWriter();
    try {
      return await work(writer);
    } finally {
      await writer.close();
    }
  } finally {
    await log.close();
  }
}

async function reloadAll(writer: LogWriter, { config, scope, position, tables }: Beginning) {
  const { last, state, logId } = writer.head;
  const versions = tables.map(({ version }) => version);
  const header = await writer.commit({
    start: last?.reached ?? null,
    reached: position,
    firstCommitUs: null,
    lastCommitUs: null,
    transactions: 0,
    state: new Map([...reloadEntries(state, versions), ...freshRules(config, tables, scope)]),
  });
  return { header, logId };
}
