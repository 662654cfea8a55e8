import { quoteName } from '../../sql/fragment.ts';
import type { BodyStatement } from '../body.ts';
import type { Emitted } from '../convert.ts';
import type { ConvertContext } from '../convert-context.ts';
import { Emitter, NotConverted } from '../emitter.ts';
import { heldWide, limitLines } from '../limit.ts';
import { pgType } from '../pg-type.ts';
import { sessionStateOf } from '../profile.ts';
import type { Program, Routine } from '../program.ts';
import { asksOutside, SHARED_NUMBER } from '../shared-number.ts';
import { key, tableAccess } from '../table-access.ts';
import { noteUnsaid } from '../unsaid.ts';
import { nodesOf } from '../walk.ts';
import { bodyLines } from './statement.ts';

/** A procedure or a function. */
export function emitRoutine(program: Program, node: Routine, context: ConvertContext): Emitted {
  if (node.isAggregate) throw new NotConverted('AGGREGATE', 'an aggregate function', 'Write it as CREATE AGGREGATE.');
  const emitter = emitterOf(program, context);
  const parameters = parametersOf(emitter, node);
  const checks = node.parameters.flatMap(({ name, mode }) => {
    const variable = mode === 'out' ? undefined : emitter.book.find(name.text);
    return variable === undefined ? [] : limitLines(emitter, variable);
  });
  const returns = node.returns === undefined ? undefined : pgType(node.returns);
  if (node.tag === 'function' && returns === undefined)
    throw new NotConverted('TYPE', 'the result has a type that the target has not', 'Choose one by hand.');
  const body = plpgsqlBody(emitter, node.body, { first: checks });
  emitter.account({ start: node.start, end: node.body.start });
  const isGiving = emitter.hasResultSets || context.signatures.get(key(quoteless(node)))?.hasResultSets === true;
  if (isGiving && node.tag === 'procedure') parameters.push("INOUT result_sets refcursor[] DEFAULT '{}'");
  const name = quoteName(quoteless(node));
  const result = returns === undefined ? '' : ` RETURNS ${returns.sql === 'real' ? 'real' : returns.wide}`;
  const options = optionsOf(emitter, node);
  const kind = node.tag === 'function' ? 'FUNCTION' : 'PROCEDURE';
  const sql = `CREATE OR REPLACE ${kind} ${name}(${parameters.join(', ')})${result}\nLANGUAGE plpgsql${options}\nAS ${quotedBody(body)}`;
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
  const emitter = new Emitter(program, context, new Set([...names.map(({ name }) => key(name)), ...own.map(key)]));
  notePadded(emitter);
  noteOutside(emitter);
  noteUnsaid(emitter);
  noteUnsure(emitter);
  return emitter;
}

/** A variable that a derived table alone sets has no type of its own where the statement is read. */
function noteUnsure(emitter: Emitter): void {
  for (const [name, { unsure }] of emitter.program.counters ?? [])
    if (unsure !== undefined)
      emitter.note('review', unsure, [
        'USER_VARIABLE',
        `@${name} sums decimals: the source shows a sum of 0 without digits behind the point, and computes in DOUBLE where the session gave it no type before`,
        `Set it before the query: SET @${name} = 0; look where the digits of a 0 matter.`,
      ]);
}

/** Statements of the application before the call, or of what runs the program, are not seen. */
function noteOutside(emitter: Emitter): void {
  const { program, context } = emitter;
  if (emitter.sharesNumber || !asksOutside(program, context.catalogue)) return;
  const advice = 'Give the number to the program as a parameter: on the target it is 0 here.';
  emitter.note('review', program.definition, [
    'LAST_INSERT_ID',
    'LAST_INSERT_ID() is asked for a number that a statement outside the program got',
    advice,
  ]);
}

/** Under PAD_CHAR_TO_FULL_LENGTH a CHAR is read with blanks, which the target has not. */
function notePadded(emitter: Emitter): void {
  const { definition, dialect } = emitter.program;
  if (!dialect.mode.hasPaddedChar || definition.tag === 'unread') return;
  const own = nodesOf(definition, 'variable').map(({ type }) => type);
  const ofHead =
    'parameters' in definition ? [...definition.parameters.map(({ type }) => type), definition.returns] : [];
  const padded = [...ofHead, ...own].find((type) => type !== undefined && /^(?:N?CHAR|CHARACTER)$/.test(type.name));
  if (padded === undefined) return;
  const advice = 'Fill it by rpad() where the blanks matter.';
  emitter.note('review', padded, ['PADDED_CHAR', 'a CHAR is read with the blanks that fill it', advice]);
}

function parametersOf(emitter: Emitter, node: Routine): string[] {
  return node.parameters.map(({ mode, name, type }) => {
    const found = pgType(type);
    if (found === undefined)
      throw new NotConverted('TYPE', `a parameter has the type ${type.name}`, 'Choose a type by hand.');
    const { declared, limits } = heldWide(emitter, found);
    const { sql } = emitter.book.declare(name.text, declared, found.value, limits);
    return `${node.tag === 'function' ? '' : `${mode.toUpperCase()} `}${sql} ${found.wide}`;
  });
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
  const own = [...emitter.temporaries].map(([name, type]) => `  ${name} ${type}${initial(emitter, name)};`);
  const { first = [], last = [] } = around;
  const rest = [...emitter.comments.before(emitter.text.length), ...last];
  const isApart = first.length > 0 && lines.includes('EXCEPTION');
  const isLabelled = lines.some((line) => line.startsWith('<<'));
  if (body.tag !== 'block' || isApart || (around.isWrapped === true && isLabelled)) {
    const declarations = own.length === 0 ? [] : ['DECLARE', ...own];
    return [PRAGMA, ...declarations, 'BEGIN', ...indented([...first, ...lines, ...rest]), 'END;'];
  }
  return [PRAGMA, ...filled(lines, own, indented(first), indented(rest))];
}

/** What the last statement did, before there was one. */
const COUNTED = new Set(['_row_count', '_found_rows', '_last_insert_id']);

function initial(emitter: Emitter, name: string): string {
  if (!COUNTED.has(name)) return '';
  return name === '_last_insert_id' && emitter.sharesNumber ? ` := ${SHARED_NUMBER}` : ' := 0';
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

/** A body between dollar quotes that do not stand in it. */
export function quotedBody(lines: readonly string[]): string {
  const body = lines.join('\n');
  let quote = '$body$';
  for (let number = 2; body.includes(quote); number += 1) quote = `$body${number}$`;
  return `${quote}\n${body}\n${quote}`;
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

/** IMMUTABLE is never claimed: what reads a table or a clock is not, whatever DETERMINISTIC says. */
function volatility(emitter: Emitter, node: Routine): string {
  const { writes, temporary } = tableAccess(node);
  const calls = nodesOf(node.body, 'call').some(({ parts }) => emitter.signature(parts) !== undefined);
  const random = nodesOf(node.body, 'call').some(({ upper }) =>
    ['RAND', 'UUID', 'SYSDATE', 'SLEEP', 'GET_LOCK'].includes(upper),
  );
  const shares = sessionStateOf(emitter.program).writes.some((name) => emitter.context.sessionVariables.has(name));
  return writes.size === 0 &&
    temporary.size === 0 &&
    !shares &&
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
