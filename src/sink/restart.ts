import { connectPostgres, type PostgresSession, type PostgresSettings } from '../postgres/connection.ts';
import { lockPipeline, makeBookkeeping } from './bookkeeping.ts';
import { type Checkpoint, type CheckpointKey, moveCheckpoint } from './checkpoint.ts';

/** How long a predecessor's session may take to end. */
const LOCK_WAIT_MS = 15_000;

/** The place of the pipeline's sink, held so that nobody applies meanwhile. */
export class SinkRestart {
  readonly #session: PostgresSession;
  readonly #key: CheckpointKey;

  private constructor(session: PostgresSession, key: CheckpointKey) {
    this.#session = session;
    this.#key = key;
  }

  /** TARGET_SINK_RUNNING while another sink of the pipeline runs. */
  static async open(target: PostgresSettings): Promise<SinkRestart> {
    const session = await connectPostgres(target);
    const key = { pipeline: target.pipeline, lane: 'main' };
    try {
      await lockPipeline(session, key, LOCK_WAIT_MS);
      await makeBookkeeping(session);
      return new SinkRestart(session, key);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /**
   * The sink goes on from here, whatever log and epoch it stood at: only for an epoch that has every table emptied and
   * read anew, so that nothing of before is missed.
   */
  async at(checkpoint: Checkpoint): Promise<void> {
    const { pipeline, lane } = this.#key;
    await this.#session.query('BEGIN');
    await this.#session.query('DELETE FROM sluice.checkpoint WHERE pipeline = $1 AND lane = $2', [pipeline, lane]);
    await moveCheckpoint(this.#session, this.#key, null, checkpoint);
    await this.#session.query('COMMIT');
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
