import type { Expression, Name } from '../../sql/expression.ts';
import type { Query } from '../../sql/query.ts';
import type { Span } from '../../sql/span.ts';
import { isYear, type ValueType } from '../../sql/value-type.ts';
import type { DataType } from '../data-type.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { type PgType, pgType, SERVER_TYPES } from '../pg-type.ts';
import { profileOf } from '../profile.ts';
import type { Routine } from '../program.ts';
import { settingOf } from '../session-variable.ts';
import { key } from '../table-access.ts';
import { cutAverages } from '../text-item.ts';
import { noteChanging, widestType } from '../user-variable.ts';
import type { Variable } from '../variable-book.ts';
import { nodesOf, walk } from '../walk.ts';
import { noteRoundedDigits, noteTextDigits, noteYearText } from './digit-note.ts';
import { isOfHint, nativeCondition, nativeFor } from './native-expression.ts';
import { documentPart, limitsOf, namedItems, ordersOf, refuseMemberNumbers } from './placeholder.ts';
import { ANY, type PythonType, placed, pythonName, pythonString, pythonType, stored } from './python-type.ts';
import { PythonWriter } from './python-writer.ts';
import { sessionPlaceholder, sessionVariable } from './session-value.ts';
import {
  type Insertion,
  isWatched,
  markedVariable,
  type NamedItem,
  type Replaced,
  sqlArguments,
  type VendorSql,
  vendorSql,
} from './vendor-sql.ts';

