import type { ReloadBegun, ReloadedTable } from '../contract/action.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EXIT } from './exit.ts';
import { formatCount } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { oneLine } from './visible.ts';
import { askerOf } from './who-asks.ts';

export const TABLES_VERBS: readonly Verb[] = [
  {
    name: 'tables reload',
    kind: 'TablesReload',
    operands: { words: 'TABLE...|--all', min: 0, max: Number.POSITIVE_INFINITY },
    summary:
      "Empties tables on the target and copies them anew beside the stream, by the running pipeline. Asks for the pipeline's name.",
    flags: [{ name: 'all', type: 'switch', help: 'Every table of the pipeline.' }, CONFIRM_FLAG],
    takesConfig: true,
    needs: 'reloadTables',
    examples: [
      ['sluice tables reload tbl_order', 'one table; ends its pause and what waits of it in quarantine'],
      [
        "sluice tables reload 'tbl_*' shop2.item --confirm shop",
        'by pattern and by DATABASE.TABLE, without a question',
      ],
      ['sluice tables reload --all', 'everything; when no pipeline can run any more: sluice run --resync'],
    ],
    exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: reload,
  },
];

async function reload(call: Call): Promise<Outcome> {
  const tables = tablesOf(call);
  const config = requireConfig(call);
  const named = tables === 'all' ? 'every table' : tables.join(', ');
  await confirm(call, config.pipeline, `Emptying ${named} on the target and copying anew`);
  if (call.ports.reloadTables === undefined) throw new TypeError('no pipeline in this build');
  const begun = await call.ports.reloadTables(config, tables, askerOf(call));
  return { kind: 'TablesReload', exit: EXIT.done, data: begun, text: begunText(begun), nextSteps: ['sluice status'] };
}

function tablesOf({ operands, flags }: Call): readonly string[] | 'all' {
  if (flags.has('all') !== operands.length > 0) return flags.has('all') ? 'all' : operands;
  const message = operands.length > 0 ? 'give tables or --all, not both' : 'expected TABLE... or --all';
  throw usageError('USAGE_OPERANDS', `sluice tables reload: ${message}`, 'See: sluice tables reload --help');
}

function begunText({ tables, waitingFor = null }: ReloadBegun): string {
  const are = tables.length === 1 ? 'table is' : 'tables are';
  const noun = waitingFor === null ? are : `${tables.length === 1 ? 'table' : 'tables'} will be`;
  return [
    `${formatCount(tables.length)} ${noun} emptied on the target and copied anew; a crash does not undo it`,
    ...(waitingFor === null ? [] : [`until then the target stays as it is: ${oneLine(waitingFor)}`]),
    ...tables.filter((table) => table.supersededChanges > 0).map(supersededText),
  ].join('\n');
}

function supersededText({ database, table, supersededChanges: changes }: ReloadedTable): string {
  const [noun, them] = changes === 1 ? ['change that waits', 'it'] : ['changes that wait', 'them'];
  return `${database}.${table}: ${formatCount(changes)} ${noun} in quarantine will be given up; what is copied holds ${them}`;
}
