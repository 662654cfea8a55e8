import { preparesRows } from './dynamic-text.ts';
import { profileOf } from './profile.ts';
import type { Program } from './program.ts';
import { nameOf } from './program-name.ts';
import { key } from './table-access.ts';

/** Names of the procedures that give rows to their caller, themselves or by one that they call. */
export function hasResultSets(programs: readonly Program[]): ReadonlySet<string> {
  const procedures = programs.filter(({ definition }) => definition.tag === 'procedure');
  const profiles = new Map(
    procedures.map((program) => [key(nameOf(program).split('.').at(-1) ?? ''), profileOf(program)]),
  );
  const found = new Set([...profiles].filter(([, { resultSets }]) => resultSets.places > 0).map(([name]) => name));
  for (const program of procedures) if (preparesRows(program)) found.add(key(nameOf(program).split('.').at(-1) ?? ''));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [name, { calls }] of profiles) if ([...calls].some((called) => found.has(called))) found.add(name);
  }
  return found;
}
