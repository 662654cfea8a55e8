import type { RunCheck } from '../check/check.ts';
import type { Logger } from '../contract/logger.ts';
import type { RunDemo } from '../demo/demo-option.ts';
import type { BesideCutover } from '../pipeline/cutover/beside.ts';
import type { EndingActions } from '../pipeline/cutover/ending-option.ts';
import type { RecordOnce, ReportPort } from '../pipeline/evidence/option.ts';
import type {
  AskPace,
  AskVerify,
  ChangeTables,
  OpenQuarantine,
  ReloadTables,
  RunPipeline,
  WayBackShapes,
} from '../pipeline/run-option.ts';
import type { Assess } from '../pipeline/schema/assess-option.ts';
import type { SchemaActions } from '../pipeline/schema/option.ts';
import type { BesideRows } from '../pipeline/verify/beside-option.ts';
import type { ExitCode } from './exit.ts';
import type { Io, SignalName } from './io.ts';
import type { Outcome } from './outcome.ts';
import type { Output } from './output.ts';

/** A flag of a verb; `name` without its dashes. One name means one thing in every verb that has it. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** `texts` may be given several times. */
  readonly type: 'switch' | 'text' | 'texts' | 'duration' | 'integer';
  /** Word for the value in help: `5s`, `NAME`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

export type FlagValue = string | number | true | readonly string[];

/** One run of a verb. */
export interface Call {
  readonly io: Io;
  readonly output: Output;
  readonly logger: Logger;
  readonly ports: Ports;
  /** By flag name; durations in milliseconds. */
  readonly flags: ReadonlyMap<string, FlagValue>;
  /** Words after the verb. */
  readonly operands: readonly string[];
  /** Options of the configuration given as flags: `--source-url` to its text. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Aborts at the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
}

export interface Verb {
  /** `status`, `config validate`. */
  readonly name: string;
  /** `kind` of its JSON documents. */
  readonly kind: string;
  readonly summary: string;
  /** Operands in help, like `ID|all`; how many there must be. */
  readonly operands?: { readonly words: string; readonly min: number; readonly max: number };
  readonly flags: readonly Flag[];
  /** Takes `--config` and every option of the configuration as a flag. */
  readonly takesConfig: boolean;
  readonly examples: readonly (readonly [command: string, does: string])[];
  readonly exits: readonly ExitCode[];
  /** Ends by itself after a signal, within 25 s; others are cut off. */
  readonly isGraceful?: true;
  /** Listed only where this is there. */
  readonly needs?: keyof Ports;
  readonly run: (call: Call) => Promise<Outcome>;
}

/** What lies above or beside `cli/` and is handed in by `main.ts`. */
export interface Ports {
  readonly runPipeline?: RunPipeline;
  readonly openQuarantine?: OpenQuarantine;
  readonly wayBackShapes?: WayBackShapes;
  readonly reloadTables?: ReloadTables;
  readonly changeTables?: ChangeTables;
  readonly askPace?: AskPace;
  readonly verify?: AskVerify;
  readonly besideRows?: BesideRows;
  readonly cutover?: BesideCutover;
  readonly schema?: SchemaActions;
  readonly report?: ReportPort;
  readonly record?: RecordOnce;
  readonly assess?: Assess;
  readonly ending?: EndingActions;
  readonly runDemo?: RunDemo;
  /** In place of the real one, for tests. */
  readonly runCheck?: RunCheck;
}

export function signalOf(signal: AbortSignal): SignalName | null {
  if (!signal.aborted) return null;
  return signal.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM';
}
