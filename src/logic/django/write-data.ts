import type { Expression } from '../../sql/expression.ts';
import type { Into, Query } from '../../sql/query.ts';
import { TEXT } from '../../sql/value-type.ts';
import type { BodyStatement, Command, Fetch, GetDiagnostics, SetStatement, SetTarget, Signal } from '../body.ts';
import { resolveCondition } from '../condition-table.ts';
import { mayBeClosed } from '../cursor-state.ts';
import { handlersOf, waitsForNotFound } from '../emit/guard.ts';
import { emitCreateTable, emitDropTable, emitTruncate, noteMessages } from '../emit/other.ts';
import { cursorVariable, fetchedTypes } from '../emit/query.ts';
import { emitTemporaryChange } from '../emit/temporary-change.ts';
import { NotConverted } from '../emitter.ts';
import { noteEmptied } from '../emptied-diagnostics.ts';
import { countedQuery, refuseCounted } from '../found-rows.ts';
import { typesOfItems } from '../item-type.ts';
import { noteCallee } from '../lost-callee.ts';
import { pgType, SERVER_TYPES } from '../pg-type.ts';
import { key } from '../table-access.ts';
import { textItems } from '../text-item.ts';
import { nodesOf } from '../walk.ts';
import { Writer } from '../writer.ts';
import { nativeValue } from './native-expression.ts';
import { pythonName, pythonString, stored } from './python-type.ts';
import { noteSameNames } from './same-name.ts';
import type { ServiceEmitter, ServiceVariable } from './service-emitter.ts';
import { isWatched, sqlArguments } from './vendor-sql.ts';
import { withCursorQuery } from './write-cursor.ts';
import { writeNotFound } from './write-guard.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;
type Node<Tag extends BodyStatement['tag']> = Extract<BodyStatement, { tag: Tag }>;

export function writeSet(service: ServiceEmitter, node: SetStatement): void {
  const { emitter } = service;
  for (const { target, value } of node.assignments) {
    if (target.tag === 'user-variable') {
      if (emitter.program.counters?.has(key(target.name)) === true) {
        service.begin(target.name, value);
        continue;
      }
      const { type } = emitter.expression(value);
      const variable = service.userVariable(target.name, SERVER_TYPES[type.kind] ?? 'text', type);
      service.assign(variable.python, variable.type, value, type);
      service.share(target.name, variable);
      continue;
    }
    const found = target.tag === 'name' ? emitter.variable(target.parts) : undefined;
    if (found === undefined && isOfServer(target)) {
      emitter.note('review', node, ['SETTING', 'a setting of the server is left out', 'Python has its own.']);
      service.out.comment(`left out: ${emitter.sourceText(node)}`);
      continue;
    }
    if (found === undefined)
      throw new NotConverted(
        'SETTING',
        'a setting of the session',
        'Set what it stands for in the settings of Django.',
      );
    const variable = service.known(found.sql);
    service.assign(variable.python, variable.type, value, found.type);
  }
}

/** How deep a procedure may call itself, and whether notes are kept: nothing of a service asks. */
function isOfServer(target: SetTarget): boolean {
  const name = target.tag === 'name' ? target.parts.at(-1)?.text : target.name;
  return ['max_sp_recursion_depth', 'sql_notes'].includes(key(name ?? ''));
}

/** SELECT ... INTO: without a row the variables keep their values. */
export function writeInto(service: ServiceEmitter, node: Query, write: Write): void {
  const { into } = node;
  refuseCounted(service.emitter, node);
  if (into === undefined || into.file !== undefined)
    throw new NotConverted('FILE', 'a file of the server is written', 'Write it in Python.');
  const targets = intoTargets(service, node, into);
  const values = storedValues(node);
  // A second row is an error behind which the variables keep the first one: that is seen where a handler waits.
  const isSeen = service.emitter.frames.some((frame) => handlersOf(frame).length > 0);
  if (values.length === targets.length && values.some(isWatched)) {
    for (const [at, { python, type }] of targets.entries()) {
      const [target, value] = [into.targets[at], values[at]];
      const known = target?.tag === 'local' ? service.emitter.variable(target.parts)?.type : undefined;
      if (value === undefined) continue;
      if (isSeen && !reads(service, value, python)) service.out.line(`${python} = None`);
      service.assign(python, type, value, known ?? TEXT);
    }
    if (service.asks('ROW_COUNT')) service.out.line('row_count = 1');
    if (service.asks('FOUND_ROWS')) service.out.line('found_rows = 1');
    return;
  }
  const query = textItems(
    service.emitter,
    node,
    into.targets.map((target) =>
      target.tag === 'user-variable' ? undefined : service.emitter.variable(target.parts)?.type,
    ),
  );
  const isChecked = isDivided(service, node);
  service.out.call(isSeen ? 'rows = db.rows' : 'row = db.row', service.query(query, isChecked ? 'stored' : 'plain'));
  if (isChecked) service.out.line('db.divided()');
  if (isSeen) service.out.line('row = rows[0] if rows else None');
  for (const [name, asked] of [
    ['row_count', 'ROW_COUNT'],
    ['found_rows', 'FOUND_ROWS'],
  ] as const)
    if (service.asks(asked)) service.out.line(`${name} = ${isSeen ? 'len(rows)' : '0 if row is None else 1'}`);
  keep(service, targets, write, isSeen);
}