/** What the text for MySQL has besides. */
interface Additions {
  readonly names?: readonly NamedItem[];
  readonly inserts?: readonly Insertion[];
}

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
  /** What user variables are called. */
  readonly userNames: string[] = [];
  readonly emitter: Emitter;
  readonly services: ReadonlyMap<string, ServiceSignature>;
  out = new PythonWriter();
  /** Loops, blocks and transactions around, innermost first. */
  places: readonly Place[] = [];
  /** What `return` gives where the body is left. */
  returned = 'return';
  hasResultSets = false;
  /** The variable of the SET at hand, which is None where that fails. */
  failing: string | undefined;
  /** It is no transaction as a whole: what a handler writes behind ROLLBACK is one of its own, as on the source. */
  isOpen = false;
  /** Savepoints by name: the variable that holds each, and how many transactions of Django stood round it. */
  readonly savepoints = new Map<string, { readonly python: string; readonly depth: number }>();
  /** Functions that the SQL of the service calls. */
  readonly kept = new Set<string>();
  /** SQL of the service that calls functions of ours, which the migration makes. */
  readonly helped = new Set<string>();
  /** The name of the error that is handled; '' outside handlers. */
  error = '';
  readonly #variables = new Map<string, ServiceVariable>();
  readonly #names = new Set<string>();
  readonly #rows = new Map<string, readonly ServiceVariable[]>();
  readonly #placed = new Map<string, string>();
  readonly #asked = new Map<string, boolean>();
  readonly #choices = new Map<object, string>();

  constructor(emitter: Emitter, services: ReadonlyMap<string, ServiceSignature>) {
    this.emitter = emitter;
    emitter.hasHelpers = false;
    this.services = services;
    for (const name of profileOf(emitter.program).calls)
      for (const found of [this.service('function', name), this.service('procedure', name)])
        this.#names.add(found?.python ?? name);
    emitter.session = sessionVariable;
  }

  /** Declares a variable; one of a name that is taken gets a number. `at`: its place in the source. */
  declare(name: string, type: DataType, at?: number): ServiceVariable {
    const [python, pg] = [this.pythonType(type), pgType(type)];
    if (python === undefined || pg === undefined)
      throw new NotConverted('TYPE', `Python has no type for ${type.name}`, 'Choose one by hand.');
    return this.#put(name, { python: this.fresh(pythonName(name), at), type: python }, pg);
  }

  /** Whether a copy of the handler before declared what stands there: Python knows its type. */
  isDeclared(name: string, at: number): boolean {
    return this.#placed.has(`${at} ${name}`);
  }

  /** The type as the mode of the program has it. */
  pythonType(type: DataType): PythonType | undefined {
    const { mode, flavor } = this.emitter.program.dialect;
    const found = pythonType(type, mode.isStrict);
    // MariaDB has no cast to JSON; what its functions give is a document to those around it.
    return type.name === 'JSON' && flavor === 'mariadb' && found !== undefined
      ? { ...found, mysql: "JSON_EXTRACT(%, '$')" }
      : found;
  }

  /** The service that a stored routine became. */
  service(kind: Routine['tag'], name: string): ServiceSignature | undefined {
    return this.services.get(`${kind} ${key(name)}`);
  }

  /** How many transactions of Django stand round. */
  get depth(): number {
    return this.places.filter(({ kind }) => kind === 'atomic').length;
  }

  /** A name that no variable has; that of a place in the source is the same in every copy of its handler. */
  fresh(name: string, at?: number): string {
    const place = at === undefined ? undefined : `${at} ${name}`;
    const found = this.#placed.get(place ?? '') ?? this.#free(name);
    if (place !== undefined) this.#placed.set(place, found);
    return found;
  }

  /** The variable that has the number of the branch that an IF took. */
  choice(node: object): string {
    const known = this.#choices.get(node) ?? this.#free('choice');
    this.#choices.set(node, known);
    return known;
  }

  /** Takes a name, so that no variable is called so. */
  reserve(name: string): void {
    this.#names.add(name);
  }

  /** A column of a row that a trigger takes. */
  field(row: string, column: string, type: DataType): void {
    const [python, pg] = [this.pythonType(type), pgType(type)];
    // A SET is a text on one server, a list on the other.
    if (python === undefined || pg === undefined || type.name === 'SET')
      throw new NotConverted('TYPE', `Python has no type for the column ${column}`, 'Leave it in the database.');
    this.#put(`${row}.${column}`, { python: `${row}[${pythonString(column)}]`, type: python }, pg);
  }

  /** A variable of ours that stands in no block: it is met where `inBook` is put into the book. */
  apart(name: string, type: DataType): ServiceVariable & { readonly inBook: Variable } {
    this.emitter.book.open();
    try {
      const variable = this.declare(name, type);
      const inBook = this.emitter.book.find(name);
      if (inBook === undefined) throw new NotConverted('VARIABLE', `no variable ${name}`, 'Declare it.');
      return { ...variable, inBook };
    } finally {
      this.emitter.book.close();
    }
  }

  /** A row variable of MariaDB: its fields are variables. */
  declareRow(name: string, fields: readonly (readonly [name: string, type: DataType])[]): readonly ServiceVariable[] {
    const found = fields.map(([field, type]) => {
      const { inBook, ...variable } = this.apart(`${name}_${field}`, type);
      this.emitter.book.put(`${key(name)}.${key(field)}`, inBook);
      return variable;
    });
    this.#rows.set(key(name), found);
    return found;
  }

  /** The fields of a row variable, in their order; none where it is no such. */
  fields(parts: readonly Name[]): readonly ServiceVariable[] {
    return parts.length === 1 ? (this.#rows.get(key(parts[0]?.text ?? '')) ?? []) : [];
  }

  /** A column of a row of a FOR: it has the type that the server gives it. */
  item(
    variable: string,
    { row, name, type }: { readonly row: string; readonly name: string; readonly type: ValueType },
  ): void {
    const declared = SERVER_TYPES[type.kind] ?? 'text';
    const found = { python: `${row}[${pythonString(name)}]`, type: ANY };
    this.#put(`${key(variable)}.${key(name)}`, found, { sql: declared, wide: declared, value: type });
  }

  #free(name: string): string {
    let found = name;
    for (let number = 2; this.#names.has(found); number += 1) found = `${name}_${number}`;
    this.#names.add(found);
    return found;
  }

  #put(name: string, variable: ServiceVariable, pg: PgType): ServiceVariable {
    const sql = markedVariable(placed(variable.type, variable.python), pg.sql);
    this.emitter.book.put(name, { sql, type: pg.value, declared: pg.sql });
    this.#variables.set(sql, variable);
    return variable;
  }

  /** A user variable, which is one of the service: it has the type of all that is put into it. */
  userVariable(name: string, declared: string, type: PgType['value']): ServiceVariable {
    const { book } = this.emitter;
    const known = book.find(`@${name}`);
    if (known !== undefined) return this.known(known.sql);
    const python = this.#free(`user_${pythonName(name)}`);
    this.userNames.push(python);
    const variable = { python, type: ANY };
    book.putOutermost(`@${name}`, { sql: markedVariable(python, declared), type, declared });
    const widest = widestType(this.emitter, name, type);
    const server = widest === type ? declared : (SERVER_TYPES[widest.kind] ?? 'text');
    const sql = markedVariable(python, server);
    book.putOutermost(`@${name}`, { sql, type: widest, declared: server });
    this.#variables.set(sql, variable);
    if (widest.kind !== type.kind) noteChanging(this.emitter, name);
    if (widest.kind === 'decimal' && widest.isWhole !== true) this.#noteDigits(name);
    return variable;
  }

  /** What other programs read of the session is put there by SET alone. */
  refuseShared(name: string): void {
    if (this.emitter.context.sessionVariables.has(key(name)))
      throw new NotConverted('USER_VARIABLE', `@${name} is read by another program`, 'Set it by a SET of its own.');
  }

  /** Keeps what the variable holds for other programs, in the session of either server. */
  share(name: string, { python, type }: ServiceVariable): void {
    if (!this.emitter.context.sessionVariables.has(key(name))) return;
    const mysql = `SELECT @\`${name.replaceAll('`', '``')}\` := %s`;
    const postgresql = `SELECT set_config(${settingOf(name)}, (%s)::text, false)`;
    this.out.call('db.value', [pythonString(mysql), pythonString(postgresql), `[${placed(type, python)}]`]);
  }

  /** What rows are numbered from: MySQL numbers them by the variable itself. */
  begin(name: string, value: Expression): void {
    const { mysql } = this.vendor(value, 'NULL');
    const text = `SELECT @\`${name.replaceAll('`', '``')}\` := ${mysql}`;
    this.out.call('db.value', [pythonString(text), pythonString('SELECT NULL')]);
  }

  #noteDigits(name: string): void {
    this.emitter.note('review', this.emitter.program.definition, [
      'USER_VARIABLE',
      `@${name} holds decimals: what is computed of it is shown with 30 digits behind the point by the source, and with fewer here`,
      'Declare a DECIMAL, or round where the digits matter.',
    ]);
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
    if (node.tag === 'user-variable') {
      this.refuseShared(node.name);
      return this.userVariable(node.name, 'text', { kind: 'text', rule: undefined });
    }
    const found = node.tag === 'column' ? this.variable(node.parts) : undefined;
    if (found === undefined)
      throw new NotConverted('VARIABLE', 'a value goes to what is no variable', 'Write it by hand.');
    return found;
  }

  /** Both texts of a node; what stands for variables in it becomes placeholders. */
  vendor(
    node: Span & object,
    postgresql: string,
    without: readonly Span[] = [],
    { names = [], inserts = [] }: Additions = {},
  ): VendorSql {
    if (/\bsluice_json_\w+\(/.test(postgresql)) this.helped.add(postgresql);
    if (/\bsluice_(?!json_)\w+\(/.test(postgresql))
      throw new NotConverted('FUNCTION', 'it takes a function of our own on the target', 'Keep it in the database.');
    const { hasNoBackslashEscapes: isPlain } = this.emitter.program.dialect.mode;
    return vendorSql(
      { text: this.emitter.text, span: node, without, names, inserts, isPlain },
      this.#replaced(node),
      postgresql,
    );
  }

  #replaced(node: object): readonly Replaced[] {
    const found: Replaced[] = [];
    refuseMemberNumbers(node, this.emitter);
    const bounds = new Set(limitsOf(node));
    const orders = new Set(ordersOf(node));
    walk(node, (part) => {
      // VALUES(c) is of a column, whatever variable is called so.
      if (part.tag === 'inserted-value') return false;
      if (part.tag === 'call') {
        this.#keep(part);
        noteRoundedDigits(part, this.emitter);
      }
      const document = part.tag === 'json-path' ? documentPart(part, this) : undefined;
      if (document !== undefined) {
        found.push(document);
        return false;
      }
      const variable =
        part.tag === 'column'
          ? this.variable(part.parts)
          : part.tag === 'user-variable'
            ? this.#user(part.name)
            : undefined;
      const session = part.tag === 'call' && part.args.length === 0 ? sessionPlaceholder(part.upper) : undefined;
      const { start, end } = part;
      if (variable !== undefined) {
        const { mysql } = variable.type;
        const isBound = bounds.has(part);
        const python = isBound ? `as_rows(${variable.python})` : placed(variable.type, variable.python);
        found.push({ start, end, python, mysql: isBound ? '%' : orders.has(part) ? `COALESCE(${mysql})` : mysql });
      }
      if (variable === undefined && session !== undefined) found.push({ start, end, ...session });
      return undefined;
    });
    return found;
  }

  /** A stored function inside SQL is called by the server: it stays in the database. */
  #keep(call: Extract<Expression, { tag: 'call' }>): void {
    const name = key(call.parts.at(-1)?.text ?? '');
    if (this.service('function', name) === undefined || this.emitter.routine(call.parts) === undefined) return;
    this.kept.add(name);
    const advice = 'The migration makes it on PostgreSQL; MySQL has it.';
    this.emitter.note('review', call, ['CALL', `${name} is called inside SQL and stays in the database`, advice]);
  }

  #user(name: string): ServiceVariable | undefined {
    if (this.emitter.isOfSession(name)) return undefined;
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
    this.out.value(`${name} = `, this.storedValue(node, type, purpose));
  }

  /** The value of an expression brought to a type; what a server computes is put into a name first. */
  storedValue(node: Expression, type: PythonType, purpose: PgType['value']): string {
    if (isYear(purpose)) noteYearText(node, this.emitter);
    const native = nativeFor(node, type, this);
    if (native !== undefined) return stored(type, native.code);
    // By the text or the number of a member: the run time knows both.
    const isMember = purpose.kind === 'text' && (purpose.members ?? purpose.flags) !== undefined;
    this.raw('found', node, isMember ? undefined : purpose);
    return stored(type, 'found');
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
    // A FLOAT would come with six digits, which is not what a text keeps of it.
    const isDouble = purpose?.kind === 'text' && this.emitter.expression(node).type.kind === 'float';
    if (purpose?.kind === 'text') noteTextDigits(node, this.emitter);
    const { mode, flavor } = this.emitter.program.dialect;
    const isStored = isWatched(node) && mode.isStrict;
    // MariaDB keeps the warnings of statements before one that reads no table.
    const from = isStored && flavor === 'mariadb' ? ' FROM (SELECT 1 AS one) AS one' : '';
    const mysql = isDouble ? `SELECT (${found.mysql}) + 0e0${from}` : `SELECT ${found.mysql}${from}`;
    this.out.call(`${name} = db.${isStored ? 'stored' : 'value'}`, sqlArguments({ ...found, mysql }));
  }

  /** A call of another service that is a whole expression. */
  #service(node: Expression): { readonly head: string; readonly args: readonly string[] } | undefined {
    if (node.tag !== 'call') return undefined;
    const service = this.service('function', node.parts.at(-1)?.text ?? '');
    if (service === undefined) return undefined;
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
      const type = (types[at] === undefined ? undefined : this.pythonType(types[at])) ?? ANY;
      const native = nativeFor(node, type, this);
      if (native !== undefined) return isOfHint(native, type.hint) ? native.code : stored(type, native.code);
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
  query(node: Query, names: 'named' | 'plain' | 'stored'): readonly string[] {
    const without = node.into === undefined ? [] : [node.into];
    const own: Query = { ...node, into: undefined };
    const named = names === 'named' ? namedItems(own, this) : [];
    const inserts = cutAverages(node).flatMap(({ span, digits }) => [
      { at: span.start, text: 'CAST(' },
      { at: span.end, text: ` AS DECIMAL(65, ${digits}))` },
    ]);
    return sqlArguments(this.vendor(own, this.emitter.query(node, names), without, { names: named, inserts }));
  }

  /** Whether the program asks what the last statement did. */
  asks(upper: string): boolean {
    const found =
      this.#asked.get(upper) ?? nodesOf(this.emitter.program.definition, 'call').some((call) => call.upper === upper);
    this.#asked.set(upper, found);
    return found || this.emitter.asks(upper);
  }
}
