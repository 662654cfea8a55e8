import { performance } from 'node:perf_hooks';
import { catalogueOfScript } from '../src/logic/catalogue.ts';
import { convertPrograms } from '../src/logic/convert.ts';
import { djangoApp } from '../src/logic/django/django-app.ts';
import { parseScript } from '../src/logic/parse-script.ts';
import { guideFiles, guidePrograms, guideTables } from '../test/logic/guide.ts';
import { type Figure, figure } from './figure.ts';

const ROUTINES = 1000;
const LANGUAGE = {
  flavor: 'mysql',
  version: 90_704,
  sqlMode: 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO',
} as const;

/** Reads and converts a thousand routines, those over the guide again and again under other names. */
export function measureLogic(tell: (figure: Figure) => void): void {
  const guide = guideFiles().flatMap((file) => guidePrograms(file));
  const routines = Array.from({ length: ROUTINES }, (_, at) => {
    const { create, name } = guide[at % guide.length] ?? { create: '', name: '' };
    return create.replace(name, `${name}_${at}`);
  });
  const text = `DELIMITER //\n${[...guideTables(), ...routines].join('//\n')}//`;
  const [script, parse] = timed(() => parseScript(text, LANGUAGE));
  tell(figure('logic: parse', ROUTINES, parse));
  const catalogue = catalogueOfScript(script.tables);
  tell(figure('logic: convert to PL/pgSQL', ROUTINES, timed(() => convertPrograms(script.programs, { catalogue }))[1]));
  tell(figure('logic: convert to Django', ROUTINES, timed(() => djangoApp(script.programs, { catalogue }))[1]));
}

/** What a function gives, and its seconds. */
function timed<T>(work: () => T): readonly [T, number] {
  const start = performance.now();
  const found = work();
  return [found, (performance.now() - start) / 1000];
}
