import type { Catalogue } from '../catalogue.ts';
import { type Converted, convertPrograms } from '../convert.ts';
import type { ConvertContext, Signature } from '../convert-context.ts';
import { helpersOf } from '../helper-function.ts';
import { calledProcedures } from '../kept-row.ts';
import { keepingProcedures } from '../lost-row.ts';
import { pgType } from '../pg-type.ts';
import { profileOf } from '../profile.ts';
import type { Program, Routine } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import { hasResultSets } from '../result-set.ts';
import { numberedPrograms } from '../row-number.ts';
import { sessionVariables } from '../session-variable.ts';
import { sharedNumbers } from '../shared-number.ts';
import { key } from '../table-access.ts';
import { triggeredEvents } from '../trigger-order.ts';
import { withViews } from '../view-shape.ts';
import type { AppFile } from './app-file.ts';
import { moduleText } from './module-text.ts';
import { RUNTIME } from './runtime.ts';
import type { ServiceSignature } from './service-emitter.ts';
import { pythonNames } from './service-name.ts';
import { type MovedTriggers, movedTriggers, type TriggerHome } from './trigger-home.ts';
import { typeCheckFile } from './type-check.ts';
import { commandFile } from './write-command.ts';
import { modelsFile } from './write-model.ts';
import { movedTriggerFiles } from './write-moved-trigger.ts';
import { type Service, writeService } from './write-service.ts';
import { testsFile } from './write-test.ts';
import { migrationFile } from './write-trigger.ts';

/** An application of Django that does what the stored programs do. */
export interface DjangoApp {
  readonly files: readonly AppFile[];
  readonly services: readonly Service[];
  /** Triggers that the migration keeps in the database. */
  readonly triggers: readonly Program[];
  /** Those that run in Python, and why others that were to do not. */
  readonly moved: MovedTriggers;
  /** Programs of which nothing was made: their heads did not parse, or no trigger could be. */
  readonly left: readonly Converted[];
  /** Views that have a model. */
  readonly views: readonly Program[];
}

export interface DjangoOptions {
  readonly catalogue: Catalogue;
  readonly timeZone?: string;
  /** Where triggers are to run; in the database when not given. */
  readonly triggers?: TriggerHome;
}

const NOT_MOVED: MovedTriggers = { tables: [], kept: new Map() };

/**
 * Writes routines and events as services, events as management commands, views as unmanaged models, and triggers as a
 * migration that keeps them in the database, where no writer can pass them by, or as what runs when Django saves a row.
 */
export function djangoApp(given: readonly Program[], options: DjangoOptions): DjangoApp {
  const programs = numberedPrograms(given, options.catalogue);
  const routines = programs.filter(({ definition: { tag } }) => tag === 'procedure' || tag === 'function');
  const events = programs.filter(({ definition: { tag } }) => tag === 'event');
  const triggers = programs.filter(({ definition: { tag } }) => tag === 'trigger');
  const names = pythonNames([...routines, ...events, ...triggers]);
  const signatures = signaturesOf(routines, names);
  const context: ConvertContext = {
    catalogue: withViews(options.catalogue, programs),
    signatures: new Map([...signatures.values()].map(({ node }) => called(node))),
    called: calledProcedures(programs.map(({ definition }) => definition)),
    keeping: keepingProcedures(programs),
    triggered: triggeredEvents(programs),
    truncated: new Set(),
    numbers: sharedNumbers(programs, options.catalogue),
    sessionVariables: sessionVariables(programs),
    textRule: 'lower',
    timeZone: options.timeZone ?? 'UTC',
    schema: 'public',
    nameOf,
  };
  const services = [...routines, ...events].map((program) => writeService(program, context, { signatures, names }));
  const converted = convertPrograms(programs, { catalogue: options.catalogue });
  const home = options.triggers ?? 'database';
  const moved = home === 'database' ? NOT_MOVED : movedTriggers(programs, context, { signatures, names });
  const inPython = new Set(moved.tables.flatMap(({ triggers }) => triggers.map(({ program }) => program)));
  const ofTriggers = converted.filter(({ program }) => program.definition.tag === 'trigger');
  const stay = ofTriggers.filter(({ program }) => !inPython.has(program));
  const calling = [...services, ...moved.tables.flatMap((table) => table.triggers)];
  const kept = keptFunctions(calling, converted);
  const helpers = helpersOf(calling.flatMap(({ helped }) => [...helped]));
  const models = modelsFile(
    programs.filter(({ definition: { tag } }) => tag === 'view'),
    context,
  );
  return {
    services: services.map((one) => ({ ...one, program: given[programs.indexOf(one.program)] ?? one.program })),
    triggers: stay.map(({ program }) => program),
    moved,
    left: converted.filter(({ program, outcome }) => outcome === 'none' && !hasService(program)),
    views: models.views,
    files: [
      { path: '__init__.py', text: '' },
      { path: 'runtime.py', text: RUNTIME },
      typeCheckFile(options.catalogue),
      { path: 'services.py', text: servicesText(services) },
      { path: 'models.py', text: models.text },
      { path: 'tests.py', text: testsFile(services, moved.tables, options.catalogue) },
      ...movedTriggerFiles(moved.tables, home, { catalogue: options.catalogue, services }),
      ...migrationFile(
        [...kept, ...stay],
        ofTriggers.filter((one) => !stay.includes(one)),
        helpers,
      ),
      ...events.flatMap((program) => commandFile(program, names)),
    ],
  };
}

function hasService({ definition: { tag } }: Program): boolean {
  return tag === 'procedure' || tag === 'function' || tag === 'event' || tag === 'view';
}

/** The functions that SQL of services calls, and those that these call. */
function keptFunctions(services: readonly Service[], converted: readonly Converted[]): readonly Converted[] {
  const byName = new Map(converted.map((one) => [key(lastName(one.program.definition.name?.parts ?? [])), one]));
  const found = new Set<Converted>();
  const open = services.flatMap(({ kept }) => [...kept]);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const one = byName.get(name);
    if (one === undefined || found.has(one) || one.program.definition.tag !== 'function') continue;
    found.add(one);
    open.push(...profileOf(one.program).calls);
  }
  return converted.filter((one) => found.has(one));
}

/** By kind and name: a function and a procedure may have the same name. */
function signaturesOf(
  routines: readonly Program[],
  names: ReadonlyMap<Program, string>,
): ReadonlyMap<string, ServiceSignature> {
  const giving = hasResultSets(routines);
  return new Map(
    routines.map((program) => {
      const node = program.definition as Routine;
      const name = lastName(node.name.parts);
      const hasResult = giving.has(key(name)) || node.parameters.some(({ mode }) => mode !== 'in');
      const python = names.get(program) ?? name;
      return [`${node.tag} ${key(name)}`, { python, node, hasResult, hasResultSets: giving.has(key(name)) }];
    }),
  );
}

/** As SQL would call it: a service is not, so that a call inside a query is told. */
function called(node: Routine): readonly [string, Signature] {
  const name = key(lastName(node.name.parts));
  const returns = node.returns === undefined ? undefined : pgType(node.returns)?.value;
  const parameters = node.parameters.map(({ mode, type }) => ({ mode, type: pgType(type) }));
  return [name, { sql: name, parameters, returns, hasResultSets: false }];
}

function servicesText(services: readonly Service[]): string {
  return moduleText(
    '"""Services that do what stored programs did; written by sluice, the same on both servers."""',
    services.map(({ lines }) => lines.join('\n')).join('\n\n\n'),
  );
}
