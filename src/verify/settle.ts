import { setTimeout as sleep } from 'node:timers/promises';
import { ChangedSet, keyText } from './changed-set.ts';
import { compareLines, type UnequalRow } from './compare-lines.ts';
import type { RowPrint } from './row-print.ts';
import { inWindow, type Sides } from './side.ts';
import { readSourceKeys, type SourceRows, TooManyBytes } from './source-rows.ts';
import type { TableChanges } from './table-changes.ts';
import { readTargetKeys, type TargetRows } from './target-rows.ts';
import type { VerifiedTable } from './verified-table.ts';

/** A key that changed while it was compared, or was not the same on both sides. */
export interface Suspect {
  readonly key: readonly string[];
  readonly wasUnequal: boolean;
}

export interface Settled {
  /** Keys that have a row on both sides, and the same. */
  readonly equal: number;
  /** Keys that have a row on neither side. */
  readonly gone: number;
  /** Rows that were not the same twice, the second time while nothing changed them. */
  readonly unequal: readonly UnequalRow[];
  /** Keys that never stood still. */
  readonly changing: readonly (readonly string[])[];
  readonly isVoid: boolean;
  /** Text of the position of the last look; null: there was none. */
  readonly position: string | null;
}

export interface SettleOptions {
  readonly sides: Sides;
  readonly table: VerifiedTable;
  readonly print: RowPrint;
  readonly changes: TableChanges;
  /** Looks at a key that does not stand still. */
  readonly attempts?: number;
}

const KEYS_AT_ONCE = 500;
const MOST_ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Looks at keys again, in short windows of their own, until each stood still once. What is told as different was
 * different before as well, so that a difference has outlived the row's last change (INV-123).
 */
export async function settle(suspects: readonly Suspect[], options: SettleOptions): Promise<Settled> {
  let left = [...new Map(suspects.map((suspect) => [keyText(suspect.key), suspect])).values()];
  const total = { equal: 0, gone: 0, unequal: [] as UnequalRow[], position: null as string | null };
  let atOnce = KEYS_AT_ONCE;
  for (let attempt = 0; left.length > 0 && attempt < (options.attempts ?? MOST_ATTEMPTS); attempt++) {
    if (attempt > 1) await sleep(Math.min(LONGEST_PAUSE_MS, 20 * attempt), undefined, { signal: options.sides.signal });
    const next: Suspect[] = [];
    for (let at = 0; at < left.length; ) {
      const looked = await look(left.slice(at, at + atOnce), options).catch(tooManyBytes);
      if (looked instanceof TooManyBytes) {
        atOnce = Math.max(1, Math.floor(looked.rows / 2));
        continue;
      }
      at += atOnce;
      if (looked === 'void') return { ...total, changing: [], isVoid: true };
      total.equal += looked.equal;
      total.gone += looked.gone;
      total.unequal.push(...looked.unequal);
      total.position = looked.position;
      next.push(...looked.left);
    }
    left = next;
  }
  return { ...total, changing: left.map(({ key }) => key), isVoid: false };
}

function tooManyBytes(error: unknown): TooManyBytes {
  if (error instanceof TooManyBytes) return error;
  throw error;
}

interface Looked {
  readonly position: string;
  readonly equal: number;
  readonly gone: number;
  readonly unequal: readonly UnequalRow[];
  readonly left: readonly Suspect[];
}

async function look(suspects: readonly Suspect[], options: SettleOptions): Promise<Looked | 'void'> {
  const { sides, table, print, changes } = options;
  const keys = suspects.map(({ key }) => key);
  return await inWindow(sides, changes, {
    source: (connection) => readSourceKeys({ connection, lines: sides.lines }, table, { print, keys }),
    target: (session) => readTargetKeys({ session, lines: sides.lines.target }, table, keys),
    use: (found, window) =>
      found === 'void'
        ? found
        : judge(suspects, {
            ...found,
            position: found.point.position.text,
            print,
            changed: new ChangedSet(window, print),
          }),
  });
}

interface Found {
  readonly source: SourceRows;
  readonly target: TargetRows;
  readonly position: string;
  readonly print: RowPrint;
  readonly changed: ChangedSet;
}

function judge(suspects: readonly Suspect[], { source, target, position, print, changed }: Found): Looked {
  const unequal = new Map(compareLines(print, source, target).map((row) => [keyText(row.key), row]));
  const there = new Set(Array.from({ length: source.rows }, (_, row) => keyText(print.keyTexts(source.key(row)))));
  const looked = { position, equal: 0, gone: 0, unequal: [] as UnequalRow[], left: [] as Suspect[] };
  for (const { key, wasUnequal } of suspects) {
    const row = unequal.get(keyText(key));
    if (changed.hasKey(key)) looked.left.push({ key, wasUnequal: wasUnequal || row !== undefined });
    else if (row === undefined) looked[there.has(keyText(key)) ? 'equal' : 'gone'] += 1;
    else if (wasUnequal) looked.unequal.push(row);
    else looked.left.push({ key, wasUnequal: true });
  }
  return looked;
}
