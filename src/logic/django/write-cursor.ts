import type { Expression, Name } from '../../sql/expression.ts';
import type { Query } from '../../sql/query.ts';
import type { CursorDeclaration, Loop } from '../body.ts';
import type { DataType } from '../data-type.ts';
import { NotConverted } from '../emitter.ts';
import { itemsOf } from '../item-type.ts';
import { pgType } from '../pg-type.ts';
import { key } from '../table-access.ts';
import { pythonName } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';

/** Writes what runs for each row, or number, of a loop. */
type WriteBody = () => void;

const WHOLE_NUMBER: DataType = {
  ...{ name: 'BIGINT', sizes: [], members: [], isUnsigned: false, collation: undefined, charset: undefined },
  ...{ anchor: [], fields: [], start: 0, end: 0 },
};

/** The query of a declared cursor, whose parameters are variables with the values of the arguments while `write` runs. */
export function withCursorQuery(
  service: ServiceEmitter,
  { name, args }: { readonly name: Name; readonly args: readonly Expression[] },
  write: (query: Query) => void,
): void {
  const { emitter } = service;
  const found = declared(service, name);
  if (found === undefined || found.query.tag === 'opaque' || found.parameters.length !== args.length)
    throw new NotConverted('CURSOR', `the query of the cursor ${name.text} is not known`, 'Write it by hand.');
  const values = found.parameters.map(({ name: own, type }, at) => {
    const [variable, arg] = [service.apart(`${name.text}_${own.text}`, type), args[at]];
    const value = pgType(type)?.value;
    if (arg === undefined || value === undefined)
      throw new NotConverted('TYPE', `a parameter of a cursor has the type ${type.name}`, 'Choose one by hand.');
    service.assign(variable.python, variable.type, arg, value);
    return { own: own.text, variable };
  });
  emitter.book.open();
  for (const { own, variable } of values) emitter.book.put(own, variable.inBook);
  try {
    write(found.query);
  } finally {
    emitter.book.close();
  }
}

function declared({ emitter }: ServiceEmitter, name: Name): CursorDeclaration | undefined {
  return emitter.blocks
    .flatMap(({ declarations }) => declarations)
    .find((one): one is CursorDeclaration => one.tag === 'cursor' && key(one.name.text) === key(name.text));
}

/** MariaDB's FOR over numbers, a query, or a declared cursor. */
export function writeFor(service: ServiceEmitter, { kind }: Loop, body: WriteBody): void {
  const { emitter, out } = service;
  if (kind.tag === 'range') {
    const bounds = service.args([kind.from, kind.to], []);
    for (const bound of [kind.from, kind.to]) emitter.account(bound);
    emitter.book.open();
    const { python } = service.declare(kind.variable.text, WHOLE_NUMBER);
    out.line(`for ${python} in steps(${[...bounds, ...(kind.isReverse ? ['True'] : [])].join(', ')}):`);
    out.deeper(body);
    emitter.book.close();
    return;
  }
  if (kind.tag === 'query') {
    emitter.account(kind.query);
    forRows(service, kind.variable, kind.query, body);
  } else if (kind.tag === 'cursor') {
    emitter.account({ start: kind.cursor.start, end: kind.args.at(-1)?.end ?? kind.cursor.end });
    withCursorQuery(service, { name: kind.cursor, args: kind.args }, (query) =>
      forRows(service, kind.variable, query, body),
    );
  }
}

function forRows(service: ServiceEmitter, variable: Name, query: Query, body: WriteBody): void {
  const { emitter, out } = service;
  const items = itemsOf(emitter, query);
  if (items === undefined) throw new NotConverted('LOOP', 'a FOR over rows of unknown columns', 'Write it by hand.');
  const row = service.fresh(`${pythonName(variable.text)}_row`);
  out.call(`for ${row} in db.dicts`, service.query(query, 'named'), ':');
  emitter.book.open();
  for (const { name, type } of items) service.item(variable.text, { row, name, type });
  out.deeper(body);
  emitter.book.close();
}
