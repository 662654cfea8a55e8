import type { Query } from '../../sql/query.ts';
import type { Emitter } from '../emitter.ts';
import { itemsOf } from '../item-type.ts';

/** Tells of columns of one name: the dictionary of a row has the last of them alone. */
export function noteSameNames(emitter: Emitter, node: Query): void {
  const names = itemsOf(emitter, node)?.map(({ name }) => name) ?? [];
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return;
  emitter.note('review', node, [
    'COLUMN_NAMES',
    `two columns of the rows are called ${twice}: a dictionary has the last of them alone`,
    'Give each column a name of its own by AS.',
  ]);
}
