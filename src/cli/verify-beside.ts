import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ComparedObject } from '../contract/compared-object.ts';
import { SluiceError } from '../contract/error.ts';
import type { TableVerification, VerifyReport } from '../contract/verify.ts';
import { EXIT } from './exit.ts';
import { formatAmount, formatCount } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag } from './verb.ts';

export const BESIDE_FLAGS: readonly Flag[] = [
  {
    name: 'still',
    type: 'switch',
    help: 'Nothing writes to either side now: compare next numbers as well, views however long they take, and count rows.',
  },
  {
    name: 'losses',
    type: 'switch',
    help: 'Count what rules make of values (zero dates, NUL, casts), by one read of each such table of the source.',
  },
  { name: 'sql', type: 'text', value: 'DIR', help: 'Compare nothing: write SQL for both servers into this folder.' },
];

/** A verb that compares rows, and beside them what both sides have besides; a part of the tables is compared by rows alone. */
export function besideRows(verify: (call: Call) => Promise<Outcome>): (call: Call) => Promise<Outcome> {
  return async (call) => {
    const folder = call.flags.get('sql');
    if (folder !== undefined) return await scripts(call, String(folder));
    const limit = timeLimit(call);
    const outcome = await verify(call);
    if (call.flags.has('table') || call.ports.besideRows === undefined) return outcome;
    return withObjects(outcome, await compared(call, outcome.data as VerifyReport, limit), call);
  };
}

/** The time of the command is one, for rows and for what is beside them. */
function timeLimit({ flags }: Call): AbortSignal | null {
  const timeout = flags.get('timeout');
  return typeof timeout === 'number' ? AbortSignal.timeout(timeout) : null;
}

async function compared(
  call: Call,
  { tables }: VerifyReport,
  limit: AbortSignal | null,
): Promise<readonly ComparedObject[]> {
  const { flags, ports } = call;
  if (limit?.aborted) return notCompared(TIME_OVER);
  const signal = limit === null ? call.signal : AbortSignal.any([call.signal, limit]);
  const isStill = flags.has('still');
  // Counted part by part: of one position only where nothing moves.
  const rowCounts = isStill ? tables.filter(({ finishedAtMs }) => finishedAtMs !== null).map(rowCountOf) : [];
  const options = { isStill, countsLosses: flags.has('losses'), countsOrphans: true, rowCounts, signal };
  try {
    return (await ports.besideRows?.compare(requireConfig(call), options)) ?? [];
  } catch (error) {
    if (limit?.aborted && !call.signal.aborted) return notCompared(TIME_OVER);
    // What was found of the rows, maybe in hours, is not lost with it.
    if (!(error instanceof SluiceError)) throw error;
    return notCompared(`${error.message}. ${error.remedy}`);
  }
}

const TIME_OVER = 'the time of --timeout was over';

const BESIDE_LEFT = {
  code: 'VERIFY_NOT_REACHED',
  message: 'the rows are equal; what is beside them was not compared in the time given',
  remedy: 'Give it more time, or none; where nothing gets on, sluice status tells what is waited for.',
};

function notCompared(reason: string): readonly ComparedObject[] {
  return [{ name: 'schema', object: 'all', state: 'not-compared', source: null, target: null, reason, cure: null }];
}

function rowCountOf({ database, table, sourceRows, targetRows, position }: TableVerification) {
  return { table: `${database}.${table}`, sourceRows, targetRows, position };
}

function withObjects(outcome: Outcome, objects: readonly ComparedObject[], { output }: Call): Outcome {
  const different = objects.filter(({ state }) => state === 'different');
  const data = { ...(outcome.data as object), also: objects };
  const text = [outcome.text, '', output.paint('bold', 'Beside the rows'), ...linesOf(objects)].join('\n');
  const told = { ...outcome, data, text };
  if (outcome.exit !== EXIT.done) return told;
  if (objects.some(({ reason }) => reason === TIME_OVER)) return { ...told, exit: EXIT.notReached, error: BESIDE_LEFT };
  if (different.length === 0) return told;
  return {
    ...told,
    exit: EXIT.differences,
    error: {
      code: 'VERIFY_OBJECTS_DIFFER',
      message: `the rows are equal; ${formatAmount(different.length, 'other object')} of the target ${different.length === 1 ? 'is' : 'are'} not as at the source`,
      remedy: 'Each is listed with its reason and what to do about it.',
    },
    nextSteps: ['sluice schema diff'],
  };
}

function linesOf(objects: readonly ComparedObject[]): string[] {
  const told = objects.filter(({ state, reason }) => state !== 'equal' || reason !== null);
  const equal = objects.filter(({ state }) => state === 'equal').length;
  const rank = { different: 0, 'not-compared': 1, equal: 2 };
  const lines = told.toSorted((a, b) => rank[a.state] - rank[b.state]).flatMap(objectLines);
  return [
    `  ${formatCount(equal)} equal: rows counted, sequences, constraints, indexes, triggers, orphans, views, schema`,
    ...lines,
  ];
}

function objectLines({ name, object, state, reason, cure }: ComparedObject): string[] {
  const word = { equal: 'by a rule', different: 'different', 'not-compared': 'not compared' }[state];
  return [
    `  ${word}: ${name} ${object}${reason === null ? '' : `: ${reason}`}`,
    ...(cure === null ? [] : [`    ${cure}`]),
  ];
}

async function scripts(call: Call, out: string): Promise<Outcome> {
  if (call.ports.besideRows === undefined) throw new TypeError('no pipeline in this build');
  const made = await call.ports.besideRows.scripts(requireConfig(call));
  const files = [join(out, 'source.sql'), join(out, 'target.sql')];
  const folder = resolve(call.io.folder, out);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'source.sql'), made.source);
    writeFileSync(join(folder, 'target.sql'), made.target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(
      'USAGE_OUT',
      `cannot write into ${out} (${code})`,
      'Name a folder that this account may write to.',
    );
  }
  for (const table of made.absent) call.output.say(`not on the target, so in no script: ${table}`);
  const text = [...files, `${formatAmount(made.tables.length, 'table')}; how to run them stands at the head of each`];
  const { tables, absent } = made;
  return { kind: 'Verify', data: { files, tables, absent }, text: text.join('\n'), exit: EXIT.done };
}
