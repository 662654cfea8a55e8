import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import type { TableName } from '../../contract/change.ts';
import type { ChangeLog } from '../../contract/change-log.ts';
import { SluiceError } from '../../contract/error.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../../mysql/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import type { RunOptions } from '../run-option.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { startStep } from '../start-step.ts';
import type { RunState } from '../status/run-state.ts';
import { withTarget } from '../target-session.ts';
import { writtenTables } from '../written-table.ts';
import { prepareExisting } from './existing-schema.ts';
import { type AgreedRules, agreeOnRules, refuseChangedRules } from './rule-agreement.ts';
import { makeTables, scopedTables } from './target-schema.ts';

export interface Prepared {
  readonly scope: Scope;
  /** Tables of the source that take part, as the catalogue tells them now. */
  readonly tables: readonly CatalogueTable[];
  readonly rules: AgreedRules;
}

export interface PrepareParts {
  readonly config: Config;
  readonly log: ChangeLog;
  readonly state: RunState;
}

/**
 * Logs in on both sides, finds the tables, makes the target's where asked. Everything here can be done again, and is
 * while a server is away. null: the signal came first.
 */
export async function prepareRun(parts: PrepareParts, options: RunOptions): Promise<Prepared | null> {
  const { signal } = options;
  return await startStep(parts.state, options, () => orAborted(signal, prepareOnce(parts, options)));
}

/** null as soon as the signal comes: a login may be waiting for a server that says nothing. */
async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  const aborted = Promise.withResolvers<null>();
  const abort = () => aborted.resolve(null);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function prepareOnce({ config, log, state }: PrepareParts, options: RunOptions): Promise<Prepared> {
  const { signal } = options;
  const head = await log.head();
  refuseChangedRules(head, config, options.acceptsRules === true);
  const scope = scopeOf(config);
  const source = await connectMysql(sourceLogin(config.source));
  const cut = () => source.destroy();
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) cut();
    const { kind, versionText } = source.server;
    state.endpoint('source', { kind, version: versionText, isConnected: true });
    const tables = await scopedTables(source, scope);
    if (tables.length === 0) throw noTables(config);
    await withTarget(targetLogin(config), signal, async (target) => {
      const { rows } = await target.query('SHOW server_version');
      state.endpoint('target', { kind: 'postgresql', version: rows[0]?.['server_version'] ?? null, isConnected: true });
      if (options.mode !== 'capture') await prepareTarget({ config, tables, scope, source, target }, options);
    });
    return { scope, tables, rules: agreeOnRules(head, config, tables, scope) };
  } finally {
    signal.removeEventListener('abort', cut);
    if (signal.aborted) cut();
    else await source.close();
  }
}

interface TargetWork {
  readonly config: Config;
  readonly tables: readonly CatalogueTable[];
  readonly scope: Scope;
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
}

async function prepareTarget({ config, tables, scope, source, target }: TargetWork, { logger }: RunOptions) {
  if (config.target.ddl === 'convert') {
    const nameOf = ({ database, table }: TableName) => JSON.stringify([database, table]);
    // One of them that is missing was dropped, and an empty one would hide that.
    const written = new Set((await writtenTables(target, config.pipeline)).map(nameOf));
    const fresh = tables.filter(({ version }) => !written.has(nameOf(version)));
    const made = await makeTables(fresh, scope, source, target);
    if (made.length > 0) logger.info({ tables: made.length }, 'made target tables');
    return;
  }
  await prepareExisting({ config, tables, target, logger });
}

/** SOURCE_NO_TABLES: the configuration leaves nothing to move. */
function noTables({ source, tables }: Config): SluiceError {
  return new SluiceError({
    code: 'SOURCE_NO_TABLES',
    message: `no table in ${source.databases.join(', ')} matches tables.include (${tables.include.join(', ')})`,
    remedy: 'Change source.databases or tables.include, or create the tables first.',
    disposition: 'stop',
  });
}
