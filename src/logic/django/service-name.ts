import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import { pythonName } from './python-type.ts';

/** The functions of Python that programs become: two that would be called alike are numbered, in their order. */
export function pythonNames(programs: readonly Program[]): ReadonlyMap<Program, string> {
  const taken = new Set<string>();
  return new Map(
    programs.map((program) => {
      const plain = pythonName(lastName(program.definition.name?.parts ?? []));
      let name = plain;
      for (let number = 2; taken.has(name); number += 1) name = `${plain.replace(/_$/, '')}_${number}`;
      taken.add(name);
      return [program, name] as const;
    }),
  );
}
