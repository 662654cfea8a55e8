import type { Expression, Name } from '../../sql/expression.ts';
import type { Into, Query } from '../../sql/query.ts';
import type { Delete, Insert } from '../../sql/statement.ts';
import type { ValueType } from '../../sql/value-type.ts';
import { BIGINT, TEXT } from '../../sql/value-type.ts';
import type { BodyStatement, Fetch, SetStatement } from '../body.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import { countedQuery, emitFoundRows, foundRows, refuseCounted } from '../found-rows.ts';
import { typesOfItems } from '../item-type.ts';
import { apart, assign, bare, heldInBlock, limitLines, storeApart } from '../limit.ts';
import { isOneRow } from '../one-row.ts';
import { pgType } from '../pg-type.ts';
import { key } from '../table-access.ts';
import { keptValue, textItems } from '../text-item.ts';
import { sharedLine, userVariable } from '../user-variable.ts';
import type { Variable } from '../variable-book.ts';
import { nodesOf } from '../walk.ts';
import { handlersOf, onNotFound, waitsForNotFound } from './guard.ts';

/** SELECT ... INTO: without a row the variables keep their values, and NOT FOUND arises. */
export function emitSelectInto(emitter: Emitter, node: Query, into: Into, emit: EmitStatement): void {
  if (into.file !== undefined)
    throw new NotConverted('FILE', 'a file of the server is written', 'Use COPY, or a program of the client.');
  refuseCounted(emitter, node);
  const types = typesOfItems(emitter, node);
  const targets = into.targets.map((target, at) =>
    target.tag === 'user-variable'
      ? userVariable(emitter, target.name, types[at] ?? TEXT)
      : variable(emitter, target.parts),
  );
  const sql = emitter.query(
    textItems(
      emitter,
      node,
      targets.map(({ type }) => type),
    ),
    'stored',
  );
  if (isOneRow(node)) {
    const { body } = node;
    const isBare = body.tag === 'select' && body.from.length === 0;
    intoOneRow(emitter, sql, targets, types, isBare && emitter.program.dialect.flavor === 'mariadb');
    return;
  }
  const found = targets.map((target) => emitter.temporary(`_${bare(target.sql)}`, target.declared, target.type));
  if (mayGoOn(emitter)) {
    firstRow(emitter, sql, targets, { found, types, emit });
    return;
  }
  emitter.out.line(
    withInto(
      sql,
      found.map(({ sql: name }) => name),
    ),
  );
  if (emitter.asks('ROW_COUNT')) {
    emitter.temporary('_row_count', 'bigint', BIGINT);
    emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
  }
  if (emitter.asks('FOUND_ROWS')) emitter.out.line(`GET DIAGNOSTICS ${foundRows(emitter)} = ROW_COUNT;`);
  keep(emitter, targets, { found, types, emit });
}

/** There is a row for certain: it goes into the variables, or to places apart where it may be refused. */
function intoOneRow(
  emitter: Emitter,
  sql: string,
  targets: readonly Variable[],
  types: readonly (ValueType | undefined)[],
  isCountedNone: boolean,
): void {
  const places = targets.map((target, at) =>
    limitsFor(emitter, target, types[at]).length > 0 ? apart(emitter, target) : target,
  );
  emitter.out.line(
    withInto(
      sql,
      places.map(({ sql: name }) => name),
    ),
  );
  for (const [at, target] of targets.entries()) {
    const place = places[at] ?? target;
    const lines = limitsFor(emitter, place, types[at]);
    if (place !== target) storeApart(emitter, target, place.sql, lines);
    else for (const line of lines) emitter.out.line(line);
  }
  countRows(emitter, '1', isCountedNone ? '0' : '1');
}

/** ROW_COUNT() and FOUND_ROWS() behind a SELECT: the rows that went INTO variables. */
function countRows(emitter: Emitter, rows: string, found = rows): void {
  if (emitter.asks('ROW_COUNT'))
    emitter.out.line(`${emitter.temporary('_row_count', 'bigint', BIGINT).sql} := ${rows};`);
  if (emitter.asks('FOUND_ROWS')) emitter.out.line(`${foundRows(emitter)} := ${found};`);
}

/** Whether the program can go on behind a second row: a handler waits for errors, or no setting refuses it. */
function mayGoOn(emitter: Emitter): boolean {
  return emitter.usesNativeTransactions || emitter.frames.some((frame) => handlersOf(frame).length > 0);
}

