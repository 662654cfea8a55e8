import { readFile, realpath } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { withTableLists } from '../config/edit.ts';
import { isSameLists, type TableLists, withAdded, withRemoved } from '../config/table-list.ts';
import type { TablesChange, TablesChanged } from '../contract/action.ts';
import { replaceFile } from '../file/whole-file.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EXIT } from './exit.ts';
import { findConfig, requireConfig, wouldLoad } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { oneLine } from './visible.ts';
import { askerOf } from './who-asks.ts';

type Act = TablesChange['act'];

const shared = {
  kind: 'TablesChange',
  operands: { words: 'TABLE...', min: 1, max: Number.POSITIVE_INFINITY },
  takesConfig: true,
  needs: 'changeTables',
  exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
} as const;

/** Which tables take part, changed in the file and in the running pipeline at once. */
export const TABLES_CHANGE_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'tables add',
    summary:
      "Takes tables into the running pipeline and into the file: they are copied beside the stream, one that took part before is emptied first. Asks for the pipeline's name.",
    flags: [CONFIRM_FLAG],
    examples: [
      ['sluice tables add tbl_note', 'a table that tables.include leaves out'],
      ['sluice tables add shop2.item --confirm shop', 'by DATABASE.TABLE, without a question'],
    ],
    run: (call) => change(call, 'add'),
  },
  {
    ...shared,
    name: 'tables remove',
    summary:
      'Takes tables out of the running pipeline and of the file: nothing of them is followed any more, and their rows stay on the target as they are.',
    flags: [],
    examples: [['sluice tables remove tbl_audit', 'should it come back, it is emptied and copied anew']],
    run: (call) => change(call, 'remove'),
  },
];

async function change(call: Call, act: Act): Promise<Outcome> {
  const config = requireConfig(call);
  const names = call.operands;
  const before: TableLists = { include: config.tables.include, exclude: config.tables.exclude };
  const after = act === 'add' ? added(before, names) : withRemoved(before, names);
  if (isSameLists(before, after)) return outcome({ added: [], removed: [] }, act);
  const file = edited(call, config, after);
  if (act === 'add') await confirm(call, config.pipeline, `Copying ${names.join(', ')} into the target`);
  if (call.ports.changeTables === undefined) throw new TypeError('no pipeline in this build');
  await write(file.path, file.after);
  try {
    return outcome(await call.ports.changeTables(config, { act, names, before, after }, askerOf(call)), act);
  } catch (error) {
    // What the process does not do must not come by the next start.
    await write(file.path, file.before);
    throw error;
  }
}

function added(before: TableLists, names: readonly string[]): TableLists {
  const lists = withAdded(before, names);
  if (!('keepsOut' in lists)) return lists;
  const message = `tables.exclude keeps it out by the pattern ${lists.keepsOut}`;
  throw usageError('USAGE_EXCLUDED', message, 'Make the pattern narrower in the file, and start sluice again.');
}

/** The file before and after; refused where the lists in force do not stand there in plain words. */
function edited(call: Call, { tables }: Config, lists: TableLists) {
  const { path, text } = findConfig(call);
  const after = withTableLists(text, tables, lists);
  const then = text === '' ? null : wouldLoad(call, after);
  const isSo = then !== null && isSameLists(then.tables, lists) && then.tables.rules.size === tables.rules.size;
  if (isSo) return { path, before: text, after };
  const message =
    'tables.include and tables.exclude cannot be changed in the file: flags, variables or references give them';
  throw usageError('USAGE_TABLES_ELSEWHERE', message, 'Change them where they are given, and start sluice again.');
}

/** In one step, whatever happens to this process; owner and mode stay, and a link goes on pointing to it. USAGE_FILE. */
async function write(path: string, text: string): Promise<void> {
  try {
    const real = await realpath(path);
    if ((await readFile(real, 'utf8')) !== text) await replaceFile(real, Buffer.from(text), real);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const remedy = 'Let this account write it and its folder, or change the lists by hand and start sluice again.';
    throw usageError('USAGE_FILE', `${path} cannot be written (${code})`, remedy);
  }
}

function outcome(data: TablesChanged, act: Act): Outcome {
  const listed = (act === 'add' ? data.added : data.removed).map(({ database, table }) => `${database}.${table}`);
  const none = act === 'add' ? 'they take part already' : 'they take no part already';
  const done = act === 'add' ? 'taken in, to be copied beside the stream' : 'taken out; their rows stay on the target';
  const text = listed.length === 0 ? none : `${done}: ${listed.map(oneLine).join(', ')}`;
  return { kind: 'TablesChange', exit: EXIT.done, data, text, nextSteps: ['sluice status'] };
}
