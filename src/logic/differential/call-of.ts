import type { Program } from '../program.ts';
import { nameOf } from '../program-name.ts';
import type { Case } from './case.ts';

/**
 * A call of a routine with these literals; OUT parameters may be left out, all of them. undefined: it is no routine, or
 * the number of values is not that of its parameters.
 */
export function callOf(
  program: Program,
  values: readonly string[],
  { hasResultSets, commits }: { readonly hasResultSets: boolean; readonly commits: boolean },
): Case | undefined {
  const { definition } = program;
  if (definition.tag !== 'procedure' && definition.tag !== 'function') return undefined;
  const name = nameOf(program).split('.').at(-1) ?? '';
  const { parameters } = definition;
  const args = filled(
    parameters.map(({ mode }) => mode),
    values,
  );
  if (args === undefined) return undefined;
  if (definition.tag === 'function') return { tag: 'function', name, args };
  const out = parameters.flatMap(({ mode }, at) => (mode === 'in' ? [] : [at]));
  return { tag: 'procedure', name, args, out, hasResultSets, commits };
}

function filled(modes: readonly string[], values: readonly string[]): readonly string[] | undefined {
  if (values.length === modes.length) return values;
  if (values.length !== modes.filter((mode) => mode !== 'out').length) return undefined;
  const left = [...values];
  return modes.map((mode) => (mode === 'out' ? 'NULL' : (left.shift() ?? 'NULL')));
}
