import type { Expression } from '../../sql/expression.ts';
import { quoteLiteral } from '../../sql/fragment.ts';
import { lex } from '../../sql/lexer.ts';
import { cursorAt } from '../../sql/parse.ts';
import type { Query } from '../../sql/query.ts';
import { SyntaxFailure } from '../../sql/syntax-failure.ts';
import { BIGINT, TEXT } from '../../sql/value-type.ts';
import type { BodyStatement } from '../body.ts';
import { BodyReader } from '../body-reader.ts';
import { preparedBefore, type TextPiece, type TextVariant, UnknownText, variantsOf } from '../dynamic-text.ts';
import { type EmitStatement, type Emitter, NotConverted } from '../emitter.ts';
import { typesOfItems } from '../item-type.ts';
import { readBodyStatement } from '../read/statement.ts';
import { nameNode, substitute } from '../substitute.ts';
import { userVariable } from '../user-variable.ts';
import { nodesOf } from '../walk.ts';

type Node<Tag extends BodyStatement['tag']> = Extract<BodyStatement, { tag: Tag }>;

/** PREPARE and DEALLOCATE: what they prepare stands where it is executed. A NULL that was put in leaves no text. */
export function emitPrepare(emitter: Emitter, node: Node<'prepare'> | Node<'deallocate'>): void {
  for (const line of emitter.sourceText(node).split('\n')) emitter.out.line(`-- ${line.trim()}`.trimEnd());
  if (node.tag !== 'prepare') return;
  const values = variants(emitter, node.source, node.start).flatMap(({ pieces }) =>
    pieces.filter((piece) => piece.tag === 'value' && piece.isQuoted !== true),
  );
  if (values.length === 0) return;
  emitter.out.line(`IF (${emitter.sql(node.source)}) IS NULL THEN`);
  emitter.out.deeper(() =>
    emitter.out.line("RAISE EXCEPTION USING ERRCODE = '42601', MESSAGE = 'the text of a statement is NULL';"),
  );
  emitter.out.line('END IF;');
}

/** EXECUTE of a text that the program itself makes, and EXECUTE IMMEDIATE: one statement for each text it may be. */
export function emitExecute(
  emitter: Emitter,
  node: Node<'execute'> | Node<'execute-immediate'>,
  emit: EmitStatement,
): void {
  const texts = executedTexts(emitter, node);
  const each = ({ text, pieces, statement }: ExecutedText): void =>
    emitter.embed({ text, span: node }, () => emitText(emitter, { pieces, statement, using: node.using }, emit));
  const [only, ...more] = texts;
  if (only !== undefined && more.length === 0) {
    each(only);
    return;
  }
  for (const [at, one] of texts.entries()) {
    const isLast = at === texts.length - 1;
    emitter.out.line(isLast ? 'ELSE' : `${at === 0 ? 'IF' : 'ELSIF'} ${taken(emitter, one.when)} THEN`);
    emitter.out.deeper(() => each(one));
  }
  emitter.out.line('END IF;');
}

/** Whether the branches were taken that make a text. */
function taken(emitter: Emitter, when: TextVariant['when']): string {
  return [...when].map(([node, number]) => `${emitter.choices.get(node)} = ${number}`).join(' AND ');
}

interface Bound {
  readonly pieces: readonly TextPiece[];
  readonly statement: BodyStatement;
  readonly using: readonly Expression[];
}

/** Where values alone are put in, it is the statement itself with them; a name takes a text that is made when it runs. */
function emitText(emitter: Emitter, { pieces, statement, using }: Bound, emit: EmitStatement): void {
  const found = valued(emitter, statement, pieces);
  if (found.names > 0) {
    emitFormatted(emitter, statement, { pieces, using });
    return;
  }
  if (found.isRaw)
    emitter.note('review', { start: 0, end: 0 }, [
      'DYNAMIC_SQL',
      'a text is put between quotes: the source reads quotes and backslashes in it as SQL, the target takes it as it is',
      'Put it in by QUOTE(), or hand it over by USING.',
    ]);
  refuseBelowZero(emitter, statement, pieces);
  emit(emitter, bound(found.statement, using));
}

/** LIMIT of a number below zero is no SQL where it stands in the text, and all rows where a variable does. */
function refuseBelowZero(emitter: Emitter, statement: BodyStatement, pieces: readonly TextPiece[]): void {
  if (!('limit' in statement) || typeof statement.limit !== 'object' || statement.limit === null) return;
  for (const { parts } of nodesOf(statement.limit, 'column')) {
    const piece = pieces[Number(/^sluice_part_(\d+)$/.exec(parts[0]?.text ?? '')?.[1] ?? -1)];
    if (piece?.tag !== 'value') continue;
    emitter.out.line(`IF (${emitter.sql(piece.value)}) < 0 THEN`);
    emitter.out.deeper(() =>
      emitter.out.line("RAISE EXCEPTION USING ERRCODE = '42601', MESSAGE = 'a number of rows is below zero';"),
    );
    emitter.out.line('END IF;');
  }
}

