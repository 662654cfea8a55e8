import { type CheckReport, runCheck } from '../check/check.ts';
import type { Config } from '../config/config.ts';
import type { ChangeLog } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { RunOptions } from './run-option.ts';

/** Refuses to start while `sluice check` has a blocker. The data is scanned only before the first epoch. */
export async function preflight(config: Config, log: ChangeLog, options: RunOptions): Promise<void> {
  const depth = (await hasEpochs(log)) ? 'quick' : 'full';
  const { signal, logger } = options;
  const report = await runCheck(config, { depth, signal, onStep: (step) => logger.debug({ step }, 'checking') });
  for (const { severity, code, object, message } of report.findings) {
    if (severity === 'warning') logger.warn({ code, object }, message);
  }
  const refusal = refusalOf(report);
  if (refusal) throw refusal;
}

/** What keeps the log from being read is for the check to name. */
async function hasEpochs(log: ChangeLog): Promise<boolean> {
  try {
    return (await log.head()).last !== null;
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
}

/** CHECK_REFUSED with all blockers; or the code of what cannot be reached, which hides what else is wrong. */
function refusalOf({ findings }: CheckReport): SluiceError | null {
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return null;
  const unreached = blockers.find(({ code }) => /_(UNREACHABLE|ACCESS_DENIED|LOGIN)/.test(code));
  return new SluiceError({
    code: unreached?.code ?? 'CHECK_REFUSED',
    message: blockers.map(({ code, object, message }) => `${object}: ${message} (${code})`).join('\n'),
    remedy: [...new Set(blockers.flatMap(({ cure }) => cure)), 'then: sluice check'].join('\n'),
    disposition: 'stop',
  });
}
