import type { Expression, Name } from '../../sql/expression.ts';
import type { Query } from '../../sql/query.ts';
import type { Span } from '../../sql/span.ts';
import { BIGINT } from '../../sql/value-type.ts';
import type { DataType } from '../data-type.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { type PgType, pgType } from '../pg-type.ts';
import type { Routine } from '../program.ts';
import { key } from '../table-access.ts';
import { nodesOf, walk } from '../walk.ts';
import { nativeCondition, nativeValue } from './native-expression.ts';
import { type PythonType, pythonName, pythonType } from './python-type.ts';
import { PythonWriter } from './python-writer.ts';
import { isWatched, markedVariable, type Replaced, sqlArguments, type VendorSql, vendorSql } from './vendor-sql.ts';

/** A variable of a service. */
export interface ServiceVariable {
  readonly python: string;
  readonly type: PythonType;
}

/** What a label is in Python. */
export interface Place {
  readonly label: string;
  readonly kind: 'loop' | 'block' | 'atomic';
}

/** How a service calls another one. */
export interface ServiceSignature {
  readonly python: string;
  readonly node: Routine;
  readonly hasResult: boolean;
  readonly hasResultSets: boolean;
}

/** What the writing of one service shares: the variables, the labels around, and the emitter that knows PostgreSQL. */
export class ServiceEmitter {
  readonly emitter: Emitter;
  readonly services: ReadonlyMap<string, ServiceSignature>;
  out = new PythonWriter();
  /** Loops, blocks and transactions around, innermost first. */
  places: readonly Place[] = [];
  /** What `return` gives where the body is left. */
  returned = 'return';
  hasResultSets = false;
  /** Functions that the SQL of the service calls. */
  readonly kept = new Set<string>();
  /** The name of the error that is handled; '' outside handlers. */
  error = '';
  readonly #variables = new Map<string, ServiceVariable>();
  readonly #names = new Set<string>();

  constructor(emitter: Emitter, services: ReadonlyMap<string, ServiceSignature>) {
    this.emitter = emitter;
    this.services = services;
    emitter.session = (upper) => {
      const python = SESSION[upper];
      return python === undefined
        ? undefined
        : { sql: markedVariable(python, 'bigint'), type: BIGINT, declared: 'bigint' };
    };
  }

  /** Declares a variable; one of a name that is taken gets a number. */
  declare(name: string, type: DataType): ServiceVariable {
    const [python, pg] = [pythonType(type), pgType(type)];
    if (python === undefined || pg === undefined)
      throw new NotConverted('TYPE', `Python has no type for ${type.name}`, 'Choose one by hand.');
    return this.#put(name, { python: this.#free(pythonName(name)), type: python }, pg);
  }

  #free(name: string): string {
    let found = name;
    for (let number = 2; this.#names.has(found); number += 1) found = `${name}_${number}`;
    this.#names.add(found);
    return found;
  }

