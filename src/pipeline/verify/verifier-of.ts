import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import { connectMysql } from '../../mysql/connection.ts';
import { sourceLoad } from '../../mysql/source-load.ts';
import type { RestReason } from '../../mysql/throttle.ts';
import { openViews } from '../../mysql/views.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { readCheckpoint } from '../../sink/checkpoint.ts';
import type { ChangedKeys } from '../../verify/changed-keys.ts';
import { Verifier } from '../../verify/verifier.ts';
import { scopeOf } from '../scope.ts';
import { waitingCauses } from './cause.ts';

/** How long one statement on the source should take. */
export const CHUNK_TARGET_MS = 500;
/** Above these the source is left alone. */
export const LOAD_LIMITS = { threadsRunning: 25, replicaLagSeconds: 30 };

/** No rest between statements, nor a session that looks at how busy the source is: the application waits meanwhile. */
const HASTE = { limits: { share: 1, rowsPerSecond: null } } as const;
/** A look at a table's changed rows is short, and waits for answers the most of it. */
const HASTY_PARALLEL = 6;

export interface WithVerifierOptions {
  /** Nothing else uses the source now. */
  readonly isHasty?: boolean;
  readonly onRest: (reason: RestReason, restedMs: number) => void;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
}

/** Opens a verifier of both sides for some work. */
export type WithVerifier = <T>(
  config: Config,
  keys: ChangedKeys,
  work: (verifier: Verifier) => Promise<T>,
  options: WithVerifierOptions,
) => Promise<T>;

/** Runs work with a verifier of the pipeline's two sides, and a session that watches how busy the source is. */
export async function withVerifier<T>(
  config: Config,
  keys: ChangedKeys,
  work: (verifier: Verifier) => Promise<T>,
  { isHasty = false, onRest }: WithVerifierOptions,
): Promise<T> {
  const watcher = isHasty ? null : await connectMysql(sourceLogin(config.source));
  try {
    const key = { pipeline: config.pipeline, lane: 'main' };
    const scope = scopeOf(config);
    const { parallel, chunkMaxRows, throttle } = config.verify;
    const verifier = new Verifier({
      ...{
        pipeline: config.pipeline,
        keys,
        parallel,
        chunkTargetMs: CHUNK_TARGET_MS,
        chunkMaxRows,
        limits: throttle,
      },
      openViews: () => openViews(sourceLogin(config.source), { isBulk: true }),
      connectTarget: () => connectPostgres({ ...targetLogin(config), isBulk: true }),
      readPoint: (session) => readCheckpoint(session, key),
      onRest,
      busy: async () => (watcher === null ? null : await sourceLoad(watcher, LOAD_LIMITS)),
      causes: (sides, table, print) => waitingCauses(sides.session, config.pipeline, { table, print, scope }),
      ...(isHasty ? { ...HASTE, parallel: Math.max(parallel, HASTY_PARALLEL) } : {}),
    });
    return await work(verifier);
  } finally {
    await watcher?.close();
  }
}