/** The statement with the values that are put into its text in their places; `names`: how many pieces are none. */
export function valued(
  emitter: Emitter,
  statement: BodyStatement,
  pieces: readonly TextPiece[],
): { readonly statement: BodyStatement; readonly names: number; readonly isRaw: boolean } {
  const placed = new Set<number>();
  let isRaw = false;
  const found = substitute(statement, (part) => {
    const own =
      part.tag === 'string' ? part.value : part.tag === 'column' && part.parts.length === 1 ? part.parts[0]?.text : '';
    const at = Number(/^sluice_part_(\d+)$/.exec(own ?? '')?.[1] ?? -1);
    const piece = pieces[at];
    if (piece?.tag !== 'value') return undefined;
    const { kind } = emitter.expression(piece.value).type;
    const isNumber = kind === 'integer' || kind === 'decimal';
    if (part.tag !== 'string' && !isNumber) return undefined;
    placed.add(at);
    if (part.tag === 'string' && piece.isQuoted !== true && !isNumber) isRaw = true;
    return { ...piece.value, start: part.start, end: part.end };
  });
  const values = pieces.filter(({ tag }) => tag === 'value').length;
  return { statement: found, names: values - placed.size, isRaw };
}

/** A statement in a text, and the pieces that the text is made of. */
export interface ExecutedText extends TextVariant {
  readonly text: string;
  readonly statement: BodyStatement;
}

/** What EXECUTE may run. Throws NotConverted where the program does not make the text itself. */
export function executedTexts(
  emitter: Emitter,
  node: Node<'execute'> | Node<'execute-immediate'>,
): readonly ExecutedText[] {
  const prepared = node.tag === 'execute' ? preparedBefore(emitter.program, node.name.text, node.start) : node;
  if (prepared === undefined) throw unknown('the statement is prepared by another program');
  const texts = variants(emitter, prepared.source, prepared.start).map(({ when, pieces }) => {
    const text = pieces.map((piece, at) => (piece.tag === 'text' ? piece.text : partName(at))).join('');
    return { when, text, pieces, statement: parsed(emitter, text) };
  });
  const isFit = ({ statement }: ExecutedText): boolean =>
    nodesOf(statement, 'placeholder').length === node.using.length;
  if (!texts.some(isFit)) throw unknown('the number of its ? is not that of the values');
  return texts.map((one) => {
    if (!isFit(one)) return { when: one.when, ...refusedText(emitter) };
    const { when, text, pieces, statement } = one;
    const taken = nodesOf(statement, 'column').find(({ parts }) => emitter.variable(parts) !== undefined);
    if (taken !== undefined) throw unknown('a column in its text has the name of a variable of the program');
    return { when, text, pieces, statement };
  });
}

const REFUSED = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1210, MESSAGE_TEXT = 'Incorrect arguments to EXECUTE'";

/** What the source says of one of several texts whose ? are fewer or more than the values. */
function refusedText(emitter: Emitter): Pick<ExecutedText, 'text' | 'pieces' | 'statement'> {
  return { text: REFUSED, pieces: [{ tag: 'text', text: REFUSED }], statement: parsed(emitter, REFUSED) };
}

/** Whether nothing is put into the text but what stands behind USING. */
export function isConstant(pieces: readonly TextPiece[]): boolean {
  return pieces.every(({ tag }) => tag === 'text');
}

function unknown(reason: string): NotConverted {
  return new NotConverted('DYNAMIC_SQL', reason, 'Write it in the language of the target, with format() and USING.');
}

function variants(emitter: Emitter, source: Expression, before: number): readonly TextVariant[] {
  try {
    return variantsOf(emitter.program, source, before);
  } catch (error) {
    if (error instanceof UnknownText) throw unknown(error.message);
    throw error;
  }
}

function partName(at: number): string {
  return `sluice_part_${at}`;
}

function parsed(emitter: Emitter, text: string): BodyStatement {
  const { dialect } = emitter.program;
  const cursor = cursorAt(lex(text, dialect), dialect);
  const reader = new BodyReader(cursor, readBodyStatement);
  try {
    const found = readBodyStatement(reader);
    cursor.takeOperator(';');
    if (cursor.peek().kind === 'end' && reader.failures.length === 0) return found;
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
  }
  throw unknown('what is put into its text is more than a name or a value');
}

/** Each ? in the order of the text. */
export function bound(statement: BodyStatement, using: readonly Expression[]): BodyStatement {
  return substitute(statement, (part) => {
    const value = part.tag === 'placeholder' ? using[part.index] : undefined;
    return value === undefined ? undefined : { ...value, start: part.start, end: part.end };
  });
}

interface Formatted {
  readonly pieces: readonly TextPiece[];
  readonly using: readonly Expression[];
}

