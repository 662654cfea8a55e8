import { CLAUSES, isInside, isJoin, JOINS } from './layout.ts';
import { flatText, type Part, readParts } from './layout-part.ts';

/**
 * A statement of a program on lines of so many characters: clauses and joins of a query begin one, conditions, values and
 * the arms of a CASE are broken where they do not fit. Only blanks become line ends, outside quotes; what fits, holds a
 * line end or a comment, or is not understood stays as it is.
 */
export function breakLines(sql: string, width: number): string {
  if (sql.length <= width || /\n|^--/.test(sql)) return sql;
  const parts = readParts(sql);
  if (parts === undefined || parts.some(({ text }) => text.startsWith('--'))) return sql;
  const lines = new Lines(width);
  const then = thenOf(parts);
  if (then === undefined) return statement(lines, parts);
  const inner = statement(new Lines(width - STEP), parts.slice(then + 1, -2)).replaceAll('\n', '\n  ');
  return `${statement(lines, parts.slice(0, then + 1))}\n  ${inner}\nEND IF;`;
}

function statement(lines: Lines, parts: readonly Part[]): string {
  return lines.group(parts, HEADS.has(parts[0]?.text ?? '') ? 0 : STEP, STEP);
}

/** Where THEN stands in an IF that is whole, outside every CASE. */
function thenOf(parts: readonly Part[]): number | undefined {
  if (parts[0]?.text !== 'IF' || parts.at(-1)?.text !== 'IF;' || parts.at(-2)?.text !== 'END') return undefined;
  let depth = 0;
  const at = parts.findIndex(({ text }) => {
    if (text === 'CASE') depth += 1;
    if (/^END\b/.test(text)) depth -= 1;
    return text === 'THEN' && depth === 0;
  });
  return at < 0 ? undefined : at;
}

const HEADS = new Set(['SELECT', 'WITH', 'VALUES', 'INSERT', 'UPDATE', 'DELETE']);
const STEP = 2;

/** Where a line may begin: `must` does where the group is broken at all, the others where the line would be too long. */
interface Break {
  readonly at: number;
  readonly must: boolean;
  readonly indent: number;
}

class Lines {
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  /** Parts that do not fit on one line; `indent` is that of their clauses, `more` what their conditions have besides. */
  group(parts: readonly Part[], indent: number, more: number): string {
    const breaks = breaksOf(parts, { indent, more, width: this.#width });
    let column = indent;
    let found = '';
    breaks.forEach(({ at, must, indent: own }, of) => {
      const chunk = parts.slice(at, breaks[of + 1]?.at);
      const flat = flatText(chunk);
      const isNew = at > 0 && (must || column + flat.length + 1 > this.#width);
      const blank = at > 0 && chunk[0]?.isSpaced === true ? ' ' : '';
      found += isNew ? `\n${' '.repeat(own)}` : blank;
      column = isNew ? own : column + blank.length;
      const text = column + flat.length <= this.#width ? flat : this.#chunk(chunk, own, column);
      found += text;
      column = text.includes('\n') ? text.length - text.lastIndexOf('\n') - 1 : column + text.length;
    });
    return found;
  }

  /** Parts without a place of their own to break: what stands in parentheses is broken where it does not fit. */
  #chunk(parts: readonly Part[], indent: number, from: number): string {
    let column = from;
    let found = '';
    parts.forEach((part, at) => {
      const blank = part.isSpaced && at > 0 ? ' ' : '';
      const flat = flatText([part]);
      const isFlat = part.inner === null || part.inner.length < 2 || column + blank.length + flat.length <= this.#width;
      const text = isFlat ? flat : this.#opened(part.inner, indent);
      found += `${blank}${text}`;
      column = isFlat ? column + blank.length + flat.length : indent + 1;
    });
    return found;
  }

  #opened(inner: readonly Part[], indent: number): string {
    const own = indent + STEP;
    return `(\n${' '.repeat(own)}${this.group(inner, own, 0)}\n${' '.repeat(indent)})`;
  }
}

interface Place {
  readonly indent: number;
  readonly more: number;
  readonly width: number;
}

function breaksOf(parts: readonly Part[], { indent, more, width }: Place): readonly Break[] {
  const found: Break[] = [{ at: 0, must: false, indent }];
  const cases = brokenCases(parts, width - indent);
  const isQuery = parts.some(({ text }) => HEADS.has(text));
  let depth = 0;
  let isBetween = false;
  parts.forEach(({ text, isSpaced }, at) => {
    if (text === 'BETWEEN') isBetween = true;
    const isSoft = isConnective(text) && !(text === 'AND' && isBetween);
    if (text === 'AND') isBetween = false;
    const arm = cases.get(at);
    if (arm === 'opens') depth += 1;
    if (arm === 'closes') depth -= 1;
    if (at === 0 || !isSpaced) return;
    const inner = indent + (isQuery ? STEP : more) + depth * STEP;
    if (arm === 'opens' && parts[at - 1]?.text === ',') found.push({ at, must: true, indent: inner - STEP });
    else if (arm === 'arm' || arm === 'closes') found.push({ at, must: true, indent: inner });
    else if (isQuery && depth === 0 && isClause(parts, at)) found.push({ at, must: true, indent });
    else if (isQuery && depth === 0 && JOINS.test(text) && !JOINS.test(parts[at - 1]?.text ?? '') && isJoin(parts, at))
      found.push({ at, must: true, indent: indent + STEP });
    else if (isSoft || parts[at - 1]?.text === ',') found.push({ at, must: false, indent: inner });
  });
  return found;
}

function isConnective(text: string): boolean {
  return text === 'AND' || text === 'OR' || text === '||';
}

/** The clauses of a query and of a change; INTO of a SELECT, of what RETURNING gives. */
function isClause(parts: readonly Part[], at: number): boolean {
  const text = parts[at]?.text ?? '';
  const before = parts[at - 1]?.text ?? '';
  if (text === 'SELECT' && /^(?:FOR|IN|AS)$/.test(before)) return false;
  if (text === 'FROM' && before === 'DELETE') return false;
  if (text === 'INTO') return before !== 'INSERT' && !parts.some((part) => part.text === 'RETURNING');
  if (text === 'SET') return parts[at - 2]?.text !== 'DO';
  if (text === 'RETURNING') return true;
  if (text === 'ON') return parts[at + 1]?.text === 'CONFLICT';
  return CLAUSES.test(text) && !isInside(text, parts, at);
}

/** Of every CASE that does not fit on a line: where it begins, its arms, and where it ends. */
function brokenCases(parts: readonly Part[], width: number): ReadonlyMap<number, 'opens' | 'arm' | 'closes'> {
  const found = new Map<number, 'opens' | 'arm' | 'closes'>();
  const open: { readonly at: number; readonly arms: number[] }[] = [];
  parts.forEach(({ text }, at) => {
    if (text === 'CASE') open.push({ at, arms: [] });
    else if (text === 'WHEN' || text === 'ELSE') open.at(-1)?.arms.push(at);
    else if (/^END\b/.test(text)) {
      const one = open.pop();
      if (one === undefined || flatText(parts.slice(one.at, at + 1)).length <= width) return;
      found.set(one.at, 'opens');
      for (const arm of one.arms) found.set(arm, 'arm');
      found.set(at, 'closes');
    }
  });
  return found;
}
