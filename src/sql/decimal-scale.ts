import { atom, type Fragment, operand } from './fragment.ts';
import { decimal, scaleOf } from './value-type.ts';

const LITERAL = /^-?\d+(?:\.\d+)?$/;

/** A number with no fewer digits behind the point than `scale`: MySQL prints those of its type, PostgreSQL those of the value. */
export function withScale(value: Fragment, scale: number): Fragment {
  const own = scaleOf(value.type);
  if (own === undefined || own >= scale || value.type.kind === 'float') return value;
  const { sql } = value;
  if (LITERAL.test(sql)) return { ...value, sql: digitsBehind(sql, scale), type: decimal(scale) };
  const exact = value.type.kind === 'decimal' ? sql : `${operand(value)}::numeric`;
  return atom(`round(${exact}, ${scale})`, decimal(scale));
}

/** A literal with zeros behind. */
export function digitsBehind(literal: string, scale: number): string {
  const [whole = '', fraction = ''] = literal.split('.');
  return scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
}

/** Numbers of several scales with the most of them. */
export function ofOneScale(values: readonly Fragment[]): readonly Fragment[] {
  const known = values.filter(({ type }) => type.kind !== 'null');
  const scales = known.map(({ type }) => scaleOf(type));
  if (scales.includes(undefined) || known.some(({ type }) => type.kind === 'float')) return values;
  const scale = Math.max(0, ...scales.map((one) => one ?? 0));
  return values.map((value) => (value.type.kind === 'null' ? value : withScale(value, scale)));
}
