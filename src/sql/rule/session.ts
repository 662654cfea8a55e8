import { toNumber, toText } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Call, Expression } from '../expression.ts';
import type { FindingCode } from '../finding.ts';
import { atom, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import { helper, type RuleTable, take } from '../rule.ts';
import type { Diagnostic } from '../scope.ts';
import { BIGINT, BOOLEAN, DATE, DATETIME, INTEGER, TEXT, type ValueType } from '../value-type.ts';
import { wrongCount } from './cond.ts';

/** The clock and the session. NOW() is the start of the statement: PostgreSQL's now() that of the transaction. */
export const SESSION_RULES: RuleTable = {
  NOW: now('statement_timestamp()'),
  CURRENT_TIMESTAMP: now('statement_timestamp()'),
  LOCALTIME: now('statement_timestamp()'),
  LOCALTIMESTAMP: now('statement_timestamp()'),
  SYSDATE: now('clock_timestamp()'),
  CURDATE: today((scope) => scope),
  CURRENT_DATE: today((scope) => scope),
  UTC_DATE: today(() => 'UTC'),
  CURTIME: timeOfDay((scope) => scope),
  CURRENT_TIME: timeOfDay((scope) => scope),
  UTC_TIME: timeOfDay(() => 'UTC'),
  UTC_TIMESTAMP: () => atom("(date_trunc('second', statement_timestamp()) AT TIME ZONE 'UTC')", DATETIME),
  DATABASE: stated('current_schema()', 'the database is the schema that is searched first'),
  SCHEMA: stated('current_schema()', 'the database is the schema that is searched first'),
  USER: stated('session_user::text', 'the name has no host on the target'),
  SESSION_USER: stated('session_user::text', 'the name has no host on the target'),
  SYSTEM_USER: stated('session_user::text', 'the name has no host on the target'),
  CURRENT_USER: stated('current_user::text', 'the name has no host on the target'),
  CONNECTION_ID: stated('pg_backend_pid()', 'the number is that of the target’s process', INTEGER),
  VERSION: stated('version()', 'the version is the target’s'),
  UUID: () => atom('gen_random_uuid()::text', TEXT),
  SLEEP: (call, context) => {
    const [arg] = call.args;
    if (arg === undefined) return wrongCount(call, context);
    return atom(`(SELECT 0 FROM pg_sleep(${take('number', arg, context).sql}))`, INTEGER);
  },
  BENCHMARK: (call, context) => {
    context.report('HINT', call, 'BENCHMARK is not run');
    return atom('0', INTEGER);
  },
  GET_LOCK: helper('sluice_get_lock', ['text', 'numeric'], INTEGER),
  RELEASE_LOCK: helper('sluice_release_lock', ['text'], INTEGER),
  IS_FREE_LOCK: helper('sluice_is_free_lock', ['text'], INTEGER),
  LAST_INSERT_ID: diagnostic('LAST_INSERT_ID'),
  ROW_COUNT: diagnostic('ROW_COUNT'),
  FOUND_ROWS: diagnostic('FOUND_ROWS'),
  INET_ATON: [{ args: ['text'], sql: "%1::inet - '0.0.0.0'::inet", type: BIGINT }],
  INET_NTOA: [{ args: ['integer'], sql: "host('0.0.0.0'::inet + %1::bigint)", type: TEXT }],
  IS_IPV4: (call, context) => {
    const [arg] = call.args;
    if (arg === undefined) return wrongCount(call, context);
    const text = toText(context.fragment(arg), context, arg);
    const octet = String.raw`(25[0-5]|2[0-4]\d|1?\d?\d)`;
    return atom(`COALESCE(${operand(text)} ~ '^${octet}(\\.${octet}){3}$', false)`, BOOLEAN);
  },
  MAKE_SET: (call, context) => {
    const [bits, ...texts] = call.args;
    if (bits === undefined || texts.length === 0) return wrongCount(call, context);
    const set = `concat_ws(',', ${flags(bits, texts, context).join(', ')})`;
    return atom(`CASE WHEN ${operand(context.fragment(bits))} IS NOT NULL THEN ${set} END`, TEXT);
  },
  EXPORT_SET: exportSet,
  COERCIBILITY: (call, context) => {
    const isLiteral = call.args[0]?.tag === 'string';
    return isLiteral ? atom('4', INTEGER) : refuse(call, context, 'FUNCTION', 'COERCIBILITY of what is no literal');
  },
};

function refuse(call: Call, context: Context, code: FindingCode, reason: string): Fragment {
  context.report(code, call, reason);
  return atom('NULL', { kind: 'null' });
}

/** MySQL cuts the fraction that is not asked for; a cast would round it. */
function now(clock: string): (call: Call, context: Context) => Fragment {
  return (call, context) => {
    const [arg] = call.args;
    const digits = arg === undefined ? 0 : Number(context.fragment(arg).sql);
    const type: ValueType = { kind: 'instant', digits };
    if (digits === 6) return atom(clock, type);
    if (digits === 0 || digits === 3) {
      return atom(`date_trunc('${digits === 0 ? 'second' : 'milliseconds'}', ${clock})`, type);
    }
    context.report('SESSION', call, 'the fraction of the clock is rounded where MySQL cuts it');
    return atom(`${clock}::timestamptz(${digits})`, type);
  };
}

/** What the last statement left: only the caller knows where the target keeps it. */
function diagnostic(name: Diagnostic): (call: Call, context: Context) => Fragment {
  return (call, context) => {
    const found = call.args.length === 0 ? context.scope.diagnostic?.(name) : undefined;
    if (found !== undefined) return atom(found.sql, found.type);
    return refuse(call, context, 'FUNCTION', `${name}() has no translation outside a program that keeps it`);
  };
}

type Zone = (scope: string) => string;

function today(zone: Zone): (call: Call, context: Context) => Fragment {
  return (_, context) => {
    return atom(`(statement_timestamp() AT TIME ZONE ${quoteLiteral(zone(context.scope.timeZone))})::date`, DATE);
  };
}

function timeOfDay(zone: Zone): (call: Call, context: Context) => Fragment {
  return (_, context) => {
    const local = `date_trunc('second', statement_timestamp()) AT TIME ZONE ${quoteLiteral(zone(context.scope.timeZone))}`;
    return atom(`(${local})::time`, { kind: 'time', isInterval: false });
  };
}

function stated(sql: string, reason: string, type: ValueType = TEXT): (call: Call, context: Context) => Fragment {
  return (call, context) => {
    context.report('SESSION', call, reason);
    return atom(sql, type);
  };
}

/** Each text where its bit is set, else NULL. */
function flags(bits: Expression, texts: readonly Expression[], context: Context): readonly string[] {
  const number = operand(toNumber(context.fragment(bits), context, bits));
  return texts.map((text, at) => {
    const value = toText(context.fragment(text), context, text).sql;
    return `CASE WHEN ${number}::bigint & ${2 ** at} <> 0 THEN ${value} END`;
  });
}

function exportSet(call: Call, context: Context): Fragment {
  const [bits, on, off, separator, count] = call.args;
  if (bits === undefined || on === undefined || off === undefined) return wrongCount(call, context);
  const size = count === undefined ? 64 : Number(context.fragment(count).sql);
  if (!Number.isInteger(size) || size < 0 || size > 32) {
    return refuse(call, context, 'FUNCTION', 'EXPORT_SET of more than 32 bits, or of a number known at run time only');
  }
  const number = operand(toNumber(context.fragment(bits), context, bits));
  const [yes, no] = [on, off].map((arg) => toText(context.fragment(arg), context, arg).sql);
  const parts = Array.from(
    { length: size },
    (_, at) => `CASE WHEN ${number}::bigint & ${2 ** at} <> 0 THEN ${yes} ELSE ${no} END`,
  );
  const mark = separator === undefined ? "','" : toText(context.fragment(separator), context, separator).sql;
  return atom(`concat_ws(${mark}, ${parts.join(', ')})`, TEXT);
}
