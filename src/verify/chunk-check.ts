import type { ChunkSize } from '../mysql/chunk-size.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { type Bound, type KeyRange, WHOLE } from '../mysql/key-order.ts';
import { ChangedSet, keyText } from './changed-set.ts';
import { compareLines, type UnequalRow } from './compare-lines.ts';
import { type SettleOptions, type Suspect, settle } from './settle.ts';
import { type ReadSoFar, readSourceSteps } from './short-reads.ts';
import { inWindow } from './side.ts';
import { boundBehind, type ReadRange, readSourceRange, type SourceRows, TooManyBytes } from './source-rows.ts';
import type { Window } from './table-changes.ts';
import { readTargetKeys, readTargetRange, type TargetRows } from './target-rows.ts';

/** What one part of a table gave. */
export interface PartResult {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly equal: number;
  readonly unequal: readonly UnequalRow[];
  readonly changing: readonly (readonly string[])[];
  /** Text of the position at which the part was compared. */
  readonly position: string | null;
}

/** `void`: to be done again; `too-large`: cut it smaller first. */
export type PartOutcome = PartResult | 'void' | 'too-large';

export interface ChunkOptions extends SettleOptions {
  /** What of what is left of the table is the chunk: a range, or so many of a range's first rows. */
  readonly plan: (connection: MysqlConnection) => Promise<ReadRange>;
  /** The first rows of the range were read, up to this bound: they are the chunk. */
  readonly cut: (bound: Bound) => KeyRange;
  readonly size: ChunkSize;
  /** How large a short statement is, where the source is read by such. */
  readonly step: ChunkSize;
  /** Conditions of both sides that choose some of the range's rows by their keys; without: all. */
  readonly only?: { readonly source: string; readonly target: string };
}

interface First {
  readonly rows: number;
  readonly targetRows: number;
  readonly suspects: readonly Suspect[];
  readonly position: string;
}

/** Compares the rows of a range of the source's key with what the target has there, or under these keys. */
export async function checkChunk(options: ChunkOptions): Promise<PartOutcome> {
  const first = await firstLook(options).catch(tooLarge);
  if (typeof first === 'string') return first;
  const settled = await settle(first.suspects, options);
  if (settled.isVoid) return 'void';
  const { unequal, changing } = settled;
  const sure = first.rows - first.suspects.filter((suspect) => 'isOfSource' in suspect).length;
  return {
    ...{ sourceRows: first.rows, targetRows: first.targetRows, position: first.position },
    ...{ equal: sure + settled.equal, unequal, changing },
  };
}

function tooLarge(error: unknown): 'too-large' {
  if (error instanceof TooManyBytes) return 'too-large';
  throw error;
}

async function firstLook(options: ChunkOptions): Promise<First | 'void'> {
  const { sides, table, print, changes, only } = options;
  let range = WHOLE;
  return await inWindow(sides, changes, {
    source: async (connection) => {
      const plan = await options.plan(connection);
      const { source, behind } = await readRange(options, () => readPlanned(options, connection, plan));
      range = behind === null ? plan.range : options.cut(behind);
      return source;
    },
    target: async (session, source) => {
      const reader = { session, lines: sides.lines.target };
      if (table.way === 'ordered') return await readTargetRange(reader, table, range, only?.target);
      const keys = Array.from({ length: source.rows }, (_, row) => print.keyTexts(source.key(row)));
      return keys.length === 0 ? NO_ROWS : await readTargetKeys(reader, table, keys);
    },
    use: (found, window) => {
      if (found === 'void') return found;
      const { source, target, point } = found;
      return firstOf(options, { source, target, window, position: point.position.text });
    },
  });
}

async function readPlanned(
  { sides: { throttle, lines }, table, print, only, step }: ChunkOptions,
  connection: MysqlConnection,
  plan: ReadRange,
): Promise<ReadSoFar> {
  const reader = { connection, lines };
  if (throttle.isLimited && only === undefined && table.readable.order !== null)
    return await readSourceSteps(reader, table, { print, ...plan, steps: { throttle, size: step } });
  const source = await readSourceRange(reader, table, { print, ...plan, ...(only && { only: only.source }) });
  return { source, behind: source.rows === plan.first ? boundBehind(table, source) : null };
}

const NO_ROWS: TargetRows = { rows: 0, text: Buffer.alloc(0) };

/** Learns how large the next chunk should be. */
async function readRange({ size }: ChunkOptions, read: () => Promise<ReadSoFar>): Promise<ReadSoFar> {
  const startedMs = performance.now();
  try {
    const found = await read();
    size.learn(found.source.rows, found.source.text.length, performance.now() - startedMs);
    return found;
  } catch (error) {
    if (error instanceof TooManyBytes) size.shrink(error.rows);
    throw error;
  }
}

interface Seen {
  readonly source: SourceRows;
  readonly target: TargetRows;
  readonly window: Window;
  readonly position: string;
}

function firstOf({ print, table }: ChunkOptions, { source, target, window, position }: Seen): First {
  const unequal = compareLines(print, source, target);
  const suspects: (Suspect & { readonly isOfSource?: true })[] = unequal.map(({ key, source: row }) => ({
    ...{ key, wasUnequal: true },
    ...(row === null ? {} : { isOfSource: true }),
  }));
  const changed = new ChangedSet(window, print);
  if (!changed.isEmpty) {
    const known = new Set(suspects.map(({ key }) => keyText(key)));
    for (let row = 0; row < source.rows; row++) {
      const record = source.key(row);
      if (!changed.hasRecord(record)) continue;
      const key = print.keyTexts(record);
      if (!known.has(keyText(key))) suspects.push({ key, wasUnequal: false, isOfSource: true });
    }
  }
  // Looked up by key, they are counted where the target's own keys are gone through.
  const targetRows = table.way === 'ordered' ? target.rows : 0;
  return { rows: source.rows, targetRows, suspects, position };
}