/** The first row goes into the variables, then a second one is an error, behind which they keep it. */
function firstRow(emitter: Emitter, sql: string, targets: readonly Variable[], rest: Found): void {
  const { out } = emitter;
  const rows = emitter.temporary('_rows_found', 'bigint', BIGINT).sql;
  out.line(`${rows} := 0;`);
  out.line(`FOR ${rest.found.map(({ sql: name }) => name).join(', ')} IN ${sql} LOOP`);
  out.deeper(() => {
    out.line(`${rows} := ${rows} + 1;`);
    out.line(`IF ${rows} > 1 THEN RAISE too_many_rows USING MESSAGE = 'query returned more than one row'; END IF;`);
    takeOver(emitter, targets, rest);
  });
  out.line('END LOOP;');
  countRows(emitter, rows);
  if (!waitsForNotFound(emitter)) return;
  out.line(`IF ${rows} = 0 THEN`);
  out.deeper(() => notFound(emitter, rest.emit));
  out.line('END IF;');
}

/** INTO stands behind the first list of a SELECT; PL/pgSQL takes it at the end of the statement just as well. */
function withInto(sql: string, names: readonly string[]): string {
  return `${sql} INTO ${names.join(', ')};`;
}

interface Found {
  readonly found: readonly Variable[];
  readonly types: readonly (ValueType | undefined)[];
  readonly emit: EmitStatement;
}

/** What refuses what is outside the variable; a whole number of 32 bits fits into those that have no range of ours. */
function limitsFor(emitter: Emitter, target: Variable, type: ValueType | undefined): readonly string[] {
  const isNarrow = type?.kind === 'integer' && !type.isWide && !type.isUnsigned;
  return isNarrow && target.cast === 'integer' ? [] : limitLines(emitter, target);
}

/** What was found is taken over only where there is a row. */
function keep(emitter: Emitter, targets: readonly Variable[], { found, types, emit }: Found): void {
  emitter.out.line('IF FOUND THEN');
  emitter.out.deeper(() => takeOver(emitter, targets, { found, types, emit }));
  if (waitsForNotFound(emitter)) {
    emitter.out.line('ELSE');
    emitter.out.deeper(() => notFound(emitter, emit));
  }
  emitter.out.line('END IF;');
}

function takeOver(emitter: Emitter, targets: readonly Variable[], { found, types }: Found): void {
  targets.forEach((target, at) => {
    const sql = found[at]?.sql ?? target.sql;
    const lines = limitsFor(emitter, { ...target, sql }, types[at]);
    storeApart(emitter, target, sql, lines);
  });
}

function notFound(emitter: Emitter, emit: EmitStatement): void {
  const before = emitter.out.lines.length;
  onNotFound(emitter, emit);
  if (emitter.out.lines.length === before) emitter.out.line('NULL;');
}

/** A local variable that takes a value. */
export function variable(emitter: Emitter, parts: readonly Name[]): Variable {
  const found = emitter.variable(parts);
  if (found !== undefined) return found;
  const name = parts.map(({ text }) => text).join('.');
  throw new NotConverted('VARIABLE', `no variable ${name} is known here`, 'Declare it, or write this part by hand.');
}

/** Nobody waits for the end of the cursor: it is an error then, other than behind a SELECT INTO. */
const NO_ROW =
  "RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = 'No data - zero rows fetched, selected, or processed';";

/** FETCH: past the end the variables keep their values, and NOT FOUND arises. */
export function emitFetch(emitter: Emitter, node: Fetch, emit: EmitStatement): void {
  if (node.cursor === undefined)
    throw new NotConverted('AGGREGATE', 'an aggregate function reads its group', 'Write it as CREATE AGGREGATE.');
  const targets = node.targets.map((target) => targetOf(emitter, target, TEXT));
  const found = targets.map((target) => emitter.temporary(`_${bare(target.sql)}`, target.declared, target.type));
  emitter.out.line(`FETCH ${cursorVariable(emitter, node.cursor)} INTO ${found.map(({ sql }) => sql).join(', ')};`);
  if (!waitsForNotFound(emitter)) emitter.out.line(`IF NOT FOUND THEN ${NO_ROW} END IF;`);
  keep(emitter, targets, { found, types: [], emit });
}

export function cursorVariable(emitter: Emitter, name: Name): string {
  const found = emitter.book.find(`cursor ${name.text}`);
  if (found === undefined) throw new NotConverted('CURSOR', `no cursor ${name.text} is known here`, 'Declare it.');
  return found.sql;
}

export function targetOf(emitter: Emitter, target: Expression, type: ValueType): Variable {
  if (target.tag === 'user-variable') return userVariable(emitter, target.name, type);
  if (target.tag === 'column') return variable(emitter, target.parts);
  throw new NotConverted('VARIABLE', 'a value goes to what is no variable', 'Write this part by hand.');
}

