/** Ends a pipeline for good: evidence first, then everything of ours goes from every server. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import {
  type EndingPlan,
  type EndingReport,
  type EndingRequest,
  endingRefused,
  type Removal,
} from '../../contract/ending.ts';
import { SluiceError } from '../../contract/error.ts';
import { endRunning } from '../../control/client.ts';
import { ControlServer } from '../../control/server.ts';
import { readEvidence } from '../evidence/evidence.ts';
import { beginEvidence, lastEvidence, type StoredEvidence, writeEvidence } from '../evidence/file.ts';
import { ForwardHalf } from '../forward-half.ts';
import { type Remains, type RemovalSite, removalSite } from '../remains/remains.ts';
import { planRemoval, remainsOf, removeOne } from '../remains/removal.ts';
import { sourceRefusals } from '../remains/source-right.ts';
import { TARGET_BOOKS } from '../remains/target.ts';
import { Reverse } from '../reverse/reverse.ts';
import { scopeOf } from '../scope.ts';
import { RunState } from '../status/run-state.ts';
import { firstFacts } from '../status/status.ts';
import { VERSION } from '../version.ts';
import { hasReverseLog, readStanding, refusalsOf, type Standing, statusIfRunning } from './ending-gate.ts';
import { keptOf } from './ending-kept.ts';
import type { EndingActions, EndingOptions } from './ending-option.ts';

export const ENDING_ACTIONS: EndingActions = {
  plan: (config, request) => orLost(planEnding(config, request)),
  run: (config, request, options) => orLost(runEnding(config, request, options)),
};

/** A server that cannot be reached may be away for a moment, or lost: only a person knows. */
async function orLost<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const [, side] = /^(SOURCE|TARGET)_(?:UNREACHABLE|CONNECTION_LOST|RESTARTING|DATABASE_)/.exec(error.code) ?? [];
    if (side === undefined) throw error;
    const { code, message, disposition, cause } = error;
    const remedy = `${error.remedy} Where it is lost for good: --without ${side.toLowerCase()}`;
    throw new SluiceError({ code, message, remedy, disposition, cause });
  }
}

async function planEnding(config: Config, request: EndingRequest): Promise<EndingPlan> {
  const site = removalSite(config);
  // One that is finished has nothing that speaks against it any more, and its journal is gone.
  const open = (await openEvidence(config, request)) ?? (await finishedBefore(config, request));
  const standing = await standingOf(config, request);
  const refusals = open === null ? await refusalsNow(config, request, standing) : [];
  const removals: Removal[] = [];
  for (const one of remainsOf(request, site)) removals.push(await planRemoval(one, site, request.without));
  const kept = open?.evidence.kept ?? (await keptOf(config, request, standing));
  return { kind: request.kind, refusals, removals, kept, evidence: open?.path ?? null };
}

async function runEnding(config: Config, request: EndingRequest, options: EndingOptions): Promise<EndingReport> {
  const open = await openEvidence(config, request);
  const before = open ?? (await finishedBefore(config, request));
  if (before?.evidence.finishedAt) return await nothingLeft(config, request, before);
  if (open === null) await refuse(config, request);
  options.onStep('ends the running process, if there is one');
  const control = await takeControl(config, options);
  try {
    const begun = open ?? (await begin(config, request, options));
    return await removeAll(config, request, { ...options, begun });
  } finally {
    await control.close();
  }
}

async function refuse(config: Config, request: EndingRequest): Promise<void> {
  const refusals = await refusalsNow(config, request, await standingOf(config, request));
  if (refusals.length > 0) throw endingRefused(refusals);
}

async function refusalsNow(config: Config, request: EndingRequest, standing: Standing | null) {
  const status = await statusIfRunning(config);
  const rights = request.without.includes('source') ? [] : await sourceRefusals(removalSite(config));
  return [...refusalsOf(request, config, { standing, status, hasReverseLog: await hasReverseLog(config) }), ...rights];
}

/** An ending that a process before this one has begun: what had to be asked first was asked then. */
async function openEvidence(config: Config, { kind }: EndingRequest): Promise<StoredEvidence | null> {
  const last = await lastEvidence(config);
  if (last === null || last.evidence.finishedAt !== null) return null;
  if (last.evidence.kind !== kind) throw otherKind(last);
  return last;
}

/** A completed pipeline has nothing to be completed any more. */
async function finishedBefore(config: Config, { kind }: EndingRequest): Promise<StoredEvidence | null> {
  const last = await lastEvidence(config);
  return kind === 'complete' && last?.evidence.kind === kind ? last : null;
}

async function nothingLeft(config: Config, request: EndingRequest, done: StoredEvidence): Promise<EndingReport> {
  const site = removalSite(config);
  const removals: Removal[] = [];
  for (const one of remainsOf(request, site)) removals.push(await removeOne(one, site, request.without));
  return reportOf(request, done, removals);
}

function reportOf(
  { kind }: EndingRequest,
  { path, evidence }: StoredEvidence,
  removals: readonly Removal[],
): EndingReport {
  const isWhole = removals.every(({ state }) => state === 'removed');
  return { kind, removals, kept: evidence.kept, evidence: path, isWhole };
}

async function standingOf(config: Config, { without }: EndingRequest): Promise<Standing | null> {
  return without.includes('target') ? null : await readStanding(config);
}

