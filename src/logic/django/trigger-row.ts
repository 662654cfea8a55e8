import type { Name } from '../../sql/expression.ts';
import { NotConverted } from '../emitter.ts';
import type { Trigger, TriggerEvent } from '../program.ts';
import { key } from '../table-access.ts';
import { walk } from '../walk.ts';
import type { ServiceEmitter } from './service-emitter.ts';

const ROWS: Readonly<Record<TriggerEvent, readonly string[]>> = {
  insert: ['new'],
  update: ['old', 'new'],
  delete: ['old'],
};

/** The rows that a trigger takes; columns of them that it names become variables. */
export function declareRows(service: ServiceEmitter, node: Trigger): readonly string[] {
  if (node.events.length > 1) throw new NotConverted('EVENTS', 'a trigger of several events', 'Make one of each.');
  const rows = declaredRows(node);
  const table = service.emitter.table(node.table.parts);
  for (const row of rows) service.reserve(row);
  for (const [row, column] of rowColumns(node)) {
    const type = table?.sourceTypes.get(key(column));
    if (type === undefined)
      throw new NotConverted('UNKNOWN_TABLE', `nothing is known of the column ${column}`, 'Convert with the source.');
    service.field(row, column, type);
  }
  return rows;
}

/** The rows that a trigger has: `old`, `new`, or both. */
export function declaredRows({ events: [event] }: Trigger): readonly string[] {
  return event === undefined ? [] : ROWS[event];
}

/** `NEW.a` and `OLD.a` of a trigger, each once, as `new` or `old` and the column's name. */
export function rowColumns(node: Trigger): readonly (readonly [row: string, column: string])[] {
  const found = new Map<string, readonly [string, string]>();
  const take = ([first, second, ...more]: readonly Name[]): void => {
    const row = key(first?.text ?? '');
    if (second === undefined || more.length > 0 || (row !== 'new' && row !== 'old')) return;
    found.set(`${row}.${key(second.text)}`, [row, key(second.text)]);
  };
  walk(node.body, (part) => {
    if (part.tag === 'column') take(part.parts);
    if (part.tag === 'set-variables')
      for (const { target } of part.assignments) if (target.tag === 'name') take(target.parts);
    if (part.tag === 'query') for (const target of part.into?.targets ?? []) if ('parts' in target) take(target.parts);
    return undefined;
  });
  return [...found.values()];
}
