import type { ChangeLog, EpochHeader } from '../contract/change-log.ts';
import type { Logger } from '../contract/logger.ts';

export interface LogTrimOptions {
  readonly log: Pick<ChangeLog, 'release'>;
  /** How far behind what is applied the log still goes, in the log's own offsets (bytes, where it is embedded). */
  readonly keep: number;
  readonly logger: Logger;
}

/**
 * Lets the log go of what the target holds for good: without it an embedded log grows until its disk is full. Only
 * after the checkpoint is durable; to keep too much costs space, to cut too early costs a load of everything
 * (INV-112).
 */
export class LogTrim {
  readonly #options: LogTrimOptions;
  #running: Promise<void> | null = null;

  constructor(options: LogTrimOptions) {
    this.#options = options;
  }

  /** The target holds everything up to the end of this epoch. Never waits, and never fails: it is tried again. */
  applied({ next }: Pick<EpochHeader, 'next'>): void {
    const upTo = next - this.#options.keep;
    if (upTo <= 0 || this.#running !== null) return;
    this.#running = this.#release(upTo).finally(() => {
      this.#running = null;
    });
  }

  /** What is being deleted is deleted. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #release(upTo: number): Promise<void> {
    const { log, logger } = this.#options;
    await log.release(upTo).catch((error: unknown) => logger.warn({ error }, 'old segments of the log stay'));
  }
}
