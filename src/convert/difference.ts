/** What of the target a difference is about. */
export type DifferentObject =
  | 'table'
  | 'column'
  | 'type'
  | 'nullability'
  | 'default'
  | 'generated'
  | 'identity'
  | 'position'
  | 'comment'
  | 'primary-key'
  | 'index'
  | 'check'
  | 'foreign-key'
  | 'trigger'
  | 'view'
  | 'sequence';

/** One way in which the target is not what it should be; names are those of the target. */
export interface Difference {
  readonly schema: string;
  /** Table, view or sequence. */
  readonly relation: string;
  readonly object: DifferentObject;
  /** Column, index, constraint or trigger; null for the relation itself. */
  readonly name: string | null;
  /** `behind`: a next number below the source's; while a pipeline streams that is so until the cutover. */
  readonly kind: 'missing' | 'extra' | 'different' | 'behind';
  /** As PostgreSQL prints it; null for `extra`. */
  readonly expected: string | null;
  /** null for `missing`. */
  readonly standing: string | null;
}

/** `public.orders column total: type is integer, should be numeric(10,2)`. */
export function differenceText(one: Difference): string {
  const object = one.object === 'table' || one.object === 'view' || one.object === 'sequence' ? one.object : `table`;
  const place = `${object} ${one.schema}.${one.relation}`;
  const what = one.name === null ? place : `${place}: ${WORDS[one.object]} ${one.name}`;
  switch (one.kind) {
    case 'missing':
      return `${what} is missing${one.expected === null ? '' : ` (${one.expected})`}`;
    case 'extra':
      return `${what} is not in the plan${one.standing === null ? '' : ` (${one.standing})`}`;
    case 'different':
      return `${what} is ${one.standing ?? 'without'}, should be ${one.expected ?? 'without'}`;
    case 'behind':
      return `${what} goes on with ${one.standing}, the source with ${one.expected}`;
  }
}

const WORDS: Readonly<Record<DifferentObject, string>> = {
  table: 'table',
  column: 'column',
  type: 'type of',
  nullability: 'nullability of',
  default: 'default of',
  generated: 'expression of',
  identity: 'identity of',
  position: 'next number of',
  comment: 'comment of',
  'primary-key': 'primary key',
  index: 'index',
  check: 'check',
  'foreign-key': 'foreign key',
  trigger: 'trigger',
  view: 'view',
  sequence: 'sequence',
};
