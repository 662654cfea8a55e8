import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { connectMysql } from '../mysql/connection.ts';
import { sourceLoad } from '../mysql/source-load.ts';
import { openViews } from '../mysql/views.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { readCheckpoint } from '../sink/checkpoint.ts';
import type { Follower } from '../verify/follower.ts';
import { Verifier } from '../verify/verifier.ts';
import { waitingCauses } from './verify-cause.ts';

/** How long one statement on the source should take. */
const CHUNK_TARGET_MS = 500;
/** Above these the source is left alone. */
const LOAD_LIMITS = { threadsRunning: 25, replicaLagSeconds: 30 };

/** No rest between statements, and no look at how busy the source is: the application waits meanwhile. */
const HASTE = { limits: { share: 1, rowsPerSecond: null }, busy: async () => null } as const;

export interface WithVerifierOptions {
  /** Nothing else uses the source now. */
  readonly isHasty?: boolean;
}

/** Runs work with a verifier of the pipeline's two sides, and a session that watches how busy the source is. */
export async function withVerifier<T>(
  config: Config,
  follower: Follower,
  work: (verifier: Verifier) => Promise<T>,
  { isHasty = false }: WithVerifierOptions = {},
): Promise<T> {
  const watcher = await connectMysql(sourceLogin(config.source));
  try {
    const key = { pipeline: config.pipeline, lane: 'main' };
    const { parallel, chunkMaxRows, throttle } = config.verify;
    const verifier = new Verifier({
      ...{
        pipeline: config.pipeline,
        follower,
        parallel,
        chunkTargetMs: CHUNK_TARGET_MS,
        chunkMaxRows,
        limits: throttle,
      },
      openViews: () => openViews(sourceLogin(config.source)),
      connectTarget: () => connectPostgres(targetLogin(config)),
      readPoint: (session) => readCheckpoint(session, key),
      busy: () => sourceLoad(watcher, LOAD_LIMITS),
      causes: (sides, table, print) => waitingCauses(sides.session, config.pipeline, { table, print }),
      ...(isHasty ? HASTE : {}),
    });
    return await work(verifier);
  } finally {
    await watcher.close();
  }
}
