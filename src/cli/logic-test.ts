import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { targetSchemaOf } from '../config/target-name.ts';
import { SluiceError } from '../contract/error.ts';
import { type RecordedCall, readCalls } from '../logic/differential/call-file.ts';
import { COMPARISON_HEAD, comparisonCells, comparisonPage } from '../logic/differential/comparison-page.ts';
import type { Comparison } from '../logic/differential/differ.ts';
import { provePrograms } from '../logic/differential/prove.ts';
import { readSource } from '../logic/read/source.ts';
import { connectMysql } from '../mysql/connection.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { EXIT } from './exit.ts';
import { formatTable } from './format.ts';
import { requireConfig } from './load-file.ts';
import { logicInput } from './logic-input.ts';
import type { Outcome } from './outcome.ts';
import type { Call } from './verb.ts';

const ROWS = 1000;
const CASES = 40;
const CASE_SECONDS = 30;

/** `sluice logic test`; exit 4 when something differs. */
export async function testPrograms(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const [scratchSource, scratchTarget] = [scratchUrl(call, 'source'), scratchUrl(call, 'target')];
  const recorded = recordedCalls(call);
  const { catalogue } = await logicInput(call);
  const source = await connectMysql(sourceLogin(config.source));
  const target = await connectPostgres(targetLogin(config));
  const found: Comparison[] = [];
  try {
    for (const database of config.source.databases) {
      const { programs } = await readSource(source, database);
      const compared = await provePrograms({
        ...{ source, target, database, schema: targetSchemaOf(config, database) },
        ...{ scratchSource, scratchTarget, programs, catalogue, recorded },
        rows: Number(call.flags.get('rows') ?? ROWS),
        cases: Number(call.flags.get('cases') ?? CASES),
        caseMs: Number(call.flags.get('case-seconds') ?? CASE_SECONDS) * 1000,
        python: pythonOf(call),
        onProgram: (one) => call.output.say(`${one.name}: ${one.equal} of ${one.cases} equal`),
        signal: call.signal,
      });
      found.push(...compared);
    }
  } finally {
    await source.close();
    await target.close();
  }
  writeExamples(call, found);
  writePage(call, found, config.source.databases);
  const differs = found.some(({ differences }) => differences.length > 0);
  return {
    kind: 'LogicTest',
    exit: differs ? EXIT.differences : EXIT.done,
    data: { programs: found, totals: totalsOf(found) },
    text: textOf(found),
  };
}

/** USAGE_SCRATCH: no server is named on which programs may run. */
function scratchUrl({ flags, io }: Call, side: 'source' | 'target'): string {
  const found = flags.get(`scratch-${side}`) ?? io.environment[`SLUICE_SCRATCH_${side.toUpperCase()}`];
  if (found !== undefined) return String(found);
  throw new SluiceError({
    code: 'USAGE_SCRATCH',
    message: `no server is named for the scratch ${side === 'source' ? 'database' : 'schema'}`,
    remedy: `Give --scratch-${side} or set SLUICE_SCRATCH_${side.toUpperCase()}: programs run there and nowhere else, so name no server that must not be busy`,
    disposition: 'stop',
  });
}

function recordedCalls({ flags, io }: Call): readonly RecordedCall[] {
  const file = flags.get('calls');
  if (file === undefined) return [];
  const path = resolve(io.folder, String(file));
  try {
    return readCalls(readFileSync(path, 'utf8'));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new SluiceError({
      code: 'USAGE_FILE',
      message: `${path} cannot be read (${code})`,
      remedy: 'Name a file with a CALL or a SELECT of a routine on each line',
      disposition: 'stop',
      cause,
    });
  }
}

function pythonOf({ flags, io }: Call): string | undefined {
  const found = flags.get('python') ?? io.environment['SLUICE_PYTHON'];
  if (found === undefined) return undefined;
  // A bare name is looked up in PATH; a path is one from where the command runs.
  return String(found).includes('/') ? resolve(io.folder, String(found)) : String(found);
}

function writePage({ flags, io, output }: Call, found: readonly Comparison[], databases: readonly string[]): void {
  const file = flags.get('html');
  if (file === undefined) return;
  writeFileSync(resolve(io.folder, String(file)), comparisonPage(found, `Proof of ${databases.join(', ')}`));
  output.say(`written: ${String(file)}`);
}

/** Rows of the data may stand in it: written only where it is asked for. */
function writeExamples({ flags, io, output }: Call, found: readonly Comparison[]): void {
  const file = flags.get('differences');
  if (file === undefined) return;
  const lines = found.flatMap(({ kind, name, differences }) =>
    differences.map((difference) => JSON.stringify({ kind, name, ...difference })),
  );
  writeFileSync(resolve(io.folder, String(file)), lines.map((line) => `${line}\n`).join(''));
  output.say(`written: ${String(file)}`);
}

function totalsOf(found: readonly Comparison[]): Readonly<Record<string, number>> {
  const sum = (of: (one: Comparison) => number): number => found.reduce((total, one) => total + of(one), 0);
  return {
    programs: found.length,
    run: sum(({ skipped }) => Number(skipped === undefined)),
    differing: sum(({ differences }) => Number(differences.length > 0)),
    cases: sum(({ cases }) => cases),
    equal: sum(({ equal }) => equal),
    branches: sum(({ branches }) => branches.all),
    branchesTaken: sum(({ branches }) => branches.taken),
  };
}

function textOf(found: readonly Comparison[]): string {
  const { run, programs, differing, cases, equal } = totalsOf(found);
  return [
    formatTable(COMPARISON_HEAD, found.map(comparisonCells)),
    '',
    `${run} of ${programs} programs run, ${differing} differ; ${equal} of ${cases} cases equal`,
  ].join('\n');
}
