import { listBackups } from '../../backup/manifest.ts';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import { SluiceError } from '../../contract/error.ts';
import { askStatus } from '../../control/client.ts';
import type { Facts, NotRead } from '../../evidence/facts.ts';
import { TARGET_JOURNAL } from '../../evidence/promise.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { compareAlso } from '../verify/compare-also.ts';
import { VERSION } from '../version.ts';
import type { CollectEvidence, CollectOptions } from './option.ts';
import { positionFacts, serverFacts } from './place.ts';
import { withChecksums } from './sum.ts';
import { NOTHING_TOLD, readTold, type Told, tableFacts, toldFacts } from './told.ts';
import { readWayBack } from './way-back.ts';

/** For the process and both servers, asked at once, to answer a few short questions. */
const LIMIT_MS = 10_000;
const BESIDE = 'what both sides have beside rows';
/** In this order what did not answer is told. */
const ASKED = ['the running pipeline', TARGET_JOURNAL, 'the source', BESIDE, 'checksums'] as const;

export const collectEvidence: CollectEvidence = async (config, options) => {
  const { by, configuration, onStep, signal, compares, checksums } = options;
  const gaps = new Gaps();
  onStep('asking the running pipeline, the journals on the target and the source');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const [status, read, source] = await Promise.all([
    gaps.tried('the running pipeline', () => askStatus(config.control.socket)),
    gaps.tried(TARGET_JOURNAL, () => inTime(readTarget(config, limit), limit)),
    gaps.tried('the source', () => inTime(askSource(config, limit), limit)),
  ]);
  const told = read ?? NOTHING_TOLD;
  const tables = tableFacts(told, status, options.showsValues);
  const compared = compares && gaps.allows(BESIDE) ? await compareNow(config, options, gaps) : null;
  const isSummed = checksums && gaps.allows('checksums');
  if (isSummed) onStep('having both servers hash every row');
  const summed = isSummed ? await gaps.tried('checksums', () => withChecksums(config, tables, signal)) : null;
  const facts: Facts = {
    ...{ pipeline: config.pipeline, madeAtMs: Date.now(), madeBy: by, version: VERSION, isRunning: status !== null },
    ...{ configuration, compared, tables: summed ?? tables },
    servers: serverFacts(config, { status, told, source: source?.server ?? null }),
    wayBack: source?.wayBack ?? null,
    positions: positionFacts(status, told),
    ...toldFacts(told, options.showsValues),
    backups: (await listBackups(options.backups, config.pipeline)).map((one) => ({ ...one })),
    notRead: gaps.all,
  };
  return facts;
};

type Asked = (typeof ASKED)[number];

/** What did not answer, and why. */
class Gaps {
  readonly #why = new Map<Asked, string>();

  get all(): readonly NotRead[] {
    return ASKED.flatMap((what) => {
      const why = this.#why.get(what);
      return why === undefined ? [] : [{ what, why }];
    });
  }

  /** Both sides have answered: one that hangs is not waited for twice. False: it is noted. */
  allows(what: Asked): boolean {
    const away = ([TARGET_JOURNAL, 'the source'] as const).find((one) => this.#why.has(one));
    if (away !== undefined) this.#why.set(what, `${away} did not answer`);
    return away === undefined;
  }

  /** null: it is noted. A fault of ours is thrown. */
  async tried<T>(what: Asked, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      this.#why.set(what, `${error.message} (${error.code})`);
      return null;
    }
  }
}

/** REPORT_NO_ANSWER: a server that hangs takes connections and says nothing. */
async function inTime<T>(work: Promise<T>, limit: AbortSignal): Promise<T> {
  work.catch(() => {});
  const late = Promise.withResolvers<never>();
  const giveUp = () => late.reject(noAnswer());
  limit.addEventListener('abort', giveUp, { once: true });
  try {
    if (limit.aborted) giveUp();
    return await Promise.race([work, late.promise]);
  } finally {
    limit.removeEventListener('abort', giveUp);
  }
}

function noAnswer(): SluiceError {
  return new SluiceError({
    code: 'REPORT_NO_ANSWER',
    message: `nothing was said for ${LIMIT_MS / 1_000} s`,
    remedy: 'Make another report when the server answers.',
    disposition: 'retry',
  });
}

async function readTarget(config: Config, signal: AbortSignal): Promise<Told> {
  return await withTarget(targetLogin(config), signal, (session) => readTold(session, config.pipeline));
}

async function askSource(config: Config, signal: AbortSignal) {
  return await withSource(config, signal, async (source) => ({
    server: { kind: source.server.kind, version: source.server.versionText },
    wayBack: await readWayBack(source, config.pipeline),
  }));
}

async function compareNow(
  config: Config,
  { onStep, signal }: CollectOptions,
  gaps: Gaps,
): Promise<readonly ComparedObject[] | null> {
  onStep(`comparing ${BESIDE}`);
  const how = { isStill: false, countsLosses: true, countsOrphans: true, rowCounts: [], signal };
  return await gaps.tried(BESIDE, () => compareAlso(config, how));
}
