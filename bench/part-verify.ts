import { sourceLogin, targetLogin } from '../src/config/login.ts';
import { connectMysql } from '../src/mysql/connection.ts';
import { loadTable, selectRange } from '../src/mysql/readable-table.ts';
import { readSentRows } from '../src/mysql/row-tap.ts';
import { connectPostgres } from '../src/postgres/connection.ts';
import { askAll } from './ask-all.ts';
import { type Figure, figure } from './figure.ts';
import { cpuSeconds } from './process-usage.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { Stage } from './stage.ts';
import { TABLES } from './table.ts';

const WHOLE = { lower: null, upper: null } as const;

const ROUNDS = 4;

/** Both raw reads alone, then verify of all tables by the running pipeline, on the same idle line; several times. */
export async function measureVerify(
  stage: Stage,
  profileFolder: string | null,
  tell: (figure: Figure) => void,
): Promise<void> {
  await using sluice = new SluiceProcess(stage, profileFolder);
  await sluice.untilStatus(({ isCaughtUp }) => isCaughtUp);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const source = await readSource(stage);
    tell(source);
    const target = await readTarget(stage);
    tell(target);
    const verify = await verifyAll(stage, sluice);
    const ratio = (verify.rowsPerSecond / Math.min(source.rowsPerSecond, target.rowsPerSecond)) * 100;
    tell({ ...verify, detail: `${Math.round(ratio)} % of the slower raw read` });
    ratios.push(ratio);
  }
  const shown = ratios.map((ratio) => `${Math.round(ratio)} %`).join(', ');
  console.log(
    `verify beside the slower raw read of the same round: ${shown}; best ${Math.round(Math.max(...ratios))} %`,
  );
  await sluice.stop();
}

async function verifyAll(stage: Stage, sluice: SluiceProcess): Promise<Figure> {
  const serversBefore = serverCpu(stage);
  const before = sluice.usage().cpuSeconds;
  const startedMs = performance.now();
  const { tables } = await askAll(stage.config, new AbortController().signal);
  const seconds = (performance.now() - startedMs) / 1e3;
  const rows = tables.reduce((sum, { sourceRows }) => sum + sourceRows, 0);
  const unequal = tables.filter(({ state }) => state !== 'equal');
  if (unequal.length > 0) throw new Error(`not equal: ${JSON.stringify(unequal).slice(0, 2_000)}`);
  const { cpuSeconds: after, peakBytes } = sluice.usage();
  const servers = serverCpu(stage);
  return figure('verify, all tables, no throttle', rows, seconds, {
    cpuUsPerRow: ((after - before) * 1e6) / rows,
    peakMiB: peakBytes / 2 ** 20,
    sourceCpuSeconds: servers.source - serversBefore.source,
    targetCpuSeconds: servers.target - serversBefore.target,
  });
}

function serverCpu({ source, target }: Stage) {
  return { source: cpuSeconds(source.pid), target: cpuSeconds(target.pid) };
}

/** Nothing is made of the rows: what the server, the wire and the socket allow. */
async function readSource(stage: Stage): Promise<Figure> {
  const connection = await connectMysql(sourceLogin(stage.config.source), { isBulk: true });
  return await rawRead(stage, 'verify: raw read of the source', async (take) => {
    for (const name of TABLES) {
      const table = await loadTable(connection, stage.from.name, name);
      if (table === null) throw new Error(`${name} is missing`);
      await readSentRows(connection, selectRange(table, WHOLE), (_bytes, _start, _end, count) => {
        take(count);
        return true;
      });
    }
    await connection.close();
  });
}

async function readTarget(stage: Stage): Promise<Figure> {
  const session = await connectPostgres({ ...targetLogin(stage.config), isBulk: true });
  return await rawRead(stage, 'verify: raw read of the target (COPY)', async (take) => {
    for (const name of TABLES) {
      await session.copyOut(`COPY (SELECT * FROM public.${name}) TO STDOUT`, (_bytes, _start, _end, count) => {
        take(count);
      });
    }
    await session.close();
  });
}

async function rawRead(
  stage: Stage,
  name: string,
  read: (take: (count: number) => void) => Promise<void>,
): Promise<Figure> {
  const serversBefore = serverCpu(stage);
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let rows = 0;
  await read((count) => {
    rows += count;
  });
  const seconds = (performance.now() - startedMs) / 1e3;
  const { user, system } = process.cpuUsage(before);
  const servers = serverCpu(stage);
  return figure(name, rows, seconds, {
    cpuUsPerRow: (user + system) / rows,
    sourceCpuSeconds: servers.source - serversBefore.source,
    targetCpuSeconds: servers.target - serversBefore.target,
  });
}