/** Whether strict mode refuses a division by zero of its values: one inside an aggregate or a condition gives NULL. */
function isDivided({ emitter }: ServiceEmitter, node: Query): boolean {
  const { body } = node;
  if (!emitter.program.dialect.mode.isDivisionChecked || body.tag !== 'select' || body.isDistinct) return false;
  const divisions = (root: object): number =>
    nodesOf(root, 'arithmetic').filter(({ operator }) => ['/', 'div', 'mod'].includes(operator)).length;
  const inside = nodesOf(node, 'aggregate').reduce((sum, one) => sum + divisions(one), 0);
  const ofItems = body.items.reduce((sum, one) => sum + divisions(one), 0);
  return ofItems > 0 && inside === 0 && ofItems === divisions(node);
}

/** Values of no table, which strict mode checks as those of SET; none for any other query. */
function storedValues({ body, limit }: Query): readonly Expression[] {
  if (body.tag !== 'select' || body.from.length > 0 || body.where !== undefined || limit !== undefined) return [];
  return body.items.flatMap((item) => (item.tag === 'item' ? [item.expression] : []));
}

function reads(service: ServiceEmitter, value: Expression, python: string): boolean {
  return nodesOf(value, 'column').some(({ parts }) => service.variable(parts)?.python === python);
}

function intoTargets(service: ServiceEmitter, node: Query, into: Into): readonly ServiceVariable[] {
  const types = typesOfItems(service.emitter, node);
  return into.targets.flatMap((target, at) => {
    if (target.tag === 'user-variable') {
      const type = types[at] ?? TEXT;
      service.refuseShared(target.name);
      return [service.userVariable(target.name, SERVER_TYPES[type.kind] ?? 'text', type)];
    }
    const found = service.variable(target.parts);
    const fields = found === undefined ? service.fields(target.parts) : [found];
    if (fields.length === 0) throw new NotConverted('VARIABLE', 'a value goes to what is no variable', 'Declare it.');
    return fields;
  });
}

function keep(service: ServiceEmitter, targets: readonly ServiceVariable[], write: Write, isOnlyOne = false): void {
  const { out, emitter } = service;
  out.line('if row is not None:');
  out.deeper(() => {
    // As on the source, a value that is refused leaves NULL.
    const isSeen = emitter.frames.some((frame) => handlersOf(frame).length > 0);
    for (const [at, { python, type }] of targets.entries()) {
      if (isSeen && type.by !== undefined) out.line(`${python} = None`);
      out.value(`${python} = `, stored(type, `row[${at}]`));
    }
    if (!isOnlyOne) return;
    out.line('if len(rows) > 1:');
    out.deeper(() => out.call('raise DataError', ['1172', '"Result consisted of more than one row"']));
  });
  if (!waitsForNotFound(emitter)) return;
  out.line('else:');
  out.deeper(() => void writeNotFound(service, write));
}

export function writeOpen(service: ServiceEmitter, node: Node<'open'>): void {
  const { emitter, out } = service;
  withCursorQuery(service, { name: node.cursor, args: node.args }, (query) => {
    const own = textItems(emitter, query, fetchedTypes(emitter, node.cursor));
    out.call('rows = db.rows', service.query(own, 'plain'));
    const cursor = cursorVariable(emitter, node.cursor);
    const isOptional = mayBeClosed(emitter.program, node.cursor);
    out.line(`${cursor} = ${isOptional ? `open_cursor(${cursor}, rows)` : 'iter(rows)'}`);
  });
}

