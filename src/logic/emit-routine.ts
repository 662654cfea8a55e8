import { quoteName } from '../sql/fragment.ts';
import type { BodyStatement } from './body.ts';
import type { Emitted } from './convert.ts';
import type { ConvertContext } from './convert-context.ts';
import { bodyLines } from './emit-statement.ts';
import { Emitter, NotConverted } from './emitter.ts';
import { type PgType, pgType } from './pg-type.ts';
import type { Program, Routine } from './program.ts';
import { key, tableAccess } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** A procedure or a function. */
export function emitRoutine(program: Program, node: Routine, context: ConvertContext): Emitted {
  if (node.isAggregate) throw new NotConverted('AGGREGATE', 'an aggregate function', 'Write it as CREATE AGGREGATE.');
  const emitter = emitterOf(program, context);
  const parameters = parametersOf(emitter, node);
  const checks = node.parameters.flatMap(({ name, type, mode }) =>
    narrow(emitter, name.text, mode === 'out' ? undefined : pgType(type)),
  );
  const returns = node.returns === undefined ? undefined : pgType(node.returns);
  if (node.tag === 'function' && returns === undefined)
    throw new NotConverted('TYPE', 'the result has a type that the target has not', 'Choose one by hand.');
  const body = plpgsqlBody(emitter, node.body, { first: checks });
  emitter.account({ start: node.start, end: node.body.start });
  const isGiving = emitter.hasResultSets || context.signatures.get(key(quoteless(node)))?.hasResultSets === true;
  if (isGiving && node.tag === 'procedure') parameters.push("INOUT result_sets refcursor[] DEFAULT '{}'");
  if (emitter.usesNativeTransactions) warnOfManyRows(emitter, node);
  const name = quoteName(quoteless(node));
  const result = returns === undefined ? '' : ` RETURNS ${returns.wide}`;
  const options = optionsOf(emitter, node);
  const kind = node.tag === 'function' ? 'FUNCTION' : 'PROCEDURE';
  const sql = `CREATE OR REPLACE ${kind} ${name}(${parameters.join(', ')})${result}\nLANGUAGE plpgsql${options}\nAS $body$\n${body.join('\n')}\n$body$`;
  return { emitter, statements: [sql, ...comment(node, kind, name)] };
}

function quoteless({ name }: Routine): string {
  return name.parts.at(-1)?.text ?? '';
}

/** Variables may not be called as a column that the program meets: that is decided once, for the whole program. */
export function emitterOf(program: Program, context: ConvertContext): Emitter {
  const { reads, writes } = tableAccess(program.definition);
  const names = [...reads, ...writes.keys()].flatMap((name) => {
    const last = name.split('.').at(-1) ?? '';
    return context.catalogue.table([{ text: last, isQuoted: false, start: 0, end: 0 }])?.shape.columns ?? [];
  });
  const own = nodesOf(program.definition, 'create-table').flatMap(({ definition }) =>
    definition.columns.map(({ name }) => name.text),
  );
  return new Emitter(program, context, new Set([...names.map(({ name }) => key(name)), ...own.map(key)]));
}

function parametersOf(emitter: Emitter, node: Routine): string[] {
  return node.parameters.map(({ mode, name, type }) => {
    const found = pgType(type);
    if (found === undefined)
      throw new NotConverted('TYPE', `a parameter has the type ${type.name}`, 'Choose a type by hand.');
    const { sql } = emitter.book.declare(name.text, found.wide, found.value, found.range);
    return `${node.tag === 'function' ? '' : `${mode.toUpperCase()} `}${sql} ${found.wide}`;
  });
}

/** A number comes with the digits of its type: PostgreSQL does not look at the length of a parameter. */
function narrow(emitter: Emitter, name: string, type: PgType | undefined): readonly string[] {
  const variable = emitter.book.find(name);
  if (variable === undefined || type?.sql.startsWith('numeric(') !== true) return [];
  return [`${variable.sql} := ${variable.sql}::${type.sql};`];
}

