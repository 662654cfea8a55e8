import type { Expression } from '../../sql/expression.ts';
import type { Into, Query } from '../../sql/query.ts';
import type { Delete, Insert, Update } from '../../sql/statement.ts';
import { TEXT } from '../../sql/value-type.ts';
import type { BodyStatement, Fetch, GetDiagnostics, SetStatement, Signal } from '../body.ts';
import { resolveCondition } from '../condition-table.ts';
import { knownTable } from '../emit-change.ts';
import { waitsForNotFound } from '../emit-guard.ts';
import { emitCreateTable, emitDropTable, emitTruncate } from '../emit-other.ts';
import { cursorVariable } from '../emit-query.ts';
import { meetableKeys } from '../emit-upsert.ts';
import { NotConverted } from '../emitter.ts';
import { typesOfItems } from '../item-type.ts';
import { pgType } from '../pg-type.ts';
import { key } from '../table-access.ts';
import { Writer } from '../writer.ts';
import { nativeValue } from './native-expression.ts';
import { pythonName, pythonString, pythonType } from './python-type.ts';
import type { ServiceEmitter, ServiceVariable } from './service-emitter.ts';
import { sqlArguments } from './vendor-sql.ts';
import { writeNotFound } from './write-guard.ts';

type Write = (service: ServiceEmitter, statement: BodyStatement) => void;
type Node<Tag extends BodyStatement['tag']> = Extract<BodyStatement, { tag: Tag }>;

