import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { differenceText } from '../convert/difference.ts';
import { countOutcomes, type Inventory, objectText } from '../convert/inventory.ts';
import type { Phase } from '../convert/step.ts';
import { tableKey } from '../mysql/table-key.ts';
import type { AppliedSchema, ComparedSchema, PlannedSchema, SchemaActions } from '../pipeline/schema/option.ts';
import { EXIT } from './exit.ts';
import { formatCount } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { recorded } from './recorded.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';

const shared = {
  takesConfig: true,
  needs: 'schema',
} as const;

/** The target's schema as a plan, made, and compared with what stands. */
export const SCHEMA_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'schema plan',
    kind: 'SchemaPlan',
    summary: "Prints the target's DDL in load order, or writes it as files, with the list of what is not converted.",
    flags: [
      { name: 'out', type: 'text', value: 'DIR', help: 'Write the files into this folder instead of printing them.' },
    ],
    examples: [
      ['sluice schema plan', 'the statements on stdout, what has no counterpart on stderr'],
      ['sluice schema plan --out schema', 'files to read, to keep in a repository, to run by hand'],
      ['sluice schema plan --json | jq .data.inventory', 'every object of the source and what becomes of it'],
    ],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
    run: plan,
  },
  {
    ...shared,
    name: 'schema apply',
    kind: 'SchemaApply',
    summary: 'Makes what of the plan does not stand yet; the same command goes on after any crash.',
    isGraceful: true,
    flags: [
      {
        name: 'phase',
        type: 'text',
        choices: ['tables', 'constraints', 'all'],
        help: 'Tables alone (before a load), all else (after it), or both (default: all).',
      },
    ],
    examples: [
      ['sluice schema apply', 'everything, on an empty target'],
      ['sluice schema apply --phase constraints', 'indexes, checks, keys, triggers, comments, next numbers, views'],
    ],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
    run: apply,
  },
  {
    ...shared,
    name: 'schema diff',
    kind: 'SchemaDiff',
    summary: 'Compares the target as it stands with the plan, both ways; exit 4 when they differ.',
    flags: [],
    examples: [
      ['sluice schema diff', 'at any time, also while the pipeline runs'],
      ['sluice schema diff --json | jq ".data.differences[]"', 'for a script'],
    ],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.differences, EXIT.unreachable, EXIT.interrupted],
    run: diff,
  },
];

function actionsOf(call: Call): SchemaActions {
  if (call.ports.schema === undefined) throw new TypeError('no schema in this build');
  return call.ports.schema;
}

async function plan(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const planned = await actionsOf(call).plan(config, call);
  const out = call.flags.get('out');
  return out === undefined ? printed(call, planned) : written(call, planned, String(out));
}

function printed(call: Call, planned: PlannedSchema): Outcome {
  const sql = planned.files.filter(({ name }) => name.endsWith('.sql'));
  for (const line of lostLines(planned.inventory)) call.output.say(line);
  call.output.say(countsText(planned.inventory));
  return { kind: 'SchemaPlan', exit: EXIT.done, data: planned, text: sql.map(({ text }) => text).join('\n') };
}

function written(call: Call, planned: PlannedSchema, out: string): Outcome {
  const folder = resolve(call.io.folder, out);
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of planned.files) writeFileSync(join(folder, name), text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(
      'USAGE_OUT',
      `cannot write into ${out} (${code})`,
      'Name a folder that this account may write to.',
    );
  }
  const names = planned.files.map(({ name }) => join(out, name));
  const text = [...names, '', ...lostLines(planned.inventory), countsText(planned.inventory)].join('\n');
  const data = { files: names, inventory: planned.inventory };
  return { kind: 'SchemaPlan', exit: EXIT.done, data, text, nextSteps: ['sluice schema apply'] };
}

