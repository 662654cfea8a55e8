import type { Span } from '../../sql/span.ts';
import { nodesOf } from '../walk.ts';
import { pythonString } from './python-type.ts';

/** Round the name of a Python expression in the text for PostgreSQL. */
const MARK = '\u0004';

/** One statement in the words of both servers, each with the Python expressions that its placeholders stand for. */
export interface VendorSql {
  readonly mysql: string;
  readonly postgresql: string;
  readonly mysqlValues: readonly string[];
  readonly postgresqlValues: readonly string[];
}

/** How a Python variable stands in the text for PostgreSQL: with its type, which a placeholder does not tell. */
export function markedVariable(python: string, type: string): string {
  return `(${MARK}${python}${MARK})::${type}`;
}

/** A part of the source that becomes a placeholder on MySQL. */
export interface Replaced extends Span {
  readonly python: string;
  /** The first % is the placeholder. */
  readonly mysql: string;
}

/** The name that a column has on the source, which its text would not give once values stand in it. */
export interface NamedItem {
  readonly end: number;
  readonly name: string;
}

/** The source's own text for MySQL, the translation for PostgreSQL. `without` are spans that are left out. */
export function vendorSql(source: Source, replaced: readonly Replaced[], postgresql: string): VendorSql {
  const target = unmarked(postgresql);
  const own = sourceText(source, replaced);
  return {
    mysql: own.values.length === 0 ? own.text.replaceAll('%%', '%') : own.text,
    mysqlValues: own.values,
    postgresql: target.values.length === 0 ? target.text.replaceAll('%%', '%') : target.text,
    postgresqlValues: target.values,
  };
}

/** A text that the source has not, at a place of it. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

interface Source {
  readonly text: string;
  readonly span: Span;
  readonly without?: readonly Span[];
  readonly names?: readonly NamedItem[];
  /** What stands at a place besides. */
  readonly inserts?: readonly Insertion[];
  /** NO_BACKSLASH_ESCAPES: a backslash ends no quote and keeps none open. */
  readonly isPlain: boolean;
}

interface Placed {
  readonly text: string;
  readonly values: readonly string[];
}

function unmarked(sql: string): Placed {
  const values: string[] = [];
  const text = sql.replaceAll('%', '%%').replaceAll(new RegExp(`${MARK}(.*?)${MARK}`, 'g'), (_, python: string) => {
    values.push(python.replaceAll('%%', '%'));
    return '%s';
  });
  return { text: text.replaceAll(/\s*\n\s*/g, ' ').trim(), values };
}

function sourceText(source: Source, replaced: readonly Replaced[]): Placed {
  const { text, span, without = [], names = [], inserts = [], isPlain } = source;
  const whole = balanced(text, span, isPlain);
  const aliases = names.map(({ end, name }) => ({ start: end, end, mysql: ` AS \`${name.replaceAll('`', '``')}\`` }));
  const added = inserts.map(({ at, text: more }) => ({ start: at, end: at, mysql: more }));
  const others = [...without.map(({ start, end }) => ({ start, end, mysql: '' })), ...aliases, ...added];
  const parts = [...replaced, ...others.map((one) => ({ ...one, python: undefined }))]
    .filter(({ start, end }) => start >= whole.start && end <= whole.end)
    .toSorted((a, b) => a.start - b.start);
  const values: string[] = [];
  let found = '';
  let at = whole.start;
  for (const part of parts) {
    if (part.start < at) continue;
    found += text.slice(at, part.start).replaceAll('%', '%%');
    if (part.python !== undefined) values.push(part.python);
    found += part.mysql.replaceAll('%', '%%').replace('%%', part.python === undefined ? '%%' : '%s');
    at = part.end;
  }
  return { text: oneLine(found + text.slice(at, whole.end).replaceAll('%', '%%'), isPlain), values };
}

/** A node begins and ends inside the brackets round it: those that its own text lacks come with it. */
function balanced(text: string, { start, end }: Span, isPlain: boolean): Span {
  const plain = text.slice(start, end).replaceAll(new RegExp(quotedPattern(isPlain), 'g'), '');
  let depth = 0;
  let least = 0;
  for (const unit of plain) {
    depth += unit === '(' ? 1 : unit === ')' ? -1 : 0;
    least = Math.min(least, depth);
  }
  let [from, to] = [start, end];
  for (let missing = -least; missing > 0 && from > 0; missing -= 1) from = text.lastIndexOf('(', from - 1);
  for (let open = depth - least; open > 0; open -= 1) to = text.indexOf(')', to) + 1;
  return { start: from, end: to };
}

/** What stands in quotes, as the mode of the program reads it. */
function quotedPattern(isPlain: boolean): string {
  const inside = (quote: string): string => (isPlain ? `[^${quote}]` : `[^${quote}\\\\]|\\\\[^]`);
  return `'(?:${inside("'")}|'')*'|"(?:${inside('"')}|"")*"|\`[^\`]*\``;
}

/** Line ends outside quotes, and comments, become blanks. */
function oneLine(text: string, isPlain: boolean): string {
  const pattern = new RegExp(`(${quotedPattern(isPlain)})|\\/\\*[^!][^]*?\\*\\/|(?:-- |#)[^\\n]*|\\s+`, 'g');
  return text.replaceAll(pattern, (found, quoted?: string) => (quoted === undefined ? ' ' : found)).trim();
}

/** The arguments of a call of the run time: both texts, and the values of each. */
export function sqlArguments({ mysql, postgresql, mysqlValues, postgresqlValues }: VendorSql): readonly string[] {
  const isSame = mysqlValues.join('\n') === postgresqlValues.join('\n');
  const lists = isSame ? [listOf(mysqlValues)] : [listOf(mysqlValues), listOf(postgresqlValues)];
  const isEmpty = isSame && mysqlValues.length === 0;
  return [pythonString(mysql), pythonString(postgresql), ...(isEmpty ? [] : lists)];
}

function listOf(values: readonly string[]): string {
  return `[${values.join(', ')}]`;
}

const WATCHED = new Set([
  'CONV',
  'LN',
  'LOG',
  'LOG2',
  'LOG10',
  'MOD',
  'STR_TO_DATE',
  'ROUND',
  'FORMAT',
  'INET_ATON',
  'INET_NTOA',
  'UNHEX',
  'DATE_FORMAT',
  'TIMEDIFF',
  'SEC_TO_TIME',
]);

/** A text that is no date is told where a part of it is asked for. */
function isDateOfText(upper: string, args: readonly { readonly tag: string }[]): boolean {
  return /^(?:YEAR|QUARTER|MONTH|WEEK|DAY|LAST_DAY|DATE)/.test(upper) && args.some(({ tag }) => tag === 'string');
}

/** Whether a value may be refused where it is stored, which a SELECT only warns of. */
export function isWatched(node: object): boolean {
  const isCounted = nodesOf(node, 'arithmetic').length > 0 || nodesOf(node, 'cast').length > 0;
  return (
    isCounted ||
    nodesOf(node, 'call').some(
      ({ upper, args }) => WATCHED.has(upper) || isDateOfText(upper, args) || isPathOfText(upper, args),
    )
  );
}

/** A path that is none is NULL and a warning of MariaDB, an error where it is stored. */
function isPathOfText(upper: string, args: readonly { readonly tag: string }[]): boolean {
  return (
    /^JSON_(?:EXTRACT|SET|INSERT|REPLACE|REMOVE)$/.test(upper) && args.some(({ tag }, at) => at > 0 && tag !== 'string')
  );
}
