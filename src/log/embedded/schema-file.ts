import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logError } from '../log-error.ts';
import { diskError, FILE_MODE, isAbsent, syncDirectory, writeAll } from './disk.ts';
import { frameHeaderBytes, frameOf, frameType, isSound, readHeader } from './frame.ts';

interface SchemaEntry {
  readonly id: number;
  readonly subject: string;
  readonly schema: string;
}

const nameOf = (directory: string): string => join(directory, 'schemas');

interface Contents {
  readonly entries: readonly SchemaEntry[];
  /** Bytes of the whole entries; what follows is torn. */
  readonly bytes: number;
}

function parse(bytes: Buffer, logSeed: number): Contents {
  const entries: SchemaEntry[] = [];
  let at = 0;
  while (at + frameHeaderBytes <= bytes.length) {
    const end = at + readHeader(bytes, at).bytes;
    if (end > bytes.length || !isSound(bytes, { start: at, end }, { logSeed, offset: at })) break;
    entries.push(JSON.parse(bytes.toString('utf8', at + frameHeaderBytes, end)));
    at = end;
  }
  return { entries, bytes: at };
}

async function contents(directory: string, logSeed: number): Promise<Contents> {
  try {
    return parse(await readFile(nameOf(directory)), logSeed);
  } catch (error) {
    if (isAbsent(error)) return { entries: [], bytes: 0 };
    throw error;
  }
}

/** Schemas by id, as they stand in the file now; for readers. */
export async function readSchemas(directory: string, logSeed: number): Promise<ReadonlyMap<number, string>> {
  const { entries } = await contents(directory, logSeed);
  return new Map(entries.map(({ id, schema }) => [id, schema]));
}

/** The writer's end of the schema file: ids 1, 2, 3, ..., each on the disk before it is given out (INV-35). */
export class SchemaFile {
  readonly #file: FileHandle;
  readonly #logSeed: number;
  readonly #ids: Map<string, number>;
  #end: number;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, logSeed: number, { entries, bytes }: Contents) {
    this.#file = file;
    this.#logSeed = logSeed;
    this.#ids = new Map(entries.map(({ id, schema }) => [schema, id]));
    this.#end = bytes;
  }

  /** Opens the file and cuts a torn entry off; `needed` is how many schemas the log's last epoch knew. */
  static async open(directory: string, logSeed: number, needed: number): Promise<SchemaFile> {
    const found = await contents(directory, logSeed);
    if (found.entries.length < needed) {
      throw logError('LOG_CORRUPT', `${nameOf(directory)} has ${found.entries.length} sound schemas of ${needed}`);
    }
    const file = await open(nameOf(directory), found.bytes === 0 ? 'w' : 'r+', FILE_MODE);
    await file.truncate(found.bytes);
    await file.sync();
    await syncDirectory(directory);
    return new SchemaFile(file, logSeed, found);
  }

  get count(): number {
    return this.#ids.size;
  }

  /** Id of `schema`; the same text has one id whatever the subject. */
  register(subject: string, schema: string): Promise<number> {
    const turn = this.#turn.then(() => this.#ids.get(schema) ?? this.#add(subject, schema));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #add(subject: string, schema: string): Promise<number> {
    const entry: SchemaEntry = { id: this.#ids.size + 1, subject, schema };
    const payload = Buffer.from(JSON.stringify(entry));
    const frame = frameOf(payload, frameType.schema, { logSeed: this.#logSeed, offset: this.#end });
    try {
      await writeAll(this.#file, frame, this.#end);
      await this.#file.datasync();
    } catch (cause) {
      throw diskError('writing a schema', cause);
    }
    this.#end += frame.length;
    this.#ids.set(schema, entry.id);
    return entry.id;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#file.close();
  }
}