  #put(name: string, variable: ServiceVariable, pg: PgType): ServiceVariable {
    const sql = markedVariable(variable.python, pg.sql);
    this.emitter.book.put(name, { sql, type: pg.value, declared: pg.sql });
    this.#variables.set(sql, variable);
    return variable;
  }

  /** A user variable, which is one of the service: it has the type of what is put into it first. */
  userVariable(name: string, declared: string, type: PgType['value']): ServiceVariable {
    const known = this.emitter.book.find(`@${name}`);
    if (known !== undefined) return this.known(known.sql);
    const python = this.#free(`user_${pythonName(name)}`);
    const variable = { python, type: { hint: 'Any', store: '%', mysql: '%' } };
    const sql = markedVariable(python, declared);
    this.emitter.book.putOutermost(`@${name}`, { sql, type, declared });
    this.#variables.set(sql, variable);
    return variable;
  }

  known(sql: string): ServiceVariable {
    const found = this.#variables.get(sql);
    if (found === undefined) throw new NotConverted('VARIABLE', 'a variable that is not known here', 'Declare it.');
    return found;
  }

  variable(parts: readonly Name[]): ServiceVariable | undefined {
    const found = this.emitter.variable(parts);
    return found === undefined ? undefined : this.#variables.get(found.sql);
  }

  /** The variable that takes a value. */
  target(node: Expression): ServiceVariable {
    if (node.tag === 'user-variable') return this.userVariable(node.name, 'text', { kind: 'text', rule: undefined });
    const found = node.tag === 'column' ? this.variable(node.parts) : undefined;
    if (found === undefined)
      throw new NotConverted('VARIABLE', 'a value goes to what is no variable', 'Write it by hand.');
    return found;
  }

  /** Both texts of a node; what stands for variables in it becomes placeholders. */
  vendor(node: Span & object, postgresql: string, without: readonly Span[] = []): VendorSql {
    if (/\bsluice_\w+\(/.test(postgresql))
      throw new NotConverted('FUNCTION', 'it takes a function of our own on the target', 'Keep it in the database.');
    return vendorSql({ text: this.emitter.text, span: node, without }, this.#replaced(node), postgresql);
  }

  #replaced(node: object): readonly Replaced[] {
    const found: Replaced[] = [];
    walk(node, (part) => {
      if (part.tag === 'call') this.#keep(part);
      const variable =
        part.tag === 'column'
          ? this.variable(part.parts)
          : part.tag === 'user-variable'
            ? this.#user(part.name)
            : undefined;
      const session = part.tag === 'call' && part.args.length === 0 ? SESSION[part.upper] : undefined;
      const { start, end } = part;
      if (variable !== undefined) found.push({ start, end, python: variable.python, mysql: variable.type.mysql });
      else if (session !== undefined) found.push({ start, end, python: session, mysql: '%' });
      return undefined;
    });
    return found;
  }

  /** A stored function inside SQL is called by the server: it stays in the database. */
  #keep(call: Extract<Expression, { tag: 'call' }>): void {
    const name = key(call.parts.at(-1)?.text ?? '');
    if (!this.services.has(name) || this.emitter.routine(call.parts) === undefined) return;
    this.kept.add(name);
    const advice = 'The migration makes it on PostgreSQL; MySQL has it.';
    this.emitter.note('review', call, ['CALL', `${name} is called inside SQL and stays in the database`, advice]);
  }

  #user(name: string): ServiceVariable | undefined {
    const found = this.emitter.book.find(`@${name}`);
    return found === undefined ? undefined : this.#variables.get(found.sql);
  }

  /** Python forgets the name of an error behind its handler: one inside another has a name of its own. */
  nextError(): string {
    const depth = this.error === '' ? 1 : Number(/\d+$/.exec(this.error)?.[0] ?? 1) + 1;
    return depth === 1 ? 'error' : `error_${depth}`;
  }

  /** Puts the value of an expression into a Python name, brought to its type. */
  assign(name: string, type: PythonType, node: Expression, purpose: PgType['value']): void {
    const native = nativeValue(node, this);
    if (native !== undefined) {
      this.out.value(`${name} = `, type.store.replace('%', native.code));
      return;
    }
    this.raw('found', node, purpose);
    this.out.value(`${name} = `, type.store.replace('%', 'found'));
  }

  /** Puts the value of an expression into a Python name as the server gives it. */
  raw(name: string, node: Expression, purpose: PgType['value'] | undefined): void {
    const call = this.#service(node);
    if (call !== undefined) {
      this.out.call(`${name} = ${call.head}`, call.args);
      return;
    }
    const sql = this.emitter.sql(node, purpose === undefined ? 'value' : { stored: purpose });
    const found = this.vendor(node, `SELECT ${sql}`);
    const method = isWatched(node) && this.emitter.program.dialect.mode.isStrict ? 'stored' : 'value';
    this.out.call(`${name} = db.${method}`, sqlArguments({ ...found, mysql: `SELECT ${found.mysql}` }));
  }

  /** A call of another service that is a whole expression. */
  #service(node: Expression): { readonly head: string; readonly args: readonly string[] } | undefined {
    if (node.tag !== 'call') return undefined;
    const service = this.services.get(key(node.parts.at(-1)?.text ?? ''));
    if (service === undefined || service.node.tag !== 'function') return undefined;
    return {
      head: service.python,
      args: [
        ...this.args(
          node.args,
          service.node.parameters.map(({ type }) => type),
        ),
        'using=using',
      ],
    };
  }

  /** Arguments as Python expressions; those that a server computes are put into names first. */
  args(nodes: readonly Expression[], types: readonly DataType[]): readonly string[] {
    return nodes.map((node, at) => {
      const type = types[at] === undefined ? undefined : pythonType(types[at]);
      const native = nativeValue(node, this);
      if (native !== undefined)
        return isOf(native.kind, type?.hint) ? native.code : (type?.store.replace('%', native.code) ?? native.code);
      const name = `arg_${at + 1}`;
      this.raw(name, node, undefined);
      return name;
    });
  }

  /** `if` or `while` on a condition: true alone counts. */
  test(word: string, node: Expression): void {
    const native = nativeCondition(node, this);
    if (native !== undefined) {
      this.out.line(`${word} ${native}:`);
      return;
    }
    const found = this.vendor(node, `SELECT ${this.emitter.sql(node, 'condition')}`);
    this.out.call(`${word} db.truth`, sqlArguments({ ...found, mysql: `SELECT ${found.mysql}` }), ':');
  }

  /** A query in both words. */
  query(node: Query, names: 'named' | 'plain'): readonly string[] {
    const without = node.into === undefined ? [] : [node.into];
    const own: Query = { ...node, into: undefined };
    return sqlArguments(this.vendor(own, this.emitter.query(node, names), without));
  }

  /** Whether the program asks what the last statement did. */
  asks(upper: string): boolean {
    return nodesOf(this.emitter.program.definition, 'call').some((call) => call.upper === upper);
  }
}

function isOf(kind: string, hint: string | undefined): boolean {
  if (kind === 'none') return true;
  return (kind === 'integer' && hint === 'int') || (kind === 'text' && hint === 'str');
}

/** Where a service keeps what the last statement did. */
const SESSION: Readonly<Record<string, string>> = {
  ROW_COUNT: 'row_count',
  FOUND_ROWS: 'found_rows',
  LAST_INSERT_ID: 'last_insert_id',
};
