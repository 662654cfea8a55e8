import { Allowance } from '../writer.ts';

/** Width of a line as black and ruff have it. */
const WIDTH = 88;

/** Lines of Python in the form that black and ruff leave as it is. */
export class PythonWriter {
  readonly lines: string[] = [];
  #depth = 0;
  readonly #allowance = new Allowance();

  get depth(): number {
    return this.#depth;
  }

  line(text: string): void {
    this.#allowance.take(text.length + 4 * this.#depth);
    this.lines.push(text === '' ? '' : `${'    '.repeat(this.#depth)}${text}`);
  }

  /** A comment, as narrow as it comes. */
  comment(text: string): void {
    for (const part of text.split('\n')) this.line(`# ${part.trim()}`.trimEnd());
  }

  /** What `write` adds stands one level deeper; nothing at all is `pass`. */
  deeper(write: () => void): void {
    this.#depth += 1;
    const before = this.lines.length;
    try {
      write();
      if (!this.#hasCode(before)) this.line('pass');
    } finally {
      this.#depth -= 1;
    }
  }

  #hasCode(from: number): boolean {
    for (let at = from; at < this.lines.length; at += 1) if (!/^\s*(?:#|$)/.test(this.lines[at] ?? '')) return true;
    return false;
  }

  /** `head(a, b)tail` on one line where it fits, else each argument on its own. */
  call(head: string, args: readonly string[], tail = ''): void {
    const short = `${head}(${args.join(', ')})${tail}`;
    if (this.#fits(short)) {
      this.line(short);
      return;
    }
    this.line(`${head}(`);
    this.#depth += 1;
    for (const arg of args) this.#argument(arg);
    this.#depth -= 1;
    this.line(`)${tail}`);
  }

  /** `prefix` and an expression: a call in its parts, a literal in parentheses, where the line is too long. */
  value(prefix: string, code: string): void {
    // An expression of ours has no operator outside its brackets.
    const call = /^([\w.]+)\((.*)\)$/.exec(code);
    if (this.#fits(`${prefix}${code}`) || (call === null && this.#width(code) + 4 > WIDTH))
      this.line(`${prefix}${code}`);
    else if (call !== null) this.call(`${prefix}${call[1]}`, itemsOf(call[2] ?? ''));
    else {
      this.line(`${prefix}(`);
      this.line(`    ${code}`);
      this.line(')');
    }
  }

  /** `with a(x), b(y):`, in their parts where the line is too long; each is a call. */
  with(managers: readonly string[]): void {
    const short = `with ${managers.join(', ')}:`;
    if (this.#fits(short)) this.line(short);
    else if (managers.length === 1) this.#broken('with ', managers[0] ?? '', ':');
    else {
      this.line('with (');
      this.#depth += 1;
      for (const manager of managers) this.#manager(manager);
      this.#depth -= 1;
      this.line('):');
    }
  }

  #manager(manager: string): void {
    if (this.#fits(`${manager},`)) this.line(`${manager},`);
    else this.#broken('', manager, ',');
  }

  /** A call with its only argument on a line of its own. */
  #broken(prefix: string, call: string, tail: string): void {
    const [, head = '', argument = ''] = /^([\w.]+\()(.*)\)$/.exec(call) ?? [];
    this.line(`${prefix}${head}`);
    this.line(`    ${argument}`);
    this.line(`)${tail}`);
  }

  #width(text: string): number {
    return text.length + 4 * this.#depth;
  }

  #fits(text: string): boolean {
    return this.#width(text) <= WIDTH;
  }

  /** A list as an argument. */
  list(items: readonly string[]): void {
    this.#argument(`[${items.join(', ')}]`);
  }

  #argument(arg: string): void {
    if (this.#fits(`${arg},`) || !arg.startsWith('[')) {
      this.line(`${arg},`);
      return;
    }
    this.line('[');
    this.#depth += 1;
    for (const item of itemsOf(arg.slice(1, -1))) this.line(`${item},`);
    this.#depth -= 1;
    this.line('],');
  }
}

/** What stands between commas outside brackets and quotes. */
function itemsOf(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at] ?? '';
    if (quote !== '') {
      if (unit === '\\') at += 1;
      else if (unit === quote) quote = '';
    } else if (unit === '"' || unit === "'") quote = unit;
    else if ('([{'.includes(unit)) depth += 1;
    else if (')]}'.includes(unit)) depth -= 1;
    else if (unit === ',' && depth === 0) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...found, text.slice(from).trim()].filter((item) => item !== '');
}

/** A line without what stands in quotes or in a comment. */
export function withoutStrings(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*$/g, '""');
}
