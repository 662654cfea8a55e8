import { type Dialect, dialect } from '../sql/dialect.ts';
import { scanComment } from '../sql/scan-comment.ts';
import { scanQuotedName, scanString } from '../sql/scan-string.ts';
import type { Language } from './parse-program.ts';
import { ProgramEnd } from './program-end.ts';

/** One statement of a script, without its delimiter. */
export interface ScriptStatement {
  readonly text: string;
  /** Where it begins in the script: UTF-16 units. */
  readonly offset: number;
  /** The mode that holds when it runs. */
  readonly sqlMode: string;
}

/**
 * Cuts a script into statements as the servers' clients do: DELIMITER lines, strings, comments. Where the delimiter is
 * `;` a stored program goes to the `;` behind its last END, so that the output of SHOW CREATE can be read as it is.
 * `SET sql_mode` is followed.
 */
export function splitScript(text: string, language: Language): readonly ScriptStatement[] {
  const splitter = new Splitter(text, language);
  splitter.run();
  return splitter.found;
}

const DELIMITER = /[ \t]*delimiter[ \t]+(\S+)[^\n]*(?:\n|$)/iy;
/** What holds no quote, no comment and no delimiter. */
const PLAIN = /[\w\s(),.=<>@]+/y;

class Splitter {
  readonly found: ScriptStatement[] = [];
  readonly #text: string;
  readonly #language: Language;
  #sqlMode: string;
  #dialect: Dialect;
  #delimiter = ';';
  #at = 0;
  #start = 0;
  #end = new ProgramEnd();
  #pieceStart = 0;

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    this.#sqlMode = language.sqlMode;
    this.#dialect = dialect(language.flavor, language.version, this.#sqlMode);
  }

  run(): void {
    while (this.#at < this.#text.length) {
      if (this.#isLineStart() && this.#takeDelimiterLine()) continue;
      if (this.#text.startsWith(this.#delimiter, this.#at)) this.#close();
      else this.#advance();
    }
    this.#give(this.#text.length);
  }

  #isLineStart(): boolean {
    return this.#at === 0 || this.#text[this.#at - 1] === '\n';
  }

  #takeDelimiterLine(): boolean {
    DELIMITER.lastIndex = this.#at;
    const found = DELIMITER.exec(this.#text);
    if (found === null) return false;
    this.#give(this.#at);
    this.#delimiter = found[1] ?? ';';
    this.#at += found[0].length;
    this.#begin();
    return true;
  }

  #close(): void {
    const end = this.#at;
    this.#at += this.#delimiter.length;
    if (this.#delimiter === ';' && !this.#isWhole(end)) return;
    this.#give(end);
    this.#begin();
  }

  #isWhole(end: number): boolean {
    const piece = this.#text.slice(this.#pieceStart, end);
    this.#pieceStart = end + 1;
    return this.#end.isReached(piece, this.#dialect);
  }

  #begin(): void {
    this.#start = this.#at;
    this.#pieceStart = this.#at;
    this.#end = new ProgramEnd();
  }

  #give(end: number): void {
    const text = this.#text.slice(this.#start, end);
    if (text.trim() === '') return;
    this.found.push({ text, offset: this.#start, sqlMode: this.#sqlMode });
    this.#followMode(text);
  }

  /** Past one token that may hold a delimiter, or past one character. */
  #advance(): void {
    const { mode } = this.#dialect;
    const first = this.#text[this.#at] ?? '';
    if (first === "'" || first === '"') {
      this.#jump(scanString(this.#text, this.#at, !mode.hasNoBackslashEscapes).end);
    } else if (first === '`') {
      this.#jump(scanQuotedName(this.#text, this.#at).end);
    } else if (first === '#' || first === '-' || first === '/') {
      this.#comment();
    } else {
      this.#plain();
    }
  }

  #jump(end: number): void {
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** A version comment is looked into, whether this server runs it or not: the delimiter stands behind it. */
  #comment(): void {
    if (this.#text.startsWith('/*!', this.#at) || this.#text.startsWith('/*M!', this.#at)) this.#at += 3;
    else this.#at = scanComment(this.#text, this.#at, this.#dialect)?.end ?? this.#at + 1;
  }

  /** Stops behind a line end, where DELIMITER may stand. */
  #plain(): void {
    PLAIN.lastIndex = this.#at;
    const length = PLAIN.exec(this.#text)?.[0].length ?? 1;
    const lineEnd = this.#text.indexOf('\n', this.#at);
    const stop = lineEnd < 0 ? this.#text.length : lineEnd + 1;
    const delimiter = /^[\w\s(),.=<>@]/.test(this.#delimiter) ? 1 : length;
    this.#at = Math.min(this.#at + delimiter, stop);
  }

  #followMode(text: string): void {
    const found = SET_MODE.exec(text);
    if (found === null) return;
    this.#sqlMode = found[1] ?? this.#language.sqlMode;
    this.#dialect = dialect(this.#language.flavor, this.#language.version, this.#sqlMode);
  }
}

/** `SET sql_mode = 'x'`, also in a version comment and among other assignments; a variable gives back the first mode. */
const SET_MODE =
  /^(?:\s|--[^\n]*\n|#[^\n]*\n)*(?:\/\*!\d*\s*)?SET\b[^;]*?\bsql_mode\s*:?=\s*(?:'([^']*)'|@\w+|default|@@\w+)/i;
