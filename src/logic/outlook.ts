import { emptyScope } from '../sql/scope.ts';
import { translateQuery } from '../sql/translate.ts';
import type { ActionItem } from './action-item.ts';
import type { Catalogue } from './catalogue.ts';
import { type Converted, convertPrograms } from './convert.ts';
import type { WorkClass } from './feature-table.ts';
import type { Program, View } from './program.ts';

/** What becomes of a program, as the converter itself says: the inventory guesses at nothing (INV-116). */
export interface Outlook {
  readonly class: WorkClass;
  /** What a person has to do or to look at. */
  readonly actions: readonly ActionItem[];
}

const CLASSES: Readonly<Record<Converted['outcome'], WorkClass>> = {
  automatic: 'automatic',
  review: 'review',
  skeleton: 'skeleton',
  none: 'hand',
};

/** Converts all programs, which call each other, and keeps what is to be told of each, in their order. */
export function outlooksOf(programs: readonly Program[], catalogue: Catalogue): readonly Outlook[] {
  return convertPrograms(programs, { catalogue }).map(({ program, outcome, items }) => {
    const { definition } = program;
    if (definition.tag === 'view') return ofView(program, definition, catalogue);
    return { class: CLASSES[outcome], actions: items.filter(({ severity }) => severity !== 'note') };
  });
}

/** `schema plan` makes a view only where nothing about it is in doubt, and leaves it out otherwise. */
function ofView({ dialect, lexed }: Program, view: View, catalogue: Catalogue): Outlook {
  let standsOnOthers = false;
  const table = (parts: Parameters<Catalogue['table']>[0]) => {
    const found = catalogue.table(parts)?.shape;
    standsOnOthers ||= found === undefined;
    return found;
  };
  const { findings } = translateQuery(view.query, { ...emptyScope(dialect), table }, lexed.text);
  // Types of another view's columns are known to the target alone.
  if (standsOnOthers) return { class: 'review', actions: [{ ...ON_OTHERS, span: view }] };
  const doubts = findings.filter(({ severity }) => severity !== 'note');
  const actions = doubts.map((doubt): ActionItem => ({ ...doubt, severity: 'stands' }));
  return { class: doubts.length > 0 ? 'hand' : 'automatic', actions };
}

const ON_OTHERS: Omit<ActionItem, 'span'> = {
  code: 'VIEW_ON_VIEW',
  severity: 'review',
  reason: 'it stands on what is no table here, such as another view',
  advice: 'See what becomes of it in: sluice schema plan.',
};
