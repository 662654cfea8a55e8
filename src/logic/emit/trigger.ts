import { quoteName } from '../../sql/fragment.ts';
import type { TableShape } from '../../sql/scope.ts';
import type { CascadingKey, KnownTable } from '../catalogue.ts';
import type { Emitted } from '../convert.ts';
import type { ConvertContext } from '../convert-context.ts';
import type { Emitter } from '../emitter.ts';
import type { Program, Trigger } from '../program.ts';
import { key } from '../table-access.ts';
import { knownTable } from './change.ts';
import { emitterOf, plpgsqlBody, quotedBody } from './routine.ts';

/** A trigger: its function, and the trigger under a name that keeps its place in the order. */
export function emitTrigger(program: Program, node: Trigger, context: ConvertContext, order: number): Emitted {
  const emitter = emitterOf(program, context);
  const table = knownTable(emitter, node.table.parts);
  emitter.triggerTable = table;
  const isDelete = node.events.every((event) => event === 'delete');
  const result = node.time === 'after' ? 'NULL' : isDelete ? 'OLD' : 'NEW';
  const first = isInsert(node)
    ? []
    : table.cascades.flatMap((one) => cascadeLines(emitter, table, one, { time: node.time, result }));
  const body = plpgsqlBody(emitter, node.body, { first, last: [`RETURN ${result};`], isWrapped: true });
  emitter.account({ start: node.start, end: node.body.start });
  const plain = node.name.parts.at(-1)?.text ?? '';
  const name = quoteName(plain);
  const ordered = quoteName(`t${String(order).padStart(2, '0')}_${plain}`);
  const head = `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger\nLANGUAGE plpgsql\nSECURITY DEFINER\nSET search_path = ${quoteName(context.schema)}, pg_temp\nSET plpgsql.extra_errors = 'too_many_rows'`;
  const events = node.events.map((event) => event.toUpperCase()).join(' OR ');
  return {
    emitter,
    statements: [
      `${head}\nAS ${quotedBody(body)}`,
      `CREATE OR REPLACE TRIGGER ${ordered} ${node.time.toUpperCase()} ${events} ON ${table.shape.sql}\nFOR EACH ROW EXECUTE FUNCTION ${name}()`,
    ],
    drops: [`DROP TRIGGER IF EXISTS ${ordered} ON ${table.shape.sql}`, `DROP FUNCTION IF EXISTS ${name}()`],
  };
}

function isInsert({ events }: Trigger): boolean {
  return events.every((event) => event === 'insert');
}

/**
 * The source fires no trigger for rows that a foreign key changes: of those the parent is gone already. What is AFTER
 * runs when the foreign key has done its work, in no trigger any more.
 */
function cascadeLines(
  emitter: Emitter,
  { shape }: KnownTable,
  { columns, parent, parentColumns }: CascadingKey,
  { time, result }: { readonly time: Trigger['time']; readonly result: string },
): readonly string[] {
  const above = emitter.table([{ text: parent, isQuoted: true, start: 0, end: 0 }])?.shape;
  const own = columns.map((name) => `OLD.${columnOf(shape, name)}`);
  const same = parentColumns.map((name, at) => `p.${columnOf(above, name)} = ${own[at]}`);
  const known = own.map((column) => `${column} IS NOT NULL`).join(' AND ');
  const gone = `NOT EXISTS (SELECT FROM ${above?.sql ?? quoteName(parent)} AS p WHERE ${same.join(' AND ')})`;
  const within = time === 'before' ? 'pg_trigger_depth() > 1 AND ' : '';
  return [
    '-- a row that a foreign key deletes or changes: the source fires no trigger for it',
    `IF ${within}${known} AND ${gone} THEN`,
    `  RETURN ${result};`,
    'END IF;',
  ];
}

function columnOf(shape: TableShape | undefined, name: string): string {
  return shape?.columns.find((column) => key(column.name) === key(name))?.sql ?? quoteName(name);
}
