import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SluiceError } from '../contract/error.ts';
import { djangoApp } from '../logic/django/django-app.ts';
import { nameOf } from '../logic/program-name.ts';
import { lineAt } from '../logic/walk.ts';
import { EXIT } from './exit.ts';
import { logicInput } from './logic-input.ts';
import type { Outcome } from './outcome.ts';
import type { Call } from './verb.ts';

/** `sluice logic convert --to django`; exit 4 where something raises NotConverted. */
export async function convertToDjango(call: Call): Promise<Outcome> {
  const folder = call.flags.get('out');
  if (folder === undefined) throw noFolder();
  const { programs, catalogue, firstLineOf } = await logicInput(call);
  const { files, services, triggers } = djangoApp(programs, { catalogue });
  for (const { path, text } of files) {
    const to = join(resolve(call.io.folder, String(folder)), path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  const left = services.filter(({ outcome }) => outcome === 'skeleton');
  const data = {
    files: files.map(({ path }) => path),
    triggers: triggers.map(nameOf),
    services: services.map(({ program, python, outcome, items }) => ({
      kind: program.definition.tag,
      name: nameOf(program),
      python,
      outcome,
      actions: items.map(({ code, severity, span, reason, advice }) => ({
        code,
        severity,
        line: lineAt(program.lexed.text, span.start) + firstLineOf(program) - 1,
        reason,
        advice,
      })),
    })),
  };
  const text = [
    `written: ${String(folder)}, ${files.length} files`,
    `${services.length} services, ${left.length} with parts that raise NotConverted; ${triggers.length} triggers stay in the database`,
    ...data.services.flatMap(({ name, actions }) =>
      actions
        .filter(({ severity }) => severity === 'stands')
        .map(({ line, reason }) => `${name}, line ${line}: ${reason}`),
    ),
  ];
  return { kind: 'LogicConvert', exit: left.length > 0 ? EXIT.differences : EXIT.done, data, text: text.join('\n') };
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
