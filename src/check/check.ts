/** Check: what the line needs from source, target and log; every problem in one list with its cure; changes nothing. */
import type { Config } from '../config/config.ts';
import { type Finding, findingOf, SEVERITIES } from '../contract/finding.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { checkCasts } from './cast-scan.ts';
import type { CheckOptions } from './check-option.ts';
import { checkLog } from './log.ts';
import { checkSource } from './source.ts';
import { checkTarget, hasBegun } from './target.ts';

export type RunCheck = (config: Config, options: CheckOptions) => Promise<CheckReport>;

export interface CheckReport {
  /** Blockers first. */
  readonly findings: readonly Finding[];
  /** As the servers print their versions; null: not reached. */
  readonly source: string | null;
  readonly target: string | null;
  readonly isLogReached: boolean;
  readonly tables: number;
}

export const runCheck: RunCheck = async (config, options) => {
  options.onStep('asking the source');
  const isResumed = options.depth === 'start' && (await hasBegun(config));
  const depth = isResumed ? 'resume' : options.depth === 'start' ? 'full' : options.depth;
  const source = await checkSource(config, { ...options, depth });
  options.onStep('asking the target and the log');
  const [target, log] = await Promise.all([checkTarget(config, source.tables), checkLog(config)]);
  const isReached = source.server !== null && target.version !== null;
  const isCast = config.target.ddl === 'existing' && depth === 'full' && isReached;
  const casts = isCast ? await castFindings(config, source.tables, options) : [];
  return {
    findings: sortFindings([...source.findings, ...target.findings, ...casts, ...log]),
    source: source.server === null ? null : `${source.server.kind} ${source.server.versionText}`,
    target: target.version === null ? null : `postgresql ${target.version}`,
    isLogReached: !log.some(({ code }) => code === 'LOG_UNREACHABLE'),
    tables: source.tables.length,
  };
};

async function castFindings(config: Config, tables: readonly CatalogueTable[], options: CheckOptions) {
  try {
    return await checkCasts(config, tables, options);
  } catch (error) {
    return [findingOf(error, 'source')];
  }
}

function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((one) => one.severity === severity));
}
