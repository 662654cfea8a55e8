import { quoteLiteral, quoteName } from '../../sql/fragment.ts';
import type { Emitted } from '../convert.ts';
import type { ConvertContext } from '../convert-context.ts';
import type { Emitter } from '../emitter.ts';
import type { Event, Program } from '../program.ts';
import { emitterOf, plpgsqlBody, quotedBody } from './routine.ts';

/** An event: a procedure that does its work, and a line for pg_cron, or for any scheduler that can run a command. */
export function emitEvent(program: Program, node: Event, context: ConvertContext): Emitted {
  const emitter = emitterOf(program, context);
  const body = plpgsqlBody(emitter, node.body);
  emitter.account({ start: node.start, end: node.body.start });
  const plain = node.name.parts.at(-1)?.text ?? '';
  const name = quoteName(plain);
  const options = emitter.usesNativeTransactions
    ? ''
    : `\nSET search_path = ${quoteName(context.schema)}, pg_temp\nSET plpgsql.extra_errors = 'too_many_rows'`;
  const sql = `CREATE OR REPLACE PROCEDURE ${name}()\nLANGUAGE plpgsql${options}\nAS ${quotedBody(body)}`;
  return { emitter, statements: [sql], schedule: scheduleOf(emitter, node, plain) };
}

function scheduleOf(emitter: Emitter, node: Event, name: string): string {
  const told = `-- ${emitter.sourceText(node.schedule)}${node.status === 'enabled' ? '' : `, ${node.status} on the source`}`;
  const cron = cronOf(emitter, node);
  const call = `CALL ${quoteName(name)}()`;
  if (cron === undefined) {
    emitter.note('review', node.schedule, ['SCHEDULE', 'cron has no such interval', 'Schedule it by hand.']);
    return `${told}\n-- by hand: ${call}`;
  }
  return `${told}\nSELECT cron.schedule(${quoteLiteral(name)}, ${quoteLiteral(cron)}, ${quoteLiteral(call)});`;
}

/** Where the interval divides the next larger unit; the hour and minute are those of STARTS. */
function cronOf(emitter: Emitter, { schedule }: Event): string | undefined {
  if (schedule.tag === 'at' || schedule.amount.tag !== 'number') return undefined;
  const amount = Number(schedule.amount.value);
  const starts = schedule.starts === undefined ? undefined : /(\d\d):(\d\d)/.exec(emitter.sourceText(schedule.starts));
  const [hour, minute] = [Number(starts?.[1] ?? 0), Number(starts?.[2] ?? 0)];
  const cron: Readonly<Record<string, string | undefined>> = {
    MINUTE: 60 % amount === 0 ? `*/${amount} * * * *` : undefined,
    HOUR: 24 % amount === 0 ? `${minute} */${amount} * * *` : undefined,
    DAY: amount === 1 ? `${minute} ${hour} * * *` : undefined,
    WEEK: amount === 1 ? `${minute} ${hour} * * 0` : undefined,
    MONTH: 12 % amount === 0 ? `${minute} ${hour} 1 */${amount} *` : undefined,
  };
  return cron[schedule.unit];
}
