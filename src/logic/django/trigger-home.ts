import { triggerOrder } from '../convert.ts';
import type { ConvertContext } from '../convert-context.ts';
import { profileOf } from '../profile.ts';
import type { Program, Trigger } from '../program.ts';
import { lastName, nameOf } from '../program-name.ts';
import { key } from '../table-access.ts';
import { type Service, type ServiceNames, writeService } from './write-service.ts';

/** Where triggers are to run: in the database, or in Python by signals of models or in their methods. */
export type TriggerHome = 'database' | 'signals' | 'methods';

export const TRIGGER_HOMES: readonly TriggerHome[] = ['database', 'signals', 'methods'];

/** The triggers of one table that run in Python, in their order. */
export interface MovedTable {
  /** As the triggers name it. */
  readonly table: string;
  readonly triggers: readonly Service[];
}

export interface MovedTriggers {
  readonly tables: readonly MovedTable[];
  /** Why a trigger stays in the database all the same. */
  readonly kept: ReadonlyMap<Program, string>;
}

/**
 * The triggers of a table go to Python together or not at all, so that their order holds. They stay where SQL of our
 * own changes the table, of a service or of another trigger: it would pass them by.
 */
export function movedTriggers(
  programs: readonly Program[],
  context: ConvertContext,
  names: ServiceNames,
): MovedTriggers {
  const order = triggerOrder(programs);
  const writers = writersOf(programs);
  const triggers = programs
    .filter(({ definition }) => definition.tag === 'trigger')
    .toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  const tables: MovedTable[] = [];
  const kept = new Map<Program, string>();
  for (const [name, group] of Map.groupBy(triggers, (program) => key(tableOf(program)))) {
    const services = group.map((program) => writeService(program, context, names));
    const reason = reasonToStay(services, writers.get(name));
    if (reason === undefined) tables.push({ table: tableOf(group[0] as Program), triggers: services });
    else for (const program of group) kept.set(program, reason);
  }
  return { tables, kept };
}

function tableOf({ definition }: Program): string {
  return lastName((definition as Trigger).table.parts);
}

function reasonToStay(services: readonly Service[], writer: Program | undefined): string | undefined {
  if (writer !== undefined) return `${nameOf(writer)} changes the table by SQL, which passes Python by`;
  const broken = services.find(({ outcome }) => outcome === 'skeleton');
  if (broken === undefined) return undefined;
  const stands = broken.items.find(({ severity }) => severity === 'stands');
  return `${nameOf(broken.program)} is not converted whole: ${stands?.reason ?? 'its head was not understood'}`;
}

/** One program that changes each table, by the table's name in small letters. */
function writersOf(programs: readonly Program[]): ReadonlyMap<string, Program> {
  const found = new Map<string, Program>();
  for (const program of programs) {
    if (program.definition.tag === 'view') continue;
    for (const name of profileOf(program).access.writes.keys()) found.set(key(name.split('.').at(-1) ?? ''), program);
  }
  return found;
}