/** CLOSE of a cursor that may be closed already. */
export function writeClose({ emitter, out }: ServiceEmitter, node: Node<'close'>): void {
  if (!mayBeClosed(emitter.program, node.cursor)) {
    out.comment(emitter.sourceText(node));
    return;
  }
  const cursor = cursorVariable(emitter, node.cursor);
  out.line(`close_cursor(${cursor})`);
  out.line(`${cursor} = None`);
}

export function writeFetch(service: ServiceEmitter, node: Fetch, write: Write): void {
  const { emitter, out } = service;
  if (node.cursor === undefined) throw new NotConverted('AGGREGATE', 'an aggregate function', 'Write it by hand.');
  const targets = node.targets.flatMap((target) => {
    const fields = target.tag === 'column' ? service.fields(target.parts) : [];
    return fields.length > 0 ? fields : [service.target(target)];
  });
  const cursor = cursorVariable(emitter, node.cursor);
  const isOptional = mayBeClosed(emitter.program, node.cursor);
  out.line(`row = ${isOptional ? `fetch_cursor(${cursor})` : `next(${cursor}, None)`}`);
  if (!waitsForNotFound(emitter)) {
    out.line('if row is None:');
    out.deeper(() => out.call('raise DataError', ['1329', '"No data - zero rows fetched"']));
  }
  keep(service, targets, write);
}

export function writeResultSet(service: ServiceEmitter, node: Query): void {
  const { out, emitter } = service;
  if (emitter.program.definition.tag === 'function')
    throw new NotConverted('RESULT_SET', 'a function gives rows to the caller', 'Write it by hand.');
  service.hasResultSets = true;
  noteSameNames(emitter, node);
  const counted = service.asks('FOUND_ROWS') ? countedQuery(node) : undefined;
  out.call('rows_given = db.dicts', service.query(counted?.page ?? node, 'named'));
  out.line('results.append(rows_given)');
  if (counted !== undefined) out.call('found_rows = db.value', countOf(service, counted.all));
  else if (service.asks('FOUND_ROWS')) out.line('found_rows = len(rows_given)');
  if (service.asks('ROW_COUNT')) out.line('row_count = -1');
}

/** MySQL has counted them with the page; PostgreSQL counts by a query of its own. */
function countOf(service: ServiceEmitter, all: Query): readonly string[] {
  const found = service.vendor(all, `SELECT count(*) FROM (${service.emitter.query(all)}) AS all_rows`);
  return sqlArguments({ ...found, mysql: 'SELECT FOUND_ROWS()', mysqlValues: [] });
}

/** CREATE and DROP of temporary tables, and TRUNCATE. */
export function writeTable(service: ServiceEmitter, node: Node<'create-table' | 'drop-table' | 'truncate'>): void {
  const { emitter } = service;
  const { out } = emitter;
  emitter.out = new Writer(false);
  try {
    if (node.tag === 'create-table') emitCreateTable(emitter, node);
    else if (node.tag === 'drop-table') emitDropTable(emitter, node);
    else emitTruncate(emitter, node);
    const sql = emitter.out.lines.join(' ').replace(/;\s*$/, '');
    const found = service.vendor(node, sql);
    // TRUNCATE and DROP without TEMPORARY would commit on MySQL, inside the transaction of the service.
    const mysql = found.mysql
      .replace(/^TRUNCATE(?: TABLE)?/i, 'DELETE FROM')
      .replace(/^DROP TABLE/i, 'DROP TEMPORARY TABLE');
    service.out.call('db.run', sqlArguments({ ...found, mysql }));
  } finally {
    emitter.out = out;
  }
}

/** An index of a temporary table is left out; false where it is another command. Throws NotConverted. */
export function writeTemporaryChange(service: ServiceEmitter, node: Command): boolean {
  const { emitter } = service;
  const { out } = emitter;
  emitter.out = new Writer(false);
  try {
    if (!emitTemporaryChange(emitter, node)) return false;
    if (emitter.out.lines.some((line) => !line.startsWith('--')))
      throw new NotConverted(
        'TEMPORARY',
        'ALTER TABLE of a temporary table commits on MySQL, inside the transaction of the service',
        'Make the table with its columns and keys.',
      );
    service.out.comment(emitter.sourceText(node));
    return true;
  } finally {
    emitter.out = out;
  }
}

export function writeReturn(service: ServiceEmitter, node: Node<'return'>): void {
  const { definition } = service.emitter.program;
  const returns = definition.tag === 'function' ? definition.returns : undefined;
  const [type, pg] = [returns && service.pythonType(returns), returns && pgType(returns)];
  if (type === undefined || pg === undefined)
    throw new NotConverted('TYPE', 'the result has a type that Python has not', 'Choose one by hand.');
  const shown = type.by === 'as_single' ? { ...type, by: 'as_shown' } : type;
  service.out.value('return ', service.storedValue(node.value, shown, pg.value));
}

