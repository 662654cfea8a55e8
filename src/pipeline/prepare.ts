import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { LogHead } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql } from '../mysql/connection.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { prepareExisting } from './existing-schema.ts';
import { type AgreedRules, agreeOnRules, refuseChangedRules } from './rule-agreement.ts';
import type { RunOptions } from './run-option.ts';
import type { RunState } from './run-state.ts';
import { type Scope, scopeOf } from './scope.ts';
import { makeTables, scopedTables } from './target-schema.ts';

export interface Prepared {
  readonly scope: Scope;
  /** Tables of the source that take part, as the catalogue tells them now. */
  readonly tables: readonly CatalogueTable[];
  readonly rules: AgreedRules;
}

/** Logs in on both sides, finds the tables, makes the target's where asked. Everything here can be done again. */
export async function prepareRun(
  config: Config,
  head: LogHead,
  state: RunState,
  options: RunOptions,
): Promise<Prepared> {
  refuseChangedRules(head, config, options.acceptsRules === true);
  const scope = scopeOf(config);
  const source = await connectMysql(sourceLogin(config.source));
  try {
    const { kind, versionText } = source.server;
    state.endpoint('source', { kind, version: versionText, isConnected: true });
    const tables = await scopedTables(source, scope);
    if (tables.length === 0) throw noTables(config);
    const target = await connectPostgres(targetLogin(config));
    try {
      const { rows } = await target.query('SHOW server_version');
      state.endpoint('target', { kind: 'postgresql', version: rows[0]?.['server_version'] ?? null, isConnected: true });
      if (config.target.ddl === 'convert' && options.mode !== 'capture') {
        const made = await makeTables(tables, scope, source, target);
        if (made.length > 0) options.logger.info({ tables: made.length }, 'made target tables');
      }
      if (config.target.ddl === 'existing' && options.mode !== 'capture') {
        const emptied = await prepareExisting({ config, tables, target });
        for (const { schema, table } of emptied) options.logger.info({ table: `${schema}.${table}` }, 'emptied');
      }
    } finally {
      await target.close();
    }
    return { scope, tables, rules: agreeOnRules(head, config, tables, scope) };
  } finally {
    await source.close();
  }
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
