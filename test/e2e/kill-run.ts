import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { caughtUpSince, type Line, type LogKind, openLine, pause, SHOP_RULES, type SourceKind } from './line.ts';
import { type HalfVerb, startProcess, untilProcess } from './line-process.ts';
import { expectEqual, fillShop, startTraffic } from './shop.ts';

export interface KillRunOptions {
  readonly source: SourceKind;
  readonly log: LogKind;
  /** One whole process, or the two halves apart. */
  readonly verbs: readonly HalfVerb[];
  /** Each of the processes is killed so often. */
  readonly kills: number;
  readonly scale: number;
  readonly chunkMaxRows: number;
  readonly trafficPerSecond: number;
  /** A process lives from nothing up to this long before it is killed. */
  readonly longestLifeMs: number;
}

/** One in so many processes is killed before it has said anything: in the middle of its start. */
const EARLY_KILLS = 4;
const DRAIN_LIMIT_MS = 240_000;

/**
 * kill -9 of real processes at random instants, from the first moments of the load on, under live traffic; then the
 * traffic ends, the line drains, and both sides must be equal cell by cell: nothing lost, nothing double.
 */
export async function killRun(options: KillRunOptions): Promise<void> {
  const { source, log, verbs, scale, chunkMaxRows, trafficPerSecond } = options;
  const yaml = `snapshot: { chunkMaxRows: ${chunkMaxRows} }\ntables: { rules: ${SHOP_RULES} }`;
  const line = await openLine({ source, log, yaml });
  const processes = new Map<HalfVerb, PipelineProcess>();
  try {
    await fillShop(line, scale);
    const traffic = startTraffic(line, trafficPerSecond);
    for (const verb of verbs) processes.set(verb, startProcess(line, verb));
    await Promise.all(verbs.map((verb) => killAgainAndAgain(line, verb, processes, options)));
    await traffic.stop();
    await drain(line, [...processes.values()]);
    await expectEqual(line);
  } finally {
    await Promise.all([...processes.values()].map((each) => each.kill()));
    await line.close();
  }
}

async function killAgainAndAgain(
  line: Line,
  verb: HalfVerb,
  processes: Map<HalfVerb, PipelineProcess>,
  { kills, longestLifeMs }: KillRunOptions,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const victim = processes.get(verb);
    if (kill % EARLY_KILLS !== EARLY_KILLS - 1 && victim) {
      await untilProcess(line, ({ pid }) => verb !== 'run' || pid === victim.pid, { processes: [victim] });
    }
    await pause(Math.random() * longestLifeMs);
    if (victim && !victim.isRunning) {
      throw new Error(`sluice ${verb} ended by itself with exit code ${await victim.ended}:\n${victim.log}`);
    }
    await victim?.kill();
    processes.set(verb, startProcess(line, verb));
  }
}

/** Everything has arrived; then each is asked to stop and must end well. */
async function drain(line: Line, processes: readonly PipelineProcess[]): Promise<void> {
  await untilProcess(line, caughtUpSince(Date.now()), { processes, limitMs: DRAIN_LIMIT_MS });
  for (const each of processes) {
    const exit = await each.stop();
    if (exit !== 0) throw new Error(`a process ended with exit code ${exit}:\n${each.log}`);
  }
}