export function writeCall(service: ServiceEmitter, node: Node<'call-procedure'>): void {
  const { out } = service;
  const name = key(node.procedure.parts.at(-1)?.text ?? '');
  const called = service.service('procedure', name);
  if (called === undefined || called.node.parameters.length !== node.args.length)
    throw new NotConverted('CALL', `nothing is known of the procedure ${name}`, 'Convert it too.');
  noteCallee(service.emitter, node);
  const modes = called.node.parameters.map(({ mode }) => mode);
  const given = service.args(
    node.args.filter((_, at) => modes[at] !== 'out'),
    called.node.parameters.filter(({ mode }) => mode !== 'out').map(({ type }) => type),
  );
  const gave = `called_${called.python}`;
  out.call(`${called.hasResult ? `${gave} = ` : ''}${called.python}`, [...given, 'using=using']);
  for (const [at, arg] of node.args.entries()) {
    if (modes[at] === 'in') continue;
    const { python, type } = service.target(arg);
    const field = pythonName(called.node.parameters[at]?.name.text ?? '');
    out.value(`${python} = `, stored(type, `${gave}.${field}`));
  }
  if (!called.hasResultSets) return;
  service.hasResultSets = true;
  out.line(`results.extend(${gave}.results)`);
}

export function writeDo(service: ServiceEmitter, node: Node<'do'>): void {
  for (const value of node.values) {
    const found = service.vendor(value, `SELECT ${service.emitter.sql(value)}`);
    service.out.call('db.value', sqlArguments({ ...found, mysql: `SELECT ${found.mysql}` }));
  }
}

export function writeSignal(service: ServiceEmitter, node: Signal): void {
  const { out, emitter } = service;
  const item = (name: string): Expression | undefined => node.items.find((one) => one.item === name)?.value;
  if (node.condition === undefined && node.items.length === 0) {
    out.line('raise');
    return;
  }
  const state = node.condition === undefined ? undefined : resolveCondition(node.condition, emitter.blocks);
  if (state !== undefined && state.tag !== 'sqlstate')
    throw new NotConverted('SIGNAL', 'the condition has no SQLSTATE', 'Give it one.');
  if (state?.sqlstate.startsWith('01')) throw new NotConverted('SIGNAL', 'a warning', 'Tell it by other means.');
  const args = [
    state === undefined ? `error_state(${service.error})` : pythonString(state.sqlstate),
    message(service, item('MESSAGE_TEXT'), state === undefined),
    ...errno(service, item('MYSQL_ERRNO')),
  ];
  out.call('raise BusinessRuleError', args, node.tag === 'resignal' ? ` from ${service.error}` : '');
}

function message(service: ServiceEmitter, text: Expression | undefined, isKept: boolean): string {
  if (text === undefined)
    return isKept ? `error_message(${service.error})` : '"Unhandled user-defined exception condition"';
  const native = nativeValue(text, service);
  if (native?.kind === 'text' && text.tag === 'string') return native.code;
  service.raw('found', text, undefined);
  return 'str(found)';
}

function errno(service: ServiceEmitter, number: Expression | undefined): readonly string[] {
  const native = number === undefined ? undefined : nativeValue(number, service);
  return native === undefined ? [] : [native.code];
}

export function writeDiagnostics(service: ServiceEmitter, node: GetDiagnostics): void {
  if (noteEmptied(service.emitter, node)) {
    service.out.comment(service.emitter.sourceText(node));
    return;
  }
  for (const { target, item } of node.items) {
    const { python, type } = service.target(target);
    const value = node.condition === undefined ? STATEMENT_ITEMS[item] : CONDITION_ITEMS[item];
    if (value === undefined) throw new NotConverted('DIAGNOSTICS', `the item ${item}`, 'Write it by hand.');
    service.out.value(`${python} = `, stored(type, value.replace('error)', `${service.error})`)));
  }
  noteMessages(service.emitter, node);
}

const STATEMENT_ITEMS: Readonly<Record<string, string>> = { ROW_COUNT: 'row_count', NUMBER: '1' };
const CONDITION_ITEMS: Readonly<Record<string, string>> = {
  MESSAGE_TEXT: 'error_message(error)',
  RETURNED_SQLSTATE: 'error_state(error)',
  MYSQL_ERRNO: 'error_number(error)',
};
