/** Protections of a switch taken out: faulty parts, each in the place of a real one. */
import type { Position, ServerKind } from '../../src/contract/position.ts';
import type { StepRecord } from '../../src/cutover/step.ts';
import type { Drained } from '../../src/cutover/steps/drain.ts';
import type { ChangesVerified } from '../../src/cutover/steps/verify.ts';
import type { SwitchOptions, WayBackActs } from '../../src/pipeline/cutover/steps.ts';
import type { AnyFence } from '../../src/pipeline/cutover/switch-fence.ts';
import type { Line } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import type { Parts } from './scene.ts';

/** A fence of which nobody asks whether it holds, neither after it was set nor before the point of no return. */
export function unproven(fence: AnyFence): AnyFence {
  return {
    ...fence,
    isSet: async () => ({ isSet: true, gaps: [] }),
    proveHolds: async () => ({ holds: true, tries: [], gaps: [] }),
  };
}

/** On the source these statements alone, in the place of everything that the real fence does. */
export function fencedBy(line: Line, ...statements: readonly string[]): Parts {
  return (parts) => ({
    ...parts,
    sourceFence: { ...unproven(parts.sourceFence), set: () => onSource(line, ...statements) },
  });
}

/** The end of the log as `take` sees it, and nobody who looks again behind it. */
export function drainedBy(take: () => Promise<Position>): Parts {
  return (parts) => ({
    ...parts,
    drain: { ...parts.drain, untilDrained: async () => drained(await take()), isStillDrained: async () => true },
    verifyChanged: async () => NOTHING_DIFFERS,
  });
}

function drained(end: Position): Drained {
  return { end, shown: end.text, tookMs: 0 };
}

const NOTHING_DIFFERS: ChangesVerified = {
  ...{ keys: 0, whole: [], unproven: [], changing: 0, differenceCount: 0, differences: [], tookMs: 0 },
  orphans: { counted: 0, uncounted: [], found: [] },
};

/** Where the target stands just now. */
export async function standing(line: Line): Promise<Position> {
  const [row] = await onTarget(line, "SELECT server, position FROM sluice.checkpoint WHERE lane = 'main'");
  return { server: row?.['server'] as ServerKind, text: String(row?.['position']) };
}

/** What the lift of the source's fence does, in the place of the real one. */
export function lifting(lift: (record: StepRecord, real: AnyFence) => Promise<void>): Parts {
  return (parts) => ({
    ...parts,
    sourceFence: { ...parts.sourceFence, lift: (record) => lift(record, parts.sourceFence) },
  });
}

/** Nothing keeps the application out of the target. */
export const openTarget: Parts = (parts) => ({
  ...parts,
  targetFence: { ...unproven(parts.targetFence), set: async () => {} },
});

/**
 * What the fence must put back is known to the process that set it, and to nobody else: the journal has a record of
 * nothing.
 */
export const forgetfulFence: Parts = (parts) => {
  const { sourceFence: real } = parts;
  let known: StepRecord | null = null;
  return {
    ...parts,
    sourceFence: {
      ...real,
      plan: async () => {
        known = await real.plan();
        return { isBegun: true };
      },
      set: async () => {
        if (known !== null) await real.set(known);
      },
      proveHolds: async () => (known === null ? { holds: false, tries: [], gaps: [] } : await real.proveHolds(known)),
      lift: async () => {
        if (known !== null) await real.lift(known);
      },
    },
  };
};

export const noSequences: Parts = (parts) => ({ ...parts, raiseSequences: async () => 0 });

export function wayBackWith(change: (real: WayBackActs) => Partial<WayBackActs>): Parts {
  return (parts: SwitchOptions) => {
    const { wayBack } = parts;
    return { ...parts, wayBack: wayBack === null ? null : { ...wayBack, ...change(wayBack) } };
  };
}

/** When the source committed what was applied last, by the clock of the source. */
export async function lastCommitMs(line: Line): Promise<number> {
  const [row] = await onTarget(line, "SELECT last_commit_us / 1000 AS ms FROM sluice.checkpoint WHERE lane = 'main'");
  return Number(row?.['ms']);
}
