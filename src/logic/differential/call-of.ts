import type { DataType } from '../data-type.ts';
import type { Program } from '../program.ts';
import { nameOf } from '../program-name.ts';
import type { Case } from './case.ts';
import { resultOrders } from './result-order.ts';

const TEXTS = /CHAR|TEXT$/;
const DECIMALS = /^(?:DECIMAL|DEC|NUMERIC|FIXED)$/;

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
  const isDecimal = ({ name: type, sizes }: DataType): boolean => DECIMALS.test(type) && (sizes[1] ?? 0) > 0;
  if (definition.tag === 'function') {
    const { returns } = definition;
    const exactness = returns === undefined ? {} : isDecimal(returns) ? { isDecimal: true } : isText(returns);
    return { tag: 'function', name, args, ...exactness };
  }
  const out = parameters.flatMap(({ mode }, at) => (mode === 'in' ? [] : [at]));
  const decimals = out.filter((at) => parameters[at] !== undefined && isDecimal(parameters[at].type));
  const orders = hasResultSets ? resultOrders(program) : [];
  const texts = out.filter((at) => TEXTS.test(parameters[at]?.type.name ?? ''));
  return { tag: 'procedure', name, args, out, decimals, texts, orders, hasResultSets, commits };
}

function isText({ name }: DataType): { readonly isText?: boolean } {
  return TEXTS.test(name) ? { isText: true } : {};
}

function filled(modes: readonly string[], values: readonly string[]): readonly string[] | undefined {
  if (values.length === modes.length) return values;
  if (values.length !== modes.filter((mode) => mode !== 'out').length) return undefined;
  const left = [...values];
  return modes.map((mode) => (mode === 'out' ? 'NULL' : (left.shift() ?? 'NULL')));
}
