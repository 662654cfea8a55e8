import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import type { Command, Guard } from './guard.ts';

/** Where one instance of a server lives. */
export interface Place {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly port: number;
  /** False: commits survive the death of the server, but not of the machine. Quicker. */
  readonly durable: boolean;
  readonly extraArguments: readonly string[];
}

/** A server's binaries, and how they are made to run. */
export interface ServerProgram {
  /** Makes an empty data directory, as a freshly installed server has it. */
  initialise(guard: Guard, dataDirectory: string): Promise<void>;
  command(place: Place): Command | Promise<Command>;
  /** The signal that ends it in order, without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals;
  /** What the server of this place, and no other, says of itself (`identity.ts`). */
  mark(place: Place): string;
  /** The version, where the server does not tell it itself. */
  readonly version?: string;
  url(port: number): string;
}

/** Runs a program that ends by itself and gives what it printed. */
export const runProgram = promisify(execFile);

/** The first lines that a failed `runProgram` printed, for an error message. */
export function firstLines(error: unknown): string {
  const streams = typeof error === 'object' && error !== null ? error : {};
  const text = ['stderr', 'stdout'].map((name) =>
    String(Object.entries(streams).find(([key]) => key === name)?.[1] ?? ''),
  );
  const lines = stripVTControlCharacters(text.join('\n')).split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
    .join('\n');
}

/** The first of these that is an executable file; a name without a slash is looked up in PATH and the sbin folders. */
export async function findExecutable(candidates: readonly string[]): Promise<string | undefined> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...path, '/usr/sbin', '/usr/local/sbin', '/usr/libexec'];
  for (const candidate of candidates) {
    const files = candidate.includes('/') ? [candidate] : folders.map((folder) => join(folder, candidate));
    for (const file of files) if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