/** Names and values are put into the translated text by format(), so that none is ever read as SQL. */
function emitFormatted(emitter: Emitter, statement: BodyStatement, { pieces, using }: Formatted): void {
  const values: string[] = [];
  const into = statement.tag === 'query' ? statement.into : undefined;
  const passed = substitute(statement.tag === 'query' ? { ...statement, into: undefined } : statement, (part) => {
    if (part.tag !== 'placeholder' && part.tag !== 'user-variable') return undefined;
    const value = part.tag === 'placeholder' ? using[part.index] : part;
    if (value === undefined) return undefined;
    const { sql, type } = emitter.expression(value);
    values.push(sql);
    return nameNode(emitter.book.mark({ sql: `$${values.length}`, type, declared: 'text' }), part);
  });
  const text = (sql: string): string => formatOf(emitter, sql, pieces);
  const tail = values.length === 0 ? '' : ` USING ${values.join(', ')}`;
  emitter.note('review', { start: 0, end: 0 }, [
    'DYNAMIC_SQL',
    'names that are known at run time only are put into the text',
    'Names are taken as they are given: the target tells capitals and small letters apart.',
  ]);
  if (passed.tag === 'query') emitQuery(emitter, { ...passed, into }, { text, tail });
  else if (passed.tag === 'insert' || passed.tag === 'update' || passed.tag === 'delete') {
    emitter.out.line(`EXECUTE ${text(emitter.statement(passed))}${tail};`);
    if (!emitter.asks('ROW_COUNT')) return;
    emitter.temporary('_row_count', 'bigint', BIGINT);
    emitter.out.line('GET DIAGNOSTICS _row_count = ROW_COUNT;');
  } else if (passed.tag === 'truncate') {
    emitter.out.line(`EXECUTE ${text(`TRUNCATE ${passed.table.parts.map((part) => part.text).join('.')}`)};`);
  } else throw unknown('a statement that reads and changes no rows');
}

function emitQuery(
  emitter: Emitter,
  query: Query,
  { text, tail }: { readonly text: (sql: string) => string; readonly tail: string },
): void {
  const sql = text(emitter.query(query, 'named'));
  if (query.into === undefined) {
    if (emitter.program.definition.tag !== 'procedure') throw unknown('a function gives rows to the caller');
    emitter.hasResultSets = true;
    emitter.temporary('_result', 'refcursor', TEXT);
    emitter.out.line('_result := NULL;');
    emitter.out.line(`OPEN _result FOR EXECUTE ${sql}${tail};`);
    emitter.out.line('result_sets := result_sets || _result;');
    return;
  }
  const types = typesOfItems(emitter, query);
  const targets = query.into.targets.map((target, at) => {
    if (target.tag === 'user-variable') return userVariable(emitter, target.name, types[at] ?? TEXT);
    throw unknown('a variable of the program in the text');
  });
  const found = targets.map((target) => emitter.temporary(`_${target.sql}`, target.declared, target.type));
  emitter.out.line(`EXECUTE ${sql} INTO ${found.map((one) => one.sql).join(', ')}${tail};`);
  emitter.temporary('_found', 'bigint', BIGINT);
  emitter.out.line('GET DIAGNOSTICS _found = ROW_COUNT;');
  emitter.out.line('IF _found > 0 THEN');
  emitter.out.deeper(() => {
    for (const [at, target] of targets.entries()) emitter.out.line(`${target.sql} := ${found[at]?.sql};`);
  });
  emitter.out.line('END IF;');
}

/** A LIMIT whose number is put into the text: below zero it is no number of rows, and NULL leaves no text. */
const COUNT = /CASE WHEN (sluice_part_\d+) < 0 THEN \w+ ELSE COALESCE\(\1, 0\) END/g;

/** A text that is the whole list of an IN, as a list of numbers is: it is put in as it comes, as the source does. */
const LIST = /\bIN \(sluice_part_(\d+)\)/g;

const FOLDED_LIST = /\bIN \((?:lower|rtrim)\([^)]*sluice_part_/;

/** `format('...', a, b)`: a part that stands by itself is a name, or a value where the variable holds a number. */
function formatOf(emitter: Emitter, sql: string, pieces: readonly TextPiece[]): string {
  const args: string[] = [];
  const plain = sql.replaceAll(COUNT, '$1').replaceAll('%', '%%');
  if (FOLDED_LIST.test(plain)) throw unknown('a list of texts, of which case does not count, is put into its text');
  const lists = new Set([...plain.matchAll(LIST)].map(([, digits]) => digits));
  const pattern = plain.replaceAll(/'?sluice_part_(\d+)'?/g, (found, digits: string) => {
    const piece = pieces[Number(digits)];
    if (piece?.tag !== 'value') return found;
    const { sql: value, type } = emitter.expression(piece.value);
    const isText = found.startsWith("'") && found.endsWith("'");
    if (!isText && /'/.test(found)) throw unknown('a part of a text in quotes');
    args.push(value);
    if (!isText && lists.has(digits)) return '%s';
    return isText || type.kind !== 'text' ? '%L' : '%I';
  });
  return `format(${[quoteLiteral(pattern), ...args].join(', ')})`;
}
