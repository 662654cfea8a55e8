import { SluiceError } from '../contract/error.ts';
import type { ActionItem } from '../logic/action-item.ts';
import { djangoApp } from '../logic/django/django-app.ts';
import { TRIGGER_HOMES, type TriggerHome } from '../logic/django/trigger-home.ts';
import type { Program } from '../logic/program.ts';
import { kindOf, nameOf } from '../logic/program-name.ts';
import { lineAt } from '../logic/walk.ts';
import { EXIT } from './exit.ts';
import { type LogicInput, logicInput } from './logic-input.ts';
import { warnOfTexts } from './logic-output.ts';
import type { Outcome } from './outcome.ts';
import type { Call } from './verb.ts';
import { writeTold } from './written-set.ts';

/** `sluice logic convert --to django`; exit 4 where something raises NotConverted. */
export async function convertToDjango(call: Call): Promise<Outcome> {
  const folder = call.flags.get('out');
  if (folder === undefined) throw noFolder();
  const { programs, catalogue, firstLineOf } = await logicInput(call);
  const home = triggerHome(call);
  const { files, services, triggers, moved, left: missing } = djangoApp(programs, { catalogue, triggers: home });
  writeTold(call, 'django', files);
  warnOfTexts(call, services);
  const left = services.filter(({ outcome }) => outcome === 'skeleton');
  const data = {
    files: files.map(({ path }) => path),
    triggers: triggers.map(nameOf),
    moved: moved.tables.flatMap(({ table, triggers: of }) =>
      of.map(({ program, python }) => ({ name: nameOf(program), table, home, python })),
    ),
    kept: [...moved.kept].map(([program, reason]) => ({ name: nameOf(program), reason })),
    services: services.map(({ program, python, outcome, items }) => ({
      kind: program.definition.tag,
      name: nameOf(program),
      python,
      outcome,
      actions: actionsOf(items, program, firstLineOf),
    })),
    notConverted: missing.map(({ program, name, items }) => ({
      kind: kindOf(program),
      name,
      actions: actionsOf(items, program, firstLineOf),
    })),
  };
  const text = [
    `written: ${String(folder)}, ${files.length} files`,
    `${services.length} services, ${left.length} with parts that raise NotConverted; ${triggers.length} triggers stay in the database, ${missing.length} not converted`,
    ...(data.moved.length === 0 ? [] : [`${data.moved.length} triggers run in Python (${home}): ${PASSED_BY}`]),
    ...data.kept.map(({ name, reason }) => `${name} stays in the database: ${reason}`),
    ...data.notConverted.flatMap(({ kind, name, actions }) =>
      actions.map(({ line, reason }) => `not converted: ${kind} ${name}, line ${line}: ${reason}`),
    ),
    ...data.services.flatMap(({ name, actions }) =>
      actions
        .filter(({ severity }) => severity === 'stands')
        .map(({ line, reason }) => `${name}, line ${line}: ${reason}`),
    ),
  ];
  const exit = left.length + missing.length > 0 ? EXIT.differences : EXIT.done;
  return { kind: 'LogicConvert', exit, data, text: text.join('\n') };
}

/** With lines of the file, from 1. */
function actionsOf(items: readonly ActionItem[], program: Program, firstLineOf: LogicInput['firstLineOf']) {
  return items.map(({ code, severity, span, reason, advice }) => ({
    code,
    severity,
    line: lineAt(program.lexed.text, span.start) + firstLineOf(program) - 1,
    reason,
    advice,
  }));
}

const PASSED_BY =
  'bulk_create(), bulk_update(), QuerySet.update(), raw SQL, cascades of the database and other writers pass them by';

function triggerHome({ flags }: Call): TriggerHome {
  const named = flags.get('triggers');
  return TRIGGER_HOMES.find((home) => home === named) ?? 'database';
}

/** USAGE_OUT: an application is files. */
function noFolder(): SluiceError {
  return new SluiceError({
    code: 'USAGE_OUT',
    message: 'an application of Django needs a folder to be written to',
    remedy: 'Give --out FOLDER, named as the application is to be called',
    disposition: 'stop',
  });
}