/** One line for each object that the target does not have; a table's line stands for all that is its own. */
function lostLines({ entries }: Inventory): readonly string[] {
  const lost = entries.filter(({ outcome }) => outcome === 'left-out');
  const tables = new Set(
    lost.filter(({ kind }) => kind === 'table').map(({ database, name }) => tableKey(database, name)),
  );
  return lost
    .filter(({ database, table }) => !tables.has(tableKey(database, table ?? '')))
    .map((entry) =>
      `not converted: ${objectText(entry)} of ${entry.database}: ${entry.reason}. ${entry.advice ?? ''}`.trim(),
    );
}

function countsText(inventory: Inventory): string {
  const counts = countOutcomes(inventory);
  return (
    `${formatCount(inventory.entries.length)} objects: ${formatCount(counts.converted)} converted, ` +
    `${formatCount(counts.changed)} in another form, ${formatCount(counts['left-out'])} not converted, ` +
    `${formatCount(counts.excluded)} excluded`
  );
}

async function apply(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const phase = (call.flags.get('phase') ?? 'all') as Phase | 'all';
  return await recorded(call, config, { action: 'schema.apply', params: { phase } }, async () =>
    appliedOutcome(await applied(call, config, phase)),
  );
}

async function applied(call: Call, config: Config, phase: Phase | 'all'): Promise<AppliedSchema> {
  let shownAtMs = 0;
  const { signal, logger, output } = call;
  const result = await actionsOf(call).apply(config, {
    signal,
    logger,
    phase,
    onProgress: ({ done, of, kind, name }) => {
      const line = `${formatCount(done)} of ${formatCount(of)}  ${kind} ${name}`;
      const isLate = Date.now() - shownAtMs > (output.isLive ? 100 : 10_000);
      if (!isLate) return;
      shownAtMs = Date.now();
      if (output.isLive) output.live([line]);
      else output.say(line);
    },
  });
  output.live([]);
  return result;
}

function appliedOutcome(result: AppliedSchema): Outcome {
  const failed = result.failed.map(({ kind, table, name, error }) => {
    const { code, message, remedy } = error;
    return { kind, table, name, code, message, remedy };
  });
  const lines = failed.map(({ kind, table, name, code, message, remedy }) => {
    const what = kind === null ? '' : `${kind} ${name} on ${table}: `;
    return `failed: ${what}${message} (${code})\n    ${remedy}`;
  });
  const counts = `${formatCount(result.made)} made, ${formatCount(result.stood)} stood already, ${failed.length} failed`;
  const text = [...lines, counts, countsText(result.inventory)].join('\n');
  const data = { made: result.made, stood: result.stood, failed, inventory: result.inventory };
  if (failed.length === 0)
    return { kind: 'SchemaApply', exit: EXIT.done, data, text, nextSteps: ['sluice schema diff'] };
  const error = {
    code: 'SCHEMA_INCOMPLETE',
    message: `${failed.length} ${failed.length === 1 ? 'object was' : 'objects were'} not made`,
    remedy: 'Each has its reason above; when it is cured, the same command makes what is left.',
  };
  return { kind: 'SchemaApply', exit: EXIT.failed, data, text, error };
}

async function diff(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  return comparedOutcome(await actionsOf(call).diff(config, call));
}

function comparedOutcome(result: ComparedSchema): Outcome {
  const counted = result.differences.filter(({ kind }) => kind !== 'behind' || !result.isStreaming);
  const noted = result.differences.filter((one) => !counted.includes(one));
  const lines = counted.map(differenceText);
  const note =
    noted.length === 0
      ? []
      : [`${noted.length} next numbers are behind the source while the pipeline streams: the cutover sets them`];
  const verdict =
    counted.length === 0
      ? `no difference in ${formatCount(result.tables)} tables`
      : `${formatCount(counted.length)} ${counted.length === 1 ? 'difference' : 'differences'}`;
  const outcome = { kind: 'SchemaDiff', data: result, text: [...lines, ...note, verdict].join('\n') };
  if (counted.length === 0) return { ...outcome, exit: EXIT.done };
  return { ...outcome, exit: EXIT.differences, nextSteps: ['sluice schema apply'] };
}
