import type { Expression, Name } from '../sql/expression.ts';
import type { Query, SelectItem } from '../sql/query.ts';
import { type Source, scopeOf } from '../sql/query-scope.ts';
import type { Scope, StoredFunction } from '../sql/scope.ts';
import type { Span } from '../sql/span.ts';
import type { Delete, Insert, Update } from '../sql/statement.ts';
import { type Purpose, type Translation, translateExpression, translateQuery } from '../sql/translate.ts';
import { translateStatement } from '../sql/translate-statement.ts';
import {
  BIGINT,
  padsSpace,
  type TextOrder,
  textOrder,
  textRule,
  UNKNOWN,
  usualOrder,
  type ValueType,
} from '../sql/value-type.ts';
import type { ActionItem } from './action-item.ts';
import type { Block, BodyStatement } from './body.ts';
import type { KnownTable } from './catalogue.ts';
import { CommentFeed } from './comment-feed.ts';
import type { ConvertContext, Signature } from './convert-context.ts';
import { choicesOf } from './dynamic-text.ts';
import type { Frame } from './handler-frame.ts';
import type { Program } from './program.ts';
import type { Undo } from './rollback-plan.ts';
import { settingSql } from './session-variable.ts';
import { nameNode, substitute } from './substitute.ts';
import { key } from './table-access.ts';
import { type Variable, VariableBook } from './variable-book.ts';
import { nodesOf, walk } from './walk.ts';
import { Writer } from './writer.ts';

/** A part has no translation: the statement that it stands in stands as text. */
export class NotConverted extends Error {
  readonly code: string;
  readonly advice: string;

  constructor(code: string, reason: string, advice: string) {
    super(reason);
    this.name = 'NotConverted';
    this.code = code;
    this.advice = advice;
  }
}

/** The first version of MySQL whose own collations take blanks at the end of a text for a part of it. */
const WITHOUT_PAD = 80_000;

/** A statement in a string of the program. */
export interface Embedded {
  readonly text: string;
  readonly span: Span;
}

/** What the emitting of one program shares. The readers of statements stand on it; it knows none of them. */
export class Emitter {
  readonly program: Program;
  readonly context: ConvertContext;
  readonly book: VariableBook;
  readonly comments: CommentFeed;
  readonly items: ActionItem[] = [];
  /** Spans of the source that the output accounts for. */
  readonly accounted: Span[] = [];
  /** Variables of our own, by name: they are declared at the top. */
  readonly temporaries = new Map<string, string>();
  readonly tables = new Map<string, KnownTable>();
  out = new Writer();
  /** Handlers in force, innermost first. */
  frames: readonly Frame[] = [];
  /** Blocks around, innermost first, for conditions by name. */
  blocks: readonly Block[] = [];
  /** The table of a trigger. */
  triggerTable: KnownTable | undefined;
  hasResultSets = false;
  /** Whether functions of ours may stand in its SQL. */
  hasHelpers = true;
  /** Where what the last statement did is kept, if not in variables of ours. */
  session: ((upper: string) => Variable | undefined) | undefined;
  /** START TRANSACTION and COMMIT are the caller's: a block with EXCEPTION does what ROLLBACK did. */
  isInTransactionBlock = false;
  /** What becomes of each ROLLBACK of that block, and of its handlers for NOT FOUND that roll back. */
  undo: ReadonlyMap<object, Undo> = new Map();
  /** The variable of the SET at hand, which is NULL where that fails. */
  failing: string | undefined;
  /** Whether a CHECK may refuse what is guarded: it changes rows, or calls what may. */
  isRowChanging = true;
  /** What the handler at hand wrote is to stay though it raises: its transaction ends before. */
  isHandlerKept = false;
  usesNativeTransactions = false;
  /** The states that undo the blocks of savepoints, by their names. */
  readonly savepoints = new Map<string, string>();
  #embedded: Embedded | undefined;
  #choices: ReturnType<typeof choicesOf> | undefined;
  #count = 0;
  readonly #told = new Set<string>();
  /** What the whole program was looked through for: a handler asks anew at each of its copies. */
  readonly #asked = new Map<string, boolean>();
  #lastSignal: number | undefined;

