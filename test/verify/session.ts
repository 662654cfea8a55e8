import type { ComparedObject } from '../../src/contract/compared-object.ts';
import type { VerifyReport } from '../../src/contract/verify.ts';
import type { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { type HalfVerb, startProcess } from '../e2e/line-process.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

/** For `afterEach`. */
export async function cleanUpAll(): Promise<void> {
  for (const act of cleanUp.splice(0).reverse()) await act();
}

export async function lineOf(...options: Parameters<typeof openLine>): Promise<Line> {
  const line = await openLine(...options);
  cleanUp.push(() => line.close());
  return line;
}

export function started(line: Line, verb: HalfVerb = 'run'): PipelineProcess {
  const child = startProcess(line, verb);
  cleanUp.push(() => child.kill());
  return child;
}

/** `sluice verify` as a process of its own. */
export async function verify(line: Line, ...words: readonly string[]) {
  const ran = await runSluice(['verify', ...words, '--json', '--quiet'], { folder: line.folder });
  const document = JSON.parse(ran.stdout) as {
    data: VerifyReport & { also?: readonly ComparedObject[] };
    error?: { code: string };
  };
  return { exit: ran.exit, ...document };
}

export type Verified = Awaited<ReturnType<typeof verify>>;

/** What of a verify is an alarm, as it is told; none is what a shop gives that is written to. */
export function alarms({ data }: Pick<Verified, 'data'>) {
  return {
    unequal: data.tables.filter(({ state }) => state === 'different' || state === 'failed'),
    beside: data.also?.filter(({ state }) => state === 'different') ?? [],
  };
}

export const NO_ALARM = { unequal: [], beside: [] };

/** Differences as short texts: `table key kind column source target`. */
export function told({ data }: { readonly data: VerifyReport }): readonly string[] {
  const lines = data.tables.flatMap(({ differences }) =>
    differences.map(({ table, key, column, kind, source, target }) =>
      [table.split('.')[1], Object.values(key).join(), kind, column, source, target].join(' '),
    ),
  );
  return lines.sort();
}
