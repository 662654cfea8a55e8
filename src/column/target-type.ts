/** A PostgreSQL type name taken apart: `numeric(10,2)` is numeric of [10, 2]. */
export interface TargetType {
  readonly name: string;
  readonly sizes: readonly number[];
}

const known = new Map<string, TargetType>();

/** Takes apart what `format_type` prints; sizes stand in the middle of some: `timestamp(3) without time zone`. */
export function targetType(text: string): TargetType {
  const seen = known.get(text);
  if (seen) return seen;
  const [matched = '', sizes = ''] = /\(([0-9, ]+)\)/.exec(text) ?? [];
  const name = matched === '' ? text : text.replace(matched, '');
  const type = { name, sizes: sizes === '' ? [] : sizes.split(',').map(Number) };
  known.set(text, type);
  return type;
}

/** Types that hold any text; the number is their greatest length in characters. */
export function textLimit(target: TargetType): number | null {
  switch (target.name) {
    case 'text':
    case 'citext':
      return Number.POSITIVE_INFINITY;
    case 'character varying':
      return target.sizes[0] ?? Number.POSITIVE_INFINITY;
    case 'character':
      return target.sizes[0] ?? 1;
    default:
      return null;
  }
}