/** What stands round a body: declarations of our own come by themselves. */
export interface Around {
  readonly first?: readonly string[];
  readonly last?: readonly string[];
  /** Nothing may leave the outermost block by its label: what is last must run. */
  readonly isWrapped?: boolean;
}

/** The body between its dollar quotes. */
export function plpgsqlBody(emitter: Emitter, body: BodyStatement, around: Around = {}): readonly string[] {
  emitter.comments.before(body.start);
  const lines = bodyLines(emitter, body);
  const own = [...emitter.temporaries].map(([name, type]) => `  ${name} ${type};`);
  const { first = [], last = [] } = around;
  const rest = [...emitter.comments.before(emitter.text.length), ...last];
  const isLabelled = lines.some((line) => line.startsWith('<<'));
  if (body.tag !== 'block' || (around.isWrapped === true && isLabelled)) {
    const declarations = own.length === 0 ? [] : ['DECLARE', ...own];
    return [PRAGMA, ...declarations, 'BEGIN', ...indented([...first, ...lines, ...rest]), 'END;'];
  }
  return [PRAGMA, ...filled(lines, own, indented(first), indented(rest))];
}

const PRAGMA = '#variable_conflict use_variable';

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

/** A block with more declarations, first and last statements; its last line is its END, an EXCEPTION stands before. */
function filled(
  lines: readonly string[],
  own: readonly string[],
  first: readonly string[],
  last: readonly string[],
): readonly string[] {
  const begin = lines.indexOf('BEGIN');
  const end = lines.includes('EXCEPTION') ? lines.lastIndexOf('EXCEPTION') : lines.length - 1;
  const head = lines.slice(0, begin);
  const declared =
    own.length === 0 ? head : head.includes('DECLARE') ? [...head, ...own] : [...head, 'DECLARE', ...own];
  return [...declared, 'BEGIN', ...first, ...lines.slice(begin + 1, end), ...last, ...lines.slice(end)];
}

function optionsOf(emitter: Emitter, node: Routine): string {
  const lines: string[] = [];
  if (node.tag === 'function') lines.push(volatility(emitter, node));
  if (!emitter.usesNativeTransactions) {
    if (!node.characteristics.isInvoker) lines.push('SECURITY DEFINER');
    lines.push(`SET search_path = ${quoteName(emitter.context.schema)}, pg_temp`);
    lines.push("SET plpgsql.extra_errors = 'too_many_rows'");
  }
  return lines.map((line) => `\n${line}`).join('');
}

/** A procedure that commits may have no SET clause, so that nothing refuses a second row there. */
function warnOfManyRows(emitter: Emitter, node: Routine): void {
  for (const query of nodesOf(node.body, 'query')) {
    if (query.into === undefined) continue;
    emitter.note('review', query, [
      'MANY_ROWS',
      'of several rows the first is taken, where the source raises an error',
      'Make sure that the query gives one row.',
    ]);
  }
}

/** IMMUTABLE is never claimed: what reads a table or a clock is not, whatever DETERMINISTIC says. */
function volatility(emitter: Emitter, node: Routine): string {
  const { writes, temporary } = tableAccess(node);
  const calls = nodesOf(node.body, 'call').some(({ parts }) => emitter.signature(parts) !== undefined);
  const random = nodesOf(node.body, 'call').some(({ upper }) =>
    ['RAND', 'UUID', 'SYSDATE', 'SLEEP', 'GET_LOCK'].includes(upper),
  );
  return writes.size === 0 &&
    temporary.size === 0 &&
    !calls &&
    !random &&
    nodesOf(node.body, 'call-procedure').length === 0
    ? 'STABLE'
    : 'VOLATILE';
}

function comment({ characteristics }: Routine, kind: string, name: string): readonly string[] {
  if (characteristics.comment === undefined || characteristics.comment === '') return [];
  return [`COMMENT ON ${kind} ${name} IS '${characteristics.comment.replaceAll("'", "''")}'`];
}
