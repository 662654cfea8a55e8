import { sourceLogin, targetLogin } from '../src/config/login.ts';
import { connectMysql } from '../src/mysql/connection.ts';
import { readPages } from '../src/mysql/raw-rows.ts';
import { loadTable, selectRange } from '../src/mysql/readable-table.ts';
import { askVerify } from '../src/pipeline/ask-verify.ts';
import { connectPostgres } from '../src/postgres/connection.ts';
import { type Figure, figure } from './figure.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { Stage } from './stage.ts';
import { TABLES } from './table.ts';

const WHOLE = { lower: null, upper: null } as const;

/** Both raw reads alone, then verify of all tables by the running pipeline, on the same idle line. */
export async function measureVerify(
  stage: Stage,
  profileFolder: string | null,
  tell: (figure: Figure) => void,
): Promise<void> {
  const sluice = new SluiceProcess(stage, profileFolder);
  await sluice.untilStatus(({ isCaughtUp }) => isCaughtUp);
  const source = await readSource(stage);
  tell(source);
  const target = await readTarget(stage);
  tell(target);
  const before = sluice.usage().cpuSeconds;
  const startedMs = performance.now();
  const request = {
    tables: 'all',
    restart: true,
    mode: 'stream',
    repair: false,
    timeoutMs: null,
    by: 'bench',
  } as const;
  const watch = { onProgress: () => {}, signal: new AbortController().signal };
  const { tables } = await askVerify(stage.config, request, watch);
  const seconds = (performance.now() - startedMs) / 1e3;
  const rows = tables.reduce((sum, { sourceRows }) => sum + sourceRows, 0);
  const unequal = tables.filter(({ state }) => state !== 'equal');
  if (unequal.length > 0) throw new Error(`not equal: ${JSON.stringify(unequal).slice(0, 2_000)}`);
  const ratio = rows / seconds / Math.min(source.rowsPerSecond, target.rowsPerSecond);
  const { cpuSeconds, peakBytes } = sluice.usage();
  tell(
    figure('verify, all tables, no throttle', rows, seconds, {
      cpuUsPerRow: ((cpuSeconds - before) * 1e6) / rows,
      peakMiB: peakBytes / 2 ** 20,
      detail: `${Math.round(ratio * 100)} % of the slower raw read`,
    }),
  );
  await sluice.stop();
}

async function readSource(stage: Stage): Promise<Figure> {
  const connection = await connectMysql(sourceLogin(stage.config.source));
  const startedMs = performance.now();
  let rows = 0;
  for (const name of TABLES) {
    const table = await loadTable(connection, stage.from.name, name);
    if (table === null) throw new Error(`${name} is missing`);
    for await (const page of readPages(connection, selectRange(table, WHOLE), table.layout)) rows += page.rows;
  }
  await connection.close();
  return figure('verify: raw read of the source', rows, (performance.now() - startedMs) / 1e3);
}

async function readTarget(stage: Stage): Promise<Figure> {
  const session = await connectPostgres(targetLogin(stage.config));
  const startedMs = performance.now();
  let rows = 0;
  for (const name of TABLES) {
    await session.copyOut(`COPY (SELECT * FROM public.${name}) TO STDOUT`, () => {
      rows++;
    });
  }
  await session.close();
  return figure('verify: raw read of the target (COPY)', rows, (performance.now() - startedMs) / 1e3);
}