/** OPEN: the query of the cursor with the values that variables have now. */
export function emitOpen(emitter: Emitter, node: Extract<BodyStatement, { tag: 'open' }>): void {
  const name = cursorVariable(emitter, node.cursor);
  emitter.out.line(`OPEN ${name} FOR ${cursorQuery(emitter, node.cursor, node.args)};`);
}

/** The query of a declared cursor; its parameters become variables that get the values of the arguments. */
export function cursorQuery(emitter: Emitter, name: Name, args: readonly Expression[]): string {
  const found = emitter.blocks
    .flatMap(({ declarations }) => declarations)
    .find((one) => one.tag === 'cursor' && key(one.name.text) === key(name.text));
  if (found?.tag !== 'cursor' || found.query.tag === 'opaque' || found.parameters.length !== args.length)
    throw new NotConverted('CURSOR', `the query of the cursor ${name.text} is not known`, 'Write it by hand.');
  const values = found.parameters.map(({ name: own, type }, at) => {
    const of = pgType(type);
    const arg = args[at];
    if (of === undefined || arg === undefined)
      throw new NotConverted('TYPE', `a parameter of a cursor has the type ${type.name}`, 'Choose one by hand.');
    const { declared, limits } = heldInBlock(emitter, of);
    const variable = emitter.temporary(`_${key(found.name.text)}_${key(own.text)}`, declared, of.value);
    assign(emitter, { ...variable, ...limits }, emitter.sql(arg, { stored: of.value }), arg);
    return { name: own.text, variable };
  });
  emitter.book.open();
  for (const one of values) emitter.book.put(one.name, one.variable);
  try {
    return emitter.query(textItems(emitter, found.query, fetchedTypes(emitter, name)));
  } finally {
    emitter.book.close();
  }
}

/** The types of the variables into which a cursor is fetched. */
export function fetchedTypes(emitter: Emitter, { text }: Name): readonly (ValueType | undefined)[] {
  const fetch = nodesOf(emitter.program.definition, 'fetch').find((one) => key(one.cursor?.text ?? '') === key(text));
  return fetch?.targets.map((to) => (to.tag === 'column' ? emitter.variable(to.parts)?.type : undefined)) ?? [];
}

/** A query whose rows go to the caller: a cursor that is added to `result_sets`. */
export function emitResultSet(emitter: Emitter, node: Query): void {
  if (emitter.program.definition.tag !== 'procedure') {
    emitter.out.line(`PERFORM 1 FROM (${emitter.query(node)}) AS nobody;`);
    return;
  }
  emitter.hasResultSets = true;
  const counted = emitter.asks('FOUND_ROWS') ? countedQuery(node) : undefined;
  openResult(emitter, counted?.page ?? node, counted === undefined);
  if (counted !== undefined) emitFoundRows(emitter, counted.all);
  if (emitter.asks('ROW_COUNT')) emitter.out.line(`${emitter.temporary('_row_count', 'bigint', BIGINT).sql} := -1;`);
}

/** Opens a cursor for the rows of a query, and adds it to those of the caller. */
function openResult(emitter: Emitter, node: Query, isWhole: boolean): void {
  const sql = emitter.query(node, 'named');
  const isCounted = isWhole && emitter.asks('FOUND_ROWS');
  emitter.temporary('_result', 'refcursor', TEXT);
  emitter.out.line('_result := NULL;');
  if (readsTemporary(emitter, node)) {
    emitter.out.line(`CREATE TEMP TABLE _result_rows ON COMMIT DROP AS ${sql};`);
    openCopy(emitter, isCounted);
  } else {
    emitter.out.line(`OPEN _result ${isCounted ? 'SCROLL ' : ''}FOR ${sql};`);
  }
  if (isCounted) {
    emitter.out.line('MOVE FORWARD ALL IN _result;');
    emitter.out.line(`GET DIAGNOSTICS ${foundRows(emitter)} = ROW_COUNT;`);
    emitter.out.line('MOVE ABSOLUTE 0 IN _result;');
  }
  emitter.out.line('result_sets := result_sets || _result;');
}

/** Rows that were copied get a table of their own name, so that the next result set can have one too. */
function openCopy(emitter: Emitter, isCounted: boolean): void {
  const name = emitter.temporary('_result_table', 'text', TEXT).sql;
  emitter.out.line(`${name} := 'result_' || replace(gen_random_uuid()::text, '-', '_');`);
  emitter.out.line(`EXECUTE format('ALTER TABLE pg_temp._result_rows RENAME TO %I', ${name});`);
  emitter.out.line(
    `OPEN _result ${isCounted ? 'SCROLL ' : ''}FOR EXECUTE format('SELECT * FROM pg_temp.%I', ${name});`,
  );
}

