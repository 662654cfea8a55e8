import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { BinlogCoordinate } from '../../contract/position.ts';
import { connectMysql } from '../../mysql/connection.ts';
import { ConnectionPool } from '../../mysql/connection-pool.ts';
import type { ReadView, ViewSource } from '../../mysql/read-view.ts';
import { sourceLoad } from '../../mysql/source-load.ts';
import { PostgresqlPosition } from '../../position/postgresql.ts';
import { connectPostgres, type PostgresSession } from '../../postgres/connection.ts';
import type { ChangedKeys } from '../../verify/changed-keys.ts';
import { Verifier } from '../../verify/verifier.ts';
import { CHUNK_TARGET_MS, LOAD_LIMITS, type WithVerifier, type WithVerifierOptions } from '../verify/verifier-of.ts';
import { BACK, type ReverseFollower } from './follower.ts';

/** Runs work with a verifier that compares over the way back, while the application writes on the target. */
export function reverseVerifier(follower: ReverseFollower): WithVerifier {
  return async (config, keys, work, { onRest, signal }) => {
    const watcher = await connectMysql(sourceLogin(config.source));
    try {
      return await work(
        verifierOf(config, follower, {
          ...{ keys, signal, onRest },
          busy: () => sourceLoad(watcher, LOAD_LIMITS),
        }),
      );
    } finally {
      await watcher.close();
    }
  };
}

interface Around extends Pick<WithVerifierOptions, 'onRest' | 'signal'> {
  readonly keys: ChangedKeys;
  busy(): Promise<string | null>;
}

function verifierOf(config: Config, follower: ReverseFollower, { keys, signal, busy, onRest }: Around): Verifier {
  const { parallel, chunkMaxRows, throttle } = config.verify;
  return new Verifier({
    ...{ pipeline: config.pipeline, keys, parallel, chunkTargetMs: CHUNK_TARGET_MS, chunkMaxRows },
    limits: throttle,
    openViews: async () =>
      levelViews(new ConnectionPool(sourceLogin(config.source), { isBulk: true }), follower, signal),
    connectTarget: () => connectPostgres({ ...targetLogin(config), isBulk: true }),
    readPoint: (session) => readPoint(session, follower, signal),
    busy,
    onRest,
    causes: async () => () => null,
  });
}

/** Of no meaning on this way: see `ReverseFollower.untilReached`. */
const NOWHERE: BinlogCoordinate = { serverId: '', file: '', offset: 0 };

/** Views of the source when it has all that was read of the target's log by then. Nobody but the way back writes there. */
function levelViews(pool: ConnectionPool, follower: ReverseFollower, signal: AbortSignal): ViewSource {
  const end = new AbortController();
  const open = async (): Promise<ReadView> => {
    await follower.untilLevel(AbortSignal.any([signal, end.signal]));
    const connection = await pool.lend();
    const close = async (isBroken: boolean) => (isBroken ? pool.drop(connection) : pool.giveBack(connection));
    return { connection, high: async () => NOWHERE, close };
  };
  return {
    open,
    openLocked: async (_, underLock) => {
      const view = await open();
      await underLock(view.connection);
      return view;
    },
    close: async () => {
      end.abort();
      await pool.close();
    },
  };
}

/** A snapshot keeps the target from cleaning up what it shows. */
const LONGEST_SNAPSHOT_WAIT_MS = 30_000;

/** The session's snapshot is taken by this query; then everything that it shows has come out of the log as well. */
async function readPoint(session: PostgresSession, follower: ReverseFollower, signal: AbortSignal) {
  const { rows } = await session.query('SELECT pg_current_wal_insert_lsn()::text AS lsn');
  const lsn = rows[0]?.['lsn'] ?? '0/0';
  const limit = AbortSignal.timeout(LONGEST_SNAPSHOT_WAIT_MS);
  try {
    await follower.untilRead(lsn, AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    throw limit.aborted ? behind() : error;
  }
  return { ...BACK, position: PostgresqlPosition.parse(lsn) };
}

/** VERIFY_NOT_YET: the way back stands, or is far behind. */
function behind(): SluiceError {
  return new SluiceError({
    code: 'VERIFY_NOT_YET',
    message: 'the way back has not read what the target committed half a minute ago',
    remedy: 'sluice cutover status says what the way back waits for. Ask again when it goes on.',
    disposition: 'retry',
  });
}
