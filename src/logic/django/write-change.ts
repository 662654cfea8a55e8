import type { Query } from '../../sql/query.ts';
import type { Delete, Insert, Update } from '../../sql/statement.ts';
import { knownTable, noteJoinedDelete } from '../emit/change.ts';
import { mayMeetEachOther, meetableKeys, type Place, type UpsertSteps, upsertSteps } from '../emit/upsert.ts';
import { NotConverted } from '../emitter.ts';
import { type GivenNumber, givenByInsert, givenByUpdate } from '../given-number.ts';
import { itemsOf } from '../item-type.ts';
import { SERVER_TYPES } from '../pg-type.ts';
import { keyedRows } from '../row-by-row.ts';
import { nameNode } from '../substitute.ts';
import { isOrderSeen, noteTriggerOrder } from '../trigger-order.ts';
import { pythonString } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import { markedVariable, sqlArguments } from './vendor-sql.ts';

/** INSERT, UPDATE, DELETE. */
export function writeChange(service: ServiceEmitter, written: Insert | Update | Delete): void {
  const { emitter, out } = service;
  let node = written;
  if (written.tag === 'delete') noteJoinedDelete(emitter, written);
  if (written.tag !== 'insert' && isOrderSeen(emitter, written) && writeInTurn(service, written)) return;
  if (written.tag === 'update') {
    const given = givenByUpdate(emitter, written);
    if (given !== undefined && service.asks('LAST_INSERT_ID')) {
      writeGiving(service, written, given);
      return;
    }
    node = given?.node ?? written;
  }
  if (written.tag === 'insert') {
    const table = knownTable(emitter, written.table.parts);
    node = givenByInsert(emitter, written, table)?.node ?? written;
    const keys = node.onDuplicate === undefined ? [] : meetableKeys(node, table);
    const isEach = mayMeetEachOther(emitter, node, { table, keys });
    if (keys.length > 1 || (isEach && !service.asks('LAST_INSERT_ID'))) {
      writeUpsert(service, node, { table, keys });
      return;
    }
    node = { ...node, areRowsApart: !isEach };
    const isNumbered = table.autoIncrement !== undefined && service.asks('LAST_INSERT_ID') && !node.isReplace;
    const isQuery = node.source.tag === 'query';
    if (isNumbered && node.returning.length === 0 && !(isQuery && node.onDuplicate !== undefined)) {
      // Where no row is inserted the number before stays.
      const mayBeNone = isQuery || node.isIgnore;
      if (isQuery && service.asks('ROW_COUNT'))
        throw new NotConverted('LAST_INSERT_ID', 'the rows of a query are counted and numbered', 'Write it by hand.');
      const returning = ` RETURNING "${table.autoIncrement}"`;
      out.call(
        `${mayBeNone ? 'number_given' : 'last_insert_id'} = db.insert`,
        sqlArguments(service.vendor(written, `${emitter.statement(node)}${returning}`)),
      );
      if (mayBeNone) out.line('last_insert_id = number_given or last_insert_id');
      if (service.asks('ROW_COUNT')) out.line(`row_count = ${insertedRows(node)}`);
      return;
    }
  }
  const args = sqlArguments(service.vendor(written, emitter.statement(node)));
  if ('returning' in node && node.returning.length > 0) {
    service.hasResultSets = true;
    out.call('rows_given = db.dicts', args);
    out.line('results.append(rows_given)');
  } else out.call(`${counted(service)}db.run`, args);
}

/** Rows one by one in the order of the statement, as MySQL has it; false where no key tells them apart, which is told. */
function writeInTurn(service: ServiceEmitter, node: Update | Delete): boolean {
  const { emitter, out } = service;
  const isGiving = node.tag === 'update' ? givenByUpdate(emitter, node) !== undefined : node.returning.length > 0;
  const rows = isGiving ? undefined : keyedRows(emitter, node);
  if (rows === undefined) {
    noteTriggerOrder(emitter, node);
    return false;
  }
  const keys = service.vendor(node, emitter.query(rows.query));
  const one = rows.change((at, type) => {
    const declared = SERVER_TYPES[type.kind] ?? 'text';
    return { sql: markedVariable(`row_key[${at}]`, declared), type, declared };
  });
  const change = service.vendor(node, emitter.statement(one));
  out.line(`${counted(service)}db.in_turn(`);
  out.deeper(() => {
    out.line(`${pythonString(keys.mysql)},`);
    out.list(keys.mysqlValues);
    out.line(`${pythonString(keys.postgresql)},`);
    out.list(keys.postgresqlValues);
    out.line('lambda row_key: (');
    out.deeper(() => {
      out.line(`${pythonString(change.postgresql)},`);
      out.list(change.postgresqlValues);
    });
    out.line('),');
  });
  out.line(')');
  return true;
}

