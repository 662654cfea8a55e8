import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { DriftStatus } from '../../contract/status.ts';
import { differenceText } from '../../convert/difference.ts';
import { readStandingSchema } from '../../postgres/standing-schema.ts';
import type { Scope } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { compareSchema } from '../verify/compare-schema.ts';
import { scopedTables } from './target-schema.ts';

/** While nothing is known yet, as after a look that failed, or a load goes on. */
const UNKNOWN_MS = 2_000;

/** Differences named in a status. */
const NAMED = 20;

export interface DriftWatchOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  readonly everyMs: number;
  /** False while a load goes on: what comes after it is missing then. */
  readonly isLoaded: () => boolean;
  readonly onDrift: (drift: DriftStatus) => void;
  /** A look that failed; the watch goes on. */
  readonly onFailure: (error: SluiceError) => void;
}

/**
 * Looks from time to time whether the target is still what it should be. A look reads both catalogues, a fixed number of
 * statements; only when one of them is not what it was is the whole plan made and compared. Never fails.
 */
export async function watchDrift(options: DriftWatchOptions): Promise<void> {
  let seen = '';
  while (!options.signal.aborted) {
    try {
      const shape = options.isLoaded() ? await shapeOf(options) : seen;
      if (shape !== seen) options.onDrift(await compare(options));
      seen = shape;
    } catch (error) {
      if (options.signal.aborted) return;
      if (!(error instanceof SluiceError)) throw error;
      options.onFailure(error);
    }
    const isKnown = seen !== '' && options.isLoaded();
    const pauseMs = isKnown ? options.everyMs : Math.min(options.everyMs, UNKNOWN_MS);
    await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** One text for what both sides are now, without what rows change: numbers of rows, next numbers. */
async function shapeOf({ config, scope, signal }: DriftWatchOptions): Promise<string> {
  return await withSource(config, signal, async (source) => {
    const tables = await scopedTables(source, scope);
    const schemas = [...new Set(scope.databases.map((database) => scope.schemaOf(database)))];
    const standing = await withTarget(targetLogin(config), signal, (session) => readStandingSchema(session, schemas));
    const told = tables.map(({ version, columns, indexes, foreignKeys, checks, comment }) => {
      return { version: version.fingerprint, columns, indexes, foreignKeys, checks, comment };
    });
    const text = JSON.stringify([told, standing], (name, value: unknown) => (name === 'next' ? undefined : value));
    return createHash('sha256').update(text).digest('hex');
  });
}

async function compare({ config, scope, signal }: DriftWatchOptions): Promise<DriftStatus> {
  const { differences } = await compareSchema(config, scope, signal);
  const found = differences.filter(({ kind }) => kind !== 'behind');
  return { checkedAtMs: Date.now(), count: found.length, differences: found.slice(0, NAMED).map(differenceText) };
}