/** Everything before the first removal: the switch settled, the source level, the evidence on the disk. */
async function begin(config: Config, request: EndingRequest, options: EndingOptions): Promise<StoredEvidence> {
  const standing = await standingOf(config, request);
  // With a server that is lost nothing can be put back: it is told by hand.
  const isOpen = standing?.last?.isOver === false && request.without.length === 0;
  const settled = isOpen ? await settle(config, request, options) : standing;
  const isHere = await hasReverseLog(config);
  const refusals = refusalsOf(request, config, { standing: settled, status: null, hasReverseLog: isHere });
  if (refusals.length > 0) throw endingRefused(refusals);
  if (request.kind === 'complete' && config.cutover.wayBack && !request.leavesBehind) await drainBack(config, options);
  options.onStep('writes the evidence');
  const facts = await readEvidence(config, request.without);
  const kept = await keptOf(config, request, settled);
  return await beginEvidence(config, { kind: request.kind, startedBy: request.by, facts, removals: [], kept });
}

/** An attempt that a dead process has left is finished or put back before the pipeline is given up. */
async function settle(config: Config, request: EndingRequest, options: EndingOptions): Promise<Standing | null> {
  options.onStep('finishes what a switch has left');
  const identity = {
    pipeline: config.pipeline,
    mode: 'run',
    startedAtMs: Date.now(),
    pid: options.pid,
    version: VERSION,
  } as const;
  const rest = { checkpoint: () => null, verifyChanged: null, onCommitted: () => {} };
  const state = new RunState(identity, firstFacts(config), () => {});
  const { half } = new ForwardHalf({ config, scope: scopeOf(config), logger: options.logger, state, ...rest });
  try {
    await half.recover();
  } finally {
    await half.settled('the pipeline is ended', options.signal);
  }
  return await standingOf(config, request);
}

/** Everything that the application had committed on the target by now is at the source: what stays there is whole. */
async function drainBack(config: Config, { logger, onStep }: EndingOptions): Promise<void> {
  onStep('waits until the source has all that the target committed');
  const reverse = new Reverse({ config, logger });
  const run = reverse.start();
  try {
    await reverse.drain(run, config.cutover.writeBlockLimitMs);
    const waiting = await reverse.quarantined();
    if (waiting.length > 0)
      throw endingRefused([behind(`${waiting.length} changes wait in the quarantine of the way back`)]);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code === 'ENDING_REFUSED') throw error;
    throw endingRefused([behind(`${error.message} (${error.code})`)]);
  } finally {
    await run.stop().catch(() => {});
  }
}

function behind(reason: string) {
  return {
    reason,
    cure: 'Nothing was removed: sluice run goes on. To give those changes up for the source: --leave-behind',
  };
}

interface Removing extends EndingOptions {
  readonly begun: StoredEvidence;
}

/** INV-190: the evidence stands before anything goes, and is finished only when nothing is left to be tried. */
async function removeAll(
  config: Config,
  request: EndingRequest,
  { begun, onStep, signal }: Removing,
): Promise<EndingReport> {
  const site = removalSite(config);
  const removals: Removal[] = [];
  for (const one of remainsOf(request, site)) {
    signal.throwIfAborted();
    onStep(`removes ${one.what}`);
    removals.push(isHeld(one, removals) ? await heldBack(one, site) : await removeOne(one, site, request.without));
  }
  const isWhole = removals.every(({ state }) => state === 'removed');
  // What a lost server holds is told by hand; anything else that was left is tried again by the same command.
  const isOver = removals.every(
    ({ state, end }) => state === 'removed' || request.without.some((lost) => lost === end),
  );
  const finishedAt = isOver ? new Date().toISOString() : null;
  const stored = await writeEvidence({ ...begun, evidence: { ...begun.evidence, removals, finishedAt } });
  return { ...reportOf(request, stored, removals), isWhole };
}

/** What is left on the target is found and mended by what stands in our own tables: they wait for it. */
function isHeld(one: Remains, removals: readonly Removal[]): boolean {
  return (
    one === TARGET_BOOKS &&
    removals.some(({ end, state, objects }) => end === 'target' && state === 'left' && objects !== null)
  );
}

async function heldBack(one: Remains, site: RemovalSite): Promise<Removal> {
  const planned = await planRemoval(one, site, []);
  return { ...planned, state: 'left', reason: 'what was left before it needs it' };
}

const CONTROL_LIMIT_MS = 60_000;
const CONTROL_POLL_MS = 200;

/** Whoever runs it is asked to end; then nobody can begin while this goes on. */
async function takeControl(config: Config, { pid }: EndingOptions): Promise<ControlServer> {
  const { pipeline, control } = config;
  for (const until = performance.now() + CONTROL_LIMIT_MS; ; await sleep(CONTROL_POLL_MS)) {
    await endRunning(control.socket);
    try {
      return await ControlServer.open({ pipeline, mode: 'run', socket: control.socket, pid });
    } catch (error) {
      const isHeld = error instanceof SluiceError && error.code === 'CONTROL_HELD';
      if (!isHeld || performance.now() > until) throw error;
    }
  }
}

/** ENDING_OTHER_KIND: half of it is gone already. */
function otherKind({ path, evidence: { kind, startedAt } }: StoredEvidence): SluiceError {
  return new SluiceError({
    code: 'ENDING_OTHER_KIND',
    message: `${kind} was begun at ${startedAt} and is not finished`,
    remedy: `Finish it: sluice ${kind}. Its evidence: ${path}`,
    disposition: 'stop',
  });
}