/** How many rows an INSERT has put in. */
function insertedRows({ source, isIgnore }: Insert): string {
  const rows = source.tag === 'rows' ? source.rows.length : 1;
  if (!isIgnore) return String(rows);
  if (rows === 1) return '1 if number_given else 0';
  throw new NotConverted('LAST_INSERT_ID', 'rows that may be left out are counted and numbered', 'Write it by hand.');
}

/** A number that the source keeps for LAST_INSERT_ID(); where no row is met, the one before stays. */
function writeGiving(service: ServiceEmitter, written: Update, { node, column }: GivenNumber<Update>): void {
  if (service.asks('ROW_COUNT'))
    throw new NotConverted('LAST_INSERT_ID', 'the rows of LAST_INSERT_ID(expr) are counted', 'Write it by hand.');
  const postgresql = `${service.emitter.statement(node)} RETURNING ${column}`;
  const args = sqlArguments(service.vendor(written, postgresql));
  service.out.call('number_given = db.insert', args);
  service.out.line('last_insert_id = number_given or last_insert_id');
}

function counted(service: ServiceEmitter): string {
  return service.asks('ROW_COUNT') ? 'row_count = ' : '';
}

/** MySQL looks at every key by itself; PostgreSQL updates by one key after the other, and inserts where none is met. */
function writeUpsert(service: ServiceEmitter, node: Insert, place: Place): void {
  if (node.returning.length > 0 || service.asks('LAST_INSERT_ID'))
    throw new NotConverted('UPSERT', 'a row may meet any of several unique keys', 'Look for the row, then insert it.');
  const { out } = service;
  const own = service.vendor(node, '');
  const { source } = node;
  out.line(`${counted(service)}db.upsert${source.tag === 'query' ? '_of' : ''}(`);
  out.deeper(() => {
    out.line(`${pythonString(own.mysql)},`);
    out.list(own.mysqlValues);
    if (source.tag === 'query') writeEach(service, node, source, place);
    else for (const steps of upsertSteps(node, place) ?? []) writeSteps(service, node, steps);
  });
  out.line(')');
}

function writeSteps(service: ServiceEmitter, node: Insert, { updates, insert }: UpsertSteps, head = ''): void {
  const { emitter, out } = service;
  out.line(`${head}[`);
  out.deeper(() => {
    for (const step of [...updates, insert]) {
      const { postgresql, postgresqlValues } = service.vendor(node, emitter.statement(step));
      out.line('(');
      out.deeper(() => {
        out.line(`${pythonString(postgresql)},`);
        out.list(postgresqlValues);
      });
      out.line('),');
    }
  });
  out.line('],');
}

/** The rows of a query, which PostgreSQL takes one by one. */
function writeEach(service: ServiceEmitter, node: Insert, query: Query, place: Place): void {
  const { emitter, out } = service;
  const items = itemsOf(emitter, query);
  if (items === undefined) throw new NotConverted('UPSERT', 'rows of unknown columns', 'Write it by hand.');
  const { postgresql, postgresqlValues } = service.vendor(query, emitter.query(query));
  out.line(`${pythonString(postgresql)},`);
  out.list(postgresqlValues);
  const row = items.map(({ type }, at) => {
    const declared = SERVER_TYPES[type.kind] ?? 'text';
    return nameNode(emitter.book.mark({ sql: markedVariable(`given[${at}]`, declared), type, declared }), node);
  });
  const { start, end } = node;
  const [steps] = upsertSteps({ ...node, source: { tag: 'rows', rows: [row], start, end } }, place) ?? [];
  if (steps !== undefined) writeSteps(service, node, steps, 'lambda given: ');
}
