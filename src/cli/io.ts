import type { Readable } from 'node:stream';

/** Command line: verbs and flags in, results on stdout, progress and logs on stderr, an exit code that is API. */

/** A stream of text that may be a terminal. */
export interface TextSink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  /** Height of the terminal; 24 where there is none. */
  readonly rows: number;
}

export interface TextSource {
  readonly stream: Readable;
  readonly isTerminal: boolean;
}

export type SignalName = 'SIGINT' | 'SIGTERM';

/** Everything of the process that a verb may see; `main.ts` makes it, tests can as well. */
export interface Io {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly pid: number;
  readonly stdin: TextSource;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Calls the listener at each signal to stop. */
  readonly onSignal: (listener: (name: SignalName) => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => never;
}
