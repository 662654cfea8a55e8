/** The embedded log: segment files in one directory, written by one process. */
import type { ChangeLog, Epoch, LogHead, LogWriter, ReadOptions } from '../../contract/change-log.ts';
import { logError } from '../log-error.ts';
import { diskError } from './disk.ts';
import { EpochReader } from './epoch-reader.ts';
import { joinDirectory, type LogDirectory, leaveDirectory } from './log-directory.ts';
import { readSchemas } from './schema-file.ts';

export interface EmbeddedLogOptions {
  readonly directory: string;
  /** A segment past this is closed and the next one begun; an epoch may span several. */
  readonly segmentBytes?: number;
}

const defaultSegmentBytes = 64 << 20;

export class EmbeddedLog implements ChangeLog {
  readonly #options: EmbeddedLogOptions;
  #joined: Promise<LogDirectory> | undefined;
  #schemas: ReadonlyMap<number, string> = new Map();

  constructor(options: EmbeddedLogOptions) {
    this.#options = options;
  }

  async #use<T>(doing: string, act: (directory: LogDirectory) => Promise<T>): Promise<T> {
    try {
      return await act(await this.#join());
    } catch (cause) {
      throw diskError(`${doing} the log in ${this.#options.directory}`, cause);
    }
  }

  /** A directory that could not be joined is looked at anew by the next call. */
  async #join(): Promise<LogDirectory> {
    this.#joined ??= joinDirectory(this.#options.directory);
    try {
      return await this.#joined;
    } catch (error) {
      this.#joined = undefined;
      throw error;
    }
  }

  openWriter(): Promise<LogWriter> {
    const segmentBytes = this.#options.segmentBytes ?? defaultSegmentBytes;
    return this.#use('opening', (directory) => directory.openWriter(segmentBytes));
  }

  head(): Promise<LogHead> {
    return this.#use('reading', async (directory) => {
      await directory.refresh();
      return directory.tail.head;
    });
  }

  async *read({ from, signal }: ReadOptions): AsyncGenerator<Epoch> {
    const directory = await this.#use('reading', async (joined) => {
      await joined.refresh();
      return joined;
    });
    const reader = new EpochReader(directory);
    try {
      let offset = await this.#use('reading', () => startOf(from, directory, reader));
      while (await directory.tail.waitPast(offset, signal)) {
        const at = offset;
        const epoch = await this.#use('reading', () => reader.epochAt(at));
        yield epoch;
        offset = epoch.next;
      }
    } finally {
      await reader.close();
    }
  }

  async schema(id: number): Promise<string> {
    const known = this.#schemas.get(id);
    if (known !== undefined) return known;
    this.#schemas = await this.#use('reading', ({ directory, logSeed }) => readSchemas(directory, logSeed));
    const schema = this.#schemas.get(id);
    if (schema === undefined) throw logError('LOG_SCHEMA_UNKNOWN', `the log has no schema ${id}`);
    return schema;
  }

  release(offset: number): Promise<void> {
    return this.#use('cutting', (directory) => directory.release(offset));
  }

  async close(): Promise<void> {
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined !== undefined) await leaveDirectory(await joined);
  }
}

/** Where reading begins; an offset past the end is of another log, or of this one before its tail was lost. */
async function startOf(from: number | undefined, directory: LogDirectory, reader: EpochReader): Promise<number> {
  if (from === undefined) return reader.oldest();
  if (from <= directory.end) return from;
  throw logError('LOG_FOREIGN', `the log ends at ${directory.end}, ${from} was asked for`);
}