  constructor(program: Program, context: ConvertContext, taken: ReadonlySet<string>) {
    this.program = program;
    this.context = context;
    this.book = new VariableBook(taken);
    this.comments = new CommentFeed(program.lexed);
  }

  /** The IFs of which the branch says what text is executed, with the names of what keeps its number. */
  get choices(): ReturnType<typeof choicesOf> {
    this.#choices ??= choicesOf(this.program);
    return this.#choices;
  }

  get text(): string {
    return this.#embedded?.text ?? this.program.lexed.text;
  }

  /** While `write` runs, spans are those of a text inside the program, as PREPARE has it; items name its place. */
  embed(embedded: Embedded, write: () => void): void {
    const before = this.#embedded;
    this.#embedded = embedded;
    try {
      write();
    } finally {
      this.#embedded = before;
    }
  }

  sourceText(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** A number for names of our own. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  account(span: Span): void {
    this.accounted.push({ start: span.start, end: span.end });
  }

  note(
    severity: ActionItem['severity'],
    of: Span,
    texts: readonly [code: string, reason: string, advice: string],
  ): void {
    const [code, reason, advice] = texts;
    const span = this.#embedded?.span ?? of;
    const told = `${code} ${span.start} ${reason}`;
    if (this.#told.has(told)) return;
    this.#told.add(told);
    this.items.push({ code, severity, span: { start: span.start, end: span.end }, reason, advice });
  }

  /** A variable of our own; the same name twice is one variable. */
  temporary(name: string, declared: string, type: ValueType): Variable {
    this.temporaries.set(name, declared);
    return { sql: name, type, declared };
  }

  /** A statement that is not converted: its text, and an error when it is reached. */
  stand(span: Span, code: string, reason: string, advice: string): void {
    this.note('stands', span, [code, reason, advice]);
    this.account(span);
    this.out.line(`-- NOT CONVERTED (${code}): ${reason.replaceAll('\n', ' ')}`);
    for (const line of this.sourceText(span).split('\n')) this.out.line(`--   ${line.trim()}`.trimEnd());
    const told = `NOT_CONVERTED: ${code} in ${this.context.nameOf(this.program)}`
      .replaceAll("'", "''")
      .replaceAll('%', '%%');
    this.out.line(`RAISE EXCEPTION '${told}' USING ERRCODE = '0A000';`);
  }

  expression(
    node: Expression,
    purpose: Purpose = 'value',
    sources: readonly Source[] = [],
  ): Translation & { readonly sql: string } {
    const scope = scopeOf(sources, this.scope());
    return this.#settled(translateExpression(this.prepare(node), scope, purpose));
  }

  sql(node: Expression, purpose: Purpose = 'value', sources: readonly Source[] = []): string {
    return this.expression(node, purpose, sources).sql;
  }

  /** A statement that reads or changes rows, as one of the target. */
  statement(node: Insert | Update | Delete): string {
    return this.#settled(translateStatement(this.prepare(node), this.scope())).sql;
  }

  /**
   * `named`: the columns are called as the source calls them, for whoever reads them by name; `stored`: what strict mode
   * refuses is an error.
   */
  query(node: Query, how: 'named' | 'plain' | 'stored' = 'plain'): string {
    const plain = this.prepare({ ...node, into: undefined });
    const text = how === 'named' ? this.text : undefined;
    return this.#settled(translateQuery(plain, this.scope(), text, how === 'stored')).sql;
  }

  #settled(found: Translation): Translation & { readonly sql: string } {
    const blocked = found.findings.find(({ severity }) => severity === 'blocked');
    if (found.sql === undefined || blocked !== undefined) {
      throw new NotConverted(blocked?.code ?? 'CONSTRUCT', blocked?.reason ?? 'no translation', blocked?.advice ?? '');
    }
    for (const { code, severity, span, reason, advice } of found.findings) {
      this.note(severity === 'review' ? 'review' : 'note', span, [code, reason, advice]);
    }
    return { ...found, sql: found.sql };
  }

  /** Names of variables become marked ones, and what asks the session becomes a variable of ours. */
  prepare<T extends object>(node: T): T {
    return substitute(node, (part) => {
      if (part.tag === 'inserted-value' || part.tag === 'default') return part;
      const named = this.#named(part);
      if (named !== undefined) return named;
      const variable = this.#variableOf(part);
      return variable === undefined ? undefined : nameNode(this.book.mark(variable), part);
    });
  }

  /** What is selected keeps the name of its variable. */
  #named(part: Expression): Expression | undefined {
    const item = part as unknown as SelectItem;
    if (item.tag !== 'item' || item.alias !== undefined) return undefined;
    const alias = this.#nameOf(item.expression);
    if (alias === undefined) return undefined;
    return { ...item, expression: this.prepare(item.expression), alias } as unknown as Expression;
  }

