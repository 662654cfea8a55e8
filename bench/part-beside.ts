import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { askAll } from './ask-all.ts';
import { type Figure, figure } from './figure.ts';
import { OltpLoad } from './oltp-load.ts';
import { SluiceProcess } from './sluice-process.ts';
import { configOf, type Stage } from './stage.ts';
import { TABLES } from './table.ts';

const TURNS = 12;
const TURN_SECONDS = 8;
const SETTLE_SECONDS = 1;

interface BesideOptions {
  /** Of each table. */
  readonly rows: number;
  /** null: the default. */
  readonly throttle: string | null;
  readonly tell: (figure: Figure) => void;
}

/**
 * What an application on the source feels of a running verify: its transactions without and with one, turn by turn. Where
 * the machine has two cores and `taskset`, the source and its application have one, the target and sluice the other, as
 * on hosts of their own.
 */
export async function measureBeside(stage: Stage, { rows, throttle, tell }: BesideOptions): Promise<void> {
  const gentle = await withThrottle(stage, throttle);
  // What is started from here inherits the core, so sluice is moved once it runs.
  const isApart = availableParallelism() >= 2 && pin([stage.source.pid, process.pid], 0);
  await using sluice = new SluiceProcess(gentle, null);
  if (isApart) pin([stage.target.pid, sluice.pid], 1);
  await sluice.untilStatus(({ isCaughtUp }) => isCaughtUp);
  const load = await OltpLoad.start(stage.from.url, rows / TABLES.length);
  await load.during(SETTLE_SECONDS);
  const alone: number[] = [];
  const beside: number[] = [];
  const rises: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const without = await load.during(TURN_SECONDS);
    const verify = startVerify(gentle);
    const during = await load.during(TURN_SECONDS);
    await verify.stop();
    await load.during(SETTLE_SECONDS);
    alone.push(...without);
    beside.push(...during);
    rises.push((at(during, 0.99) / at(without, 0.99) - 1) * 100);
    console.log(
      `turn ${turn + 1} of ${TURNS}: p99 ${at(without, 0.99).toFixed(2)} ms, ${at(during, 0.99).toFixed(2)} ms`,
    );
  }
  await load.stop();
  await sluice.stop();
  const where = isApart ? 'source and target on a core each' : 'all on the same cores';
  tell(told(`transactions of the application alone, ${where}`, alone));
  tell(told(`the same beside verify at ${throttle ?? 'its default throttle'}`, beside));
  const rise = (at(beside, 0.99) / at(alone, 0.99) - 1) * 100;
  const turns = rises.map((one) => `${one.toFixed(0)} %`).join(', ');
  console.log(
    `p99 rises by ${rise.toFixed(0)} % in all; turn by turn ${turns} (median ${at(rises, 0.5).toFixed(0)} %)`,
  );
}

function told(name: string, tookMs: readonly number[]): Figure {
  const detail = `p50 ${at(tookMs, 0.5).toFixed(2)} ms, p99 ${at(tookMs, 0.99).toFixed(2)} ms`;
  return figure(name, tookMs.length, TURNS * TURN_SECONDS, { detail });
}

function at(values: readonly number[], ratio: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * ratio)] ?? Number.NaN;
}

/** Compares all tables again and again until it is stopped. */
function startVerify({ config }: Stage) {
  const end = new AbortController();
  const run = async () => {
    while (!end.signal.aborted) await askAll(config, end.signal);
  };
  const running = run().catch((error: unknown) => {
    if (!end.signal.aborted) throw error;
  });
  running.catch(() => {});
  return {
    stop: () => {
      end.abort();
      return running;
    },
  };
}

/** The same line under another configuration. */
async function withThrottle(stage: Stage, throttle: string | null): Promise<Stage> {
  const file = join(stage.folder, 'beside.yaml');
  const text = stage.text.replace(/^verify: .*$/m, throttle === null ? '' : `verify: { throttle: "${throttle}" }`);
  await writeFile(file, text);
  return { ...stage, file, text, config: configOf(file, text) };
}

/** All threads of these processes, and what they start from now on. False where it cannot be done. */
function pin(pids: readonly (number | undefined)[], core: number): boolean {
  try {
    for (const pid of pids) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