/** MariaDB's RETURNING: the rows are kept apart first, for a cursor reads and changes nothing. */
export function emitReturned(emitter: Emitter, node: Insert | Delete): void {
  if (emitter.program.definition.tag !== 'procedure')
    throw new NotConverted('RETURNING', 'a function gives rows to the caller', 'Write it by hand.');
  emitter.hasResultSets = true;
  emitter.temporary('_result', 'refcursor', TEXT);
  const { start, end } = node;
  const name = 'table' in node ? node.table : node.targets[0];
  if (name === undefined) throw new NotConverted('RETURNING', 'rows of no known table', 'Write it by hand.');
  const base = {
    tag: 'base',
    name,
    alias: undefined,
    partitions: [],
    hints: [],
    systemTime: undefined,
    start,
    end,
  } as const;
  const clauses = {
    groupBy: [],
    isRollup: false,
    having: undefined,
    windows: [],
    options: [],
    isDistinct: false,
  } as const;
  const nothing: Expression = { tag: 'boolean', value: false, start, end };
  const body = { tag: 'select', items: node.returning, from: [base], where: nothing, ...clauses, start, end } as const;
  const rest = { with: undefined, orderBy: [], limit: undefined, locks: [], into: undefined } as const;
  const empty = emitter.query({ tag: 'query', body, ...rest, start, end }, 'named');
  emitter.out.line(`CREATE TEMP TABLE _result_rows ON COMMIT DROP AS ${empty};`);
  const sql = emitter.statement(node);
  // A statement with parts of its own becomes one of them: PostgreSQL takes no such part inside another.
  const parts = /^(WITH [\s\S]*\)) (INSERT INTO [\s\S]*)$/.exec(sql);
  const head = parts === null ? `WITH changed AS (${sql})` : `${parts[1]}, changed AS (${parts[2]})`;
  emitter.out.line(`${head}\nINSERT INTO pg_temp._result_rows SELECT * FROM changed;`);
  if (emitter.asks('ROW_COUNT')) {
    emitter.temporary('_row_count', 'bigint', BIGINT);
    emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
  }
  emitter.out.line('_result := NULL;');
  openCopy(emitter, false);
  emitter.out.line('result_sets := result_sets || _result;');
}

/** An open cursor holds its tables: rows of a table that the program drops are copied. */
function readsTemporary(emitter: Emitter, node: Query): boolean {
  return nodesOf(node, 'base').some(({ name }) => emitter.tables.has(key(name.parts.at(-1)?.text ?? '')));
}

/** SET of variables, NEW columns and settings of the session. */
export function emitSet(emitter: Emitter, node: SetStatement): void {
  for (const { target, value } of node.assignments) {
    if (target.tag === 'user-variable') {
      const translated = emitter.expression(keptValue(emitter, value), 'kept');
      const { sql } = userVariable(emitter, target.name, translated.type);
      emitter.out.line(`${sql} := ${translated.sql};`);
      if (emitter.context.sessionVariables.has(key(target.name))) emitter.out.line(sharedLine(target.name));
    } else if (target.tag === 'name' && emitter.variable(target.parts) !== undefined) {
      const to = variable(emitter, target.parts);
      const given = to.type.kind === 'text' ? keptValue(emitter, value) : value;
      assign(emitter, to, emitter.sql(given, { stored: to.type }), value);
    } else {
      setting(
        emitter,
        node,
        target.tag === 'system-variable' ? target.name : target.parts.map(({ text }) => text).join('.'),
      );
    }
  }
}

/** Settings of the source that say how it checks and reads; the target has its own rules. */
const LEFT_OUT = new Set(
  `sql_mode sql_safe_updates foreign_key_checks unique_checks group_concat_max_len max_sp_recursion_depth sql_notes
   character_set_client character_set_results collation_connection sql_log_bin innodb_lock_wait_timeout`.split(/\s+/),
);

function setting(emitter: Emitter, node: SetStatement, name: string): void {
  if (!LEFT_OUT.has(key(name)))
    throw new NotConverted('SETTING', `the setting ${name} of the session`, 'Set what it stands for on the target.');
  emitter.note('review', node, [
    'SETTING',
    `SET ${name} is left out`,
    'The target has no such setting: check that its rules are right.',
  ]);
  emitter.out.line(`-- left out: SET ${name}`);
}
