import { quoteName } from '../sql/fragment.ts';
import type { Emitted } from './convert.ts';
import type { ConvertContext } from './convert-context.ts';
import { knownTable } from './emit-change.ts';
import { emitterOf, plpgsqlBody, quotedBody } from './emit-routine.ts';
import type { Program, Trigger } from './program.ts';

/** A trigger: its function, and the trigger under a name that keeps its place in the order. */
export function emitTrigger(program: Program, node: Trigger, context: ConvertContext, order: number): Emitted {
  const emitter = emitterOf(program, context);
  const table = knownTable(emitter, node.table.parts);
  emitter.triggerTable = table;
  const isDelete = node.events.every((event) => event === 'delete');
  const result = node.time === 'after' ? 'NULL' : isDelete ? 'OLD' : 'NEW';
  const body = plpgsqlBody(emitter, node.body, { last: [`RETURN ${result};`], isWrapped: true });
  emitter.account({ start: node.start, end: node.body.start });
  if (table.isCascaded) {
    emitter.note('note', node.table, [
      'CASCADE',
      'it fires for rows that a foreign key changes too',
      'The source fires it so from MySQL 9.6 on by choice alone.',
    ]);
  }
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