  /** What the source calls a variable that is selected; undefined: it is none. */
  #nameOf(node: Expression): Name | undefined {
    const { start, end } = node;
    if (node.tag === 'user-variable')
      return this.userVariable(node) && { text: this.sourceText(node), isQuoted: true, start, end };
    return node.tag === 'column' && this.variable(node.parts) !== undefined ? node.parts.at(-1) : undefined;
  }

  #variableOf(part: Expression): Variable | undefined {
    if (part.tag === 'column') return this.variable(part.parts);
    if (part.tag === 'user-variable') return this.userVariable(part);
    if (part.tag !== 'call' || part.args.length > 0 || part.parts.length > 1) return undefined;
    return this.session?.(part.upper) ?? SESSION[part.upper]?.(this);
  }

  /** A user variable: one of the program, or what the session keeps of another program or of the application. */
  userVariable(node: Extract<Expression, { tag: 'user-variable' }>): Variable | undefined {
    const known = this.context.sessionVariables.get(key(node.name));
    if (known === undefined || !this.isOfSession(node.name)) return this.book.find(`@${node.name}`);
    const { type, writers, isTypeKnown } = known;
    if (writers.size === 0)
      this.note('review', node, [
        'SESSION',
        `@${node.name} is set by the application: the target reads it of the setting sluice.user_${key(node.name)}, as a text`,
        `Have the application set it too: SELECT set_config('sluice.user_${key(node.name)}', value, false).`,
      ]);
    else if (!isTypeKnown)
      this.note('review', node, [
        'USER_VARIABLE',
        `@${node.name} is set by another program: the target keeps it as a text in a setting of the session`,
        'Hand the value over as a parameter, or check how it is computed with.',
      ]);
    else
      this.note('note', node, [
        'SESSION',
        `@${node.name} is set by another program: the target keeps it in the setting sluice.user_${key(node.name)}`,
        'Where the application sets it too, have it set that by set_config(); an empty text counts as NULL there.',
      ]);
    return { sql: settingSql(node.name, type), type, declared: type.kind === 'integer' ? 'bigint' : 'text' };
  }

  /** Whether the value is that of the session, not the one that the program itself put in last. */
  isOfSession(name: string): boolean {
    const known = this.context.sessionVariables.get(key(name));
    if (known === undefined) return false;
    const isSetElsewhere = [...known.writers].some((program) => program !== this.program);
    return isSetElsewhere || this.book.find(`@${name}`) === undefined;
  }

  /** A variable, a parameter, NEW.column, a field of a row variable. */
  variable(parts: readonly Name[]): Variable | undefined {
    const [first, second] = parts;
    if (first === undefined || parts.length > 2) return undefined;
    if (second === undefined) return this.book.find(first.text);
    const row = first.text.toUpperCase();
    if (this.triggerTable !== undefined && (row === 'NEW' || row === 'OLD')) {
      const column = this.triggerTable.shape.columns.find(({ name }) => key(name) === key(second.text));
      const type = column?.type ?? UNKNOWN;
      return { sql: `${row}.${column?.sql ?? second.text}`, type, declared: 'text' };
    }
    return this.book.find(`${key(first.text)}.${key(second.text)}`) ?? this.#field(first, second);
  }

  /** A field of a row variable; the type is that of the column where the row is one of a known table. */
  #field(row: Name, field: Name): Variable | undefined {
    const record = this.book.find(row.text);
    if (record === undefined || !/^record$|%ROWTYPE$/.test(record.declared)) return undefined;
    const table = record.declared.replace(/%ROWTYPE$/, '').replaceAll('"', '');
    const known = this.context.catalogue.table([{ ...row, text: table }]);
    const column = known?.shape.columns.find(({ name }) => key(name) === key(field.text));
    const sql = `${record.sql}.${column?.sql ?? key(field.text)}`;
    return { sql, type: column?.type ?? UNKNOWN, declared: 'text' };
  }

  scope(): Scope {
    const { dialect, collation } = this.program;
    return {
      dialect,
      resolve: (parts) => this.book.resolve(parts),
      variable: (name) => this.book.marked(name),
      table: (parts) => this.table(parts)?.shape,
      routine: (parts) => this.routine(parts),
      textRule: this.context.textRule,
      ignoresBlanks: padsSpace(collation) ?? (dialect.flavor === 'mariadb' || dialect.version < WITHOUT_PAD),
      textOrder: this.#textOrder(),
      caseCollation: this.context.catalogue.caseCollation,
      orderCollation: this.context.catalogue.orderCollation,
      timeZone: this.context.timeZone,
      mustBeImmutable: false,
      hasHelpers: this.hasHelpers,
      hasJsonHelpers: true,
      isUnsignedChecked: true,
      isDuplicateAwaited: this.frames.some((frame) => frame.isDuplicateAwaited),
      isTextAwaited: this.frames.some((frame) => frame.isTextAwaited),
    };
  }

  /** Of variables and literals. */
  #textOrder(): TextOrder | undefined {
    const { dialect, collation } = this.program;
    if (collation === undefined) return usualOrder(dialect);
    return textRule(collation) === this.context.textRule ? textOrder(collation) : undefined;
  }

  /** A temporary table of the program, else one of the source. */
  table(parts: readonly Name[]): KnownTable | undefined {
    return this.tables.get(key(parts.at(-1)?.text ?? '')) ?? this.context.catalogue.table(parts);
  }

  signature(parts: readonly Name[]): Signature | undefined {
    return this.context.signatures.get(key(parts.at(-1)?.text ?? ''));
  }

  routine(parts: readonly Name[]): StoredFunction | undefined {
    const found = this.signature(parts);
    if (found?.returns === undefined) return undefined;
    return { sql: found.sql, type: found.returns, parameters: found.parameters.map(({ type }) => type?.value) };
  }

  /** Whether the program asks what the last statement did, by a call or by GET DIAGNOSTICS. */
  asks(upper: string): boolean {
    const known = this.#asked.get(upper);
    if (known !== undefined) return known;
    const { definition } = this.program;
    const found =
      nodesOf(definition, 'call').some((call) => call.upper === upper && call.args.length === 0) ||
      nodesOf(definition, 'get-diagnostics').some(({ items }) => items.some(({ item }) => item === upper));
    this.#asked.set(upper, found);
    return found;
  }

  /** Whether the program's own number, or another's that it asks for, is kept for others too. */
  get sharesNumber(): boolean {
    return this.context.numbers.programs.has(this.program);
  }

  /** Where the last SIGNAL of the program stands; -1: it has none. */
  get lastSignal(): number {
    if (this.#lastSignal !== undefined) return this.#lastSignal;
    let last = -1;
    walk(this.program.definition, ({ tag, start }) => {
      if (tag === 'signal') last = Math.max(last, start);
      return undefined;
    });
    this.#lastSignal = last;
    return last;
  }
}

const WHOLE = { kind: 'integer', isWide: true } as const;

/** Calls that ask what the last statement did. */
const SESSION: Readonly<Record<string, (emitter: Emitter) => Variable>> = {
  ROW_COUNT: (emitter) => emitter.temporary('_row_count', 'bigint', BIGINT),
  FOUND_ROWS: (emitter) => emitter.temporary('_found_rows', 'bigint', BIGINT),
  LAST_INSERT_ID: (emitter) => emitter.temporary('_last_insert_id', 'bigint', { ...WHOLE, isUnsigned: true }),
};

/** Emits statements; given to those that hold others, so that no file imports its caller. */
export type EmitStatement = (emitter: Emitter, statement: BodyStatement) => void;