export function writeSet(service: ServiceEmitter, node: SetStatement): void {
  const { emitter } = service;
  for (const { target, value } of node.assignments) {
    if (target.tag === 'user-variable') {
      const { type } = emitter.expression(value);
      const variable = service.userVariable(target.name, USER_TYPES[type.kind] ?? 'text', type);
      service.assign(variable.python, variable.type, value, type);
      continue;
    }
    const found = target.tag === 'name' ? emitter.variable(target.parts) : undefined;
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

const USER_TYPES: Readonly<Record<string, string>> = {
  integer: 'bigint',
  boolean: 'bigint',
  decimal: 'numeric',
  float: 'double precision',
  date: 'date',
  datetime: 'timestamp',
};

/** SELECT ... INTO: without a row the variables keep their values. */
export function writeInto(service: ServiceEmitter, node: Query, write: Write): void {
  const { into } = node;
  if (into === undefined || into.file !== undefined)
    throw new NotConverted('FILE', 'a file of the server is written', 'Write it in Python.');
  const targets = intoTargets(service, node, into);
  service.out.call('row = db.row', service.query(node, 'plain'));
  keep(service, targets, write);
}

function intoTargets(service: ServiceEmitter, node: Query, into: Into): readonly ServiceVariable[] {
  const types = typesOfItems(service.emitter, node);
  return into.targets.map((target, at) => {
    if (target.tag === 'user-variable') {
      const type = types[at] ?? TEXT;
      return service.userVariable(target.name, USER_TYPES[type.kind] ?? 'text', type);
    }
    const found = service.variable(target.parts);
    if (found === undefined) throw new NotConverted('VARIABLE', 'a value goes to what is no variable', 'Declare it.');
    return found;
  });
}

function keep(service: ServiceEmitter, targets: readonly ServiceVariable[], write: Write): void {
  const { out, emitter } = service;
  out.line('if row is not None:');
  out.deeper(() => {
    for (const [at, { python, type }] of targets.entries())
      out.value(`${python} = `, type.store.replace('%', `row[${at}]`));
  });
  if (!waitsForNotFound(emitter)) return;
  out.line('else:');
  out.deeper(() => void writeNotFound(service, write));
}

export function writeOpen(service: ServiceEmitter, node: Node<'open'>): void {
  const { emitter, out } = service;
  const cursor = emitter.blocks
    .flatMap(({ declarations }) => declarations)
    .find((one) => one.tag === 'cursor' && key(one.name.text) === key(node.cursor.text));
  if (cursor?.tag !== 'cursor' || cursor.query.tag === 'opaque' || cursor.parameters.length > 0)
    throw new NotConverted('CURSOR', 'the query of the cursor has parameters or is not known', 'Write it by hand.');
  out.call('rows = db.rows', service.query(cursor.query, 'plain'));
  out.line(`${cursorVariable(emitter, node.cursor)} = iter(rows)`);
}

export function writeFetch(service: ServiceEmitter, node: Fetch, write: Write): void {
  const { emitter, out } = service;
  if (node.cursor === undefined) throw new NotConverted('AGGREGATE', 'an aggregate function', 'Write it by hand.');
  const targets = node.targets.map((target) => service.target(target));
  out.line(`row = next(${cursorVariable(emitter, node.cursor)}, None)`);
  if (!waitsForNotFound(emitter)) {
    out.line('if row is None:');
    out.deeper(() => out.line('raise DataError(1329, "No data - zero rows fetched")'));
  }
  keep(service, targets, write);
}

export function writeResultSet(service: ServiceEmitter, node: Query): void {
  const { out, emitter } = service;
  if (emitter.program.definition.tag === 'function')
    throw new NotConverted('RESULT_SET', 'a function gives rows to the caller', 'Write it by hand.');
  service.hasResultSets = true;
  out.call('rows_given = db.dicts', service.query(node, 'named'));
  out.line('results.append(rows_given)');
  if (service.asks('FOUND_ROWS')) out.line('found_rows = len(rows_given)');
}

/** INSERT, UPDATE, DELETE. */
export function writeChange(service: ServiceEmitter, node: Insert | Update | Delete): void {
  const { emitter, out } = service;
  if (node.tag === 'insert') {
    const table = knownTable(emitter, node.table.parts);
    if (node.onDuplicate !== undefined && meetableKeys(node, table).length > 1)
      throw new NotConverted(
        'UPSERT',
        'a row may meet any of several unique keys',
        'Look for the row, then insert it.',
      );
    const isNumbered = table.autoIncrement !== undefined && service.asks('LAST_INSERT_ID') && !node.isReplace;
    if (isNumbered && node.source.tag !== 'query' && node.returning.length === 0) {
      const returning = ` RETURNING "${table.autoIncrement}"`;
      out.call(
        'last_insert_id = db.insert',
        sqlArguments(service.vendor(node, `${emitter.statement(node)}${returning}`)),
      );
      if (service.asks('ROW_COUNT')) out.line('row_count = 1');
      return;
    }
  }
  const args = sqlArguments(service.vendor(node, emitter.statement(node)));
  if ('returning' in node && node.returning.length > 0) {
    service.hasResultSets = true;
    out.call('rows_given = db.dicts', args);
    out.line('results.append(rows_given)');
  } else out.call(`${service.asks('ROW_COUNT') ? 'row_count = ' : ''}db.run`, args);
}

/** CREATE and DROP of temporary tables, and TRUNCATE. */
export function writeTable(service: ServiceEmitter, node: Node<'create-table' | 'drop-table' | 'truncate'>): void {
  const { emitter } = service;
  const { out } = emitter;
  emitter.out = new Writer();
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

export function writeReturn(service: ServiceEmitter, node: Node<'return'>): void {
  const { definition } = service.emitter.program;
  const returns = definition.tag === 'function' ? definition.returns : undefined;
  const [type, pg] = [returns && pythonType(returns), returns && pgType(returns)];
  if (type === undefined || pg === undefined)
    throw new NotConverted('TYPE', 'the result has a type that Python has not', 'Choose one by hand.');
  const native = nativeValue(node.value, service);
  if (native !== undefined) {
    service.out.value('return ', type.store.replace('%', native.code));
    return;
  }
  service.raw('found', node.value, pg.value);
  service.out.value('return ', type.store.replace('%', 'found'));
}

export function writeCall(service: ServiceEmitter, node: Node<'call-procedure'>): void {
  const { out } = service;
  const name = key(node.procedure.parts.at(-1)?.text ?? '');
  const called = service.services.get(name);
  if (called === undefined || called.node.parameters.length !== node.args.length)
    throw new NotConverted('CALL', `nothing is known of the procedure ${name}`, 'Convert it too.');
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
    out.value(`${python} = `, type.store.replace('%', `${gave}.${field}`));
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
  for (const { target, item } of node.items) {
    const { python, type } = service.target(target);
    const value = node.condition === undefined ? STATEMENT_ITEMS[item] : CONDITION_ITEMS[item];
    if (value === undefined) throw new NotConverted('DIAGNOSTICS', `the item ${item}`, 'Write it by hand.');
    service.out.value(`${python} = `, type.store.replace('%', value.replace('error)', `${service.error})`)));
  }
  service.emitter.note('review', node, [
    'DIAGNOSTICS',
    'messages are those of the target',
    'Check what is done with them.',
  ]);
}

const STATEMENT_ITEMS: Readonly<Record<string, string>> = { ROW_COUNT: 'row_count', NUMBER: '1' };
const CONDITION_ITEMS: Readonly<Record<string, string>> = {
  MESSAGE_TEXT: 'error_message(error)',
  RETURNED_SQLSTATE: 'error_state(error)',
  MYSQL_ERRNO: 'error_number(error)',
};
