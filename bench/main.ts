/**
 * Measures the whole line as a real process beside its parts alone, on throw-away servers: `npm run bench -- --help`. Rates
 * of one run compare with one another, never with another machine's.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { makeBacklog } from './backlog.ts';
import { type Figure, printed } from './figure.ts';
import { type BenchOptions, benchOptions, USAGE } from './option.ts';
import { Parts } from './part.ts';
import { measureBeside } from './part-beside.ts';
import { measureLogic } from './part-logic.ts';
import { measureObserved } from './part-observed.ts';
import { headOf } from './part-source.ts';
import { measureVerify } from './part-verify.ts';
import { measureWatched } from './part-watched.ts';
import { openStage, type Stage } from './stage.ts';
import { fillTables, makeTables } from './table.ts';
import { Whole } from './whole.ts';

const asked = read();
if (asked === null) process.exit();
const { rows, changes, tables, rounds, log, only, json, throttle, profileFolder } = asked;

function read(): BenchOptions | null {
  try {
    const options = benchOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    console.log(USAGE);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return null;
}

const figures: Figure[] = [];
const tell = (figure: Figure) => {
  figures.push(figure);
  console.log(printed(figure));
};

/** The snapshot always runs: all that follows stands on it. */
async function measure(stage: Stage): Promise<void> {
  const whole = new Whole(stage, { profileFolder });
  const parts = new Parts(stage, tell);
  await makeTables(stage.from.url, tables);
  await fillTables(stage.from.url, rows);
  tell(await whole.snapshot(rows));
  if (only.has('parts')) await parts.snapshot(rows);
  if (only.has('backlog')) {
    const from = await headOf(stage);
    const backlog = await makeBacklog(stage.from.url, Math.floor(rows / 5), changes);
    if (only.has('parts')) await parts.backlog(from, backlog.changes);
    tell(await whole.backlog(backlog));
  }
  if (only.has('big')) tell(await whole.bigTransaction());
  if (only.has('latency')) tell(await whole.latency());
  if (only.has('logic')) measureLogic(tell);
  if (only.has('observed')) await measureObserved(stage, { rows: Math.floor(rows / 5), changes }, tell);
  if (only.has('watched')) await measureWatched(stage, rounds, tell);
  if (only.has('verify')) await measureVerify(stage, profileFolder, tell);
  if (only.has('beside')) await measureBeside(stage, { rows, throttle, tell });
}

function machine(stage: Stage) {
  const cores = cpus();
  return {
    date: new Date().toISOString(),
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg().map((value) => Number(value.toFixed(1))),
    node: process.version,
    source: stage.source.version,
    target: stage.target.version,
    kafka: stage.kafka?.version ?? null,
    log,
  };
}

const stage = await openStage(log);
try {
  const about = machine(stage);
  console.log(JSON.stringify(about));
  await measure(stage);
  if (json !== null) await writeFile(json, `${JSON.stringify({ machine: about, figures }, null, 2)}\n`);
} finally {
  await stage.close();
}
