import type { Delete, Update } from '../sql/statement.ts';
import type { Emitter } from './emitter.ts';
import { basesOf } from './item-type.ts';
import type { Program } from './program.ts';
import { changeRowByRow, keyedTable } from './row-by-row.ts';
import { key } from './table-access.ts';

/** What sets triggers off: a table in small letters and an event, `sale update`. */
export function triggeredEvents(programs: readonly Program[]): ReadonlySet<string> {
  return new Set(
    programs.flatMap(({ definition }) =>
      definition.tag === 'trigger'
        ? definition.events.map((event) => `${key(definition.table.parts.at(-1)?.text ?? '')} ${event}`)
        : [],
    ),
  );
}

/** Whether triggers see the order in which the statement says that rows are changed. */
export function isOrderSeen({ context }: Emitter, node: Update | Delete): boolean {
  if (node.orderBy.length === 0) return false;
  return basesOf(node.tables).some(({ name }) =>
    context.triggered.has(`${key(name.parts.at(-1)?.text ?? '')} ${node.tag}`),
  );
}

/** The rows one by one in the order of the statement; false where no key tells them apart, which is told. */
export function emitInOrder(emitter: Emitter, node: Update | Delete): boolean {
  if (keyedTable(emitter, node) === undefined) {
    noteTriggerOrder(emitter, node);
    return false;
  }
  changeRowByRow(emitter, node, (one) => emitter.out.line(`${emitter.statement(one)};`));
  return true;
}

export function noteTriggerOrder(emitter: Emitter, node: Update | Delete): void {
  emitter.note('review', node, [
    'TRIGGER_ORDER',
    'triggers run in the order of the statement on the source, and in any order on the target',
    'Check what the triggers keep of the order; change the rows one by one where it matters.',
  ]);
}
