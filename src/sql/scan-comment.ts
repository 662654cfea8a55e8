import type { Dialect } from './dialect.ts';

/** What a comment is. `opened` is a version comment whose content is executed: its closing mark comes later. */
export interface ScannedComment {
  readonly kind: 'comment' | 'hint' | 'opened' | 'skipped' | 'unclosed';
  readonly end: number;
}

const VERSION_MARK = /\/\*(M?)!(\d{5,6})?/y;

/** Reads a comment, or undefined when none begins here. `--` needs a blank, a control character or the end behind it. */
export function scanComment(text: string, at: number, dialect: Dialect): ScannedComment | undefined {
  if (text[at] === '#') return toLineEnd(text, at);
  if (text.startsWith('--', at)) {
    const isBlank = at + 2 >= text.length || text.charCodeAt(at + 2) <= 0x20;
    return isBlank ? toLineEnd(text, at) : undefined;
  }
  if (!text.startsWith('/*', at)) return undefined;
  VERSION_MARK.lastIndex = at;
  const mark = VERSION_MARK.exec(text);
  if (mark === null) return plain(text, at);
  if (isExecuted(mark, dialect)) return { kind: 'opened', end: at + mark[0].length };
  const end = skipNested(text, at + mark[0].length);
  return end < 0 ? { kind: 'unclosed', end: text.length } : { kind: 'skipped', end };
}

function toLineEnd(text: string, at: number): ScannedComment {
  const end = text.indexOf('\n', at);
  return { kind: 'comment', end: end < 0 ? text.length : end };
}

function plain(text: string, at: number): ScannedComment {
  const end = text.indexOf('*/', at + 2);
  if (end < 0) return { kind: 'unclosed', end: text.length };
  return { kind: text[at + 2] === '+' ? 'hint' : 'comment', end: end + 2 };
}

/** `/*M!` is MariaDB's alone; MariaDB leaves out what is for MySQL 5.7 and later, whose syntax is not its own. */
function isExecuted(mark: RegExpExecArray, dialect: Dialect): boolean {
  const isMariadbOnly = mark[1] === 'M';
  if (isMariadbOnly && dialect.flavor === 'mysql') return false;
  if (mark[2] === undefined) return true;
  const version = Number(mark[2]);
  if (version > dialect.version) return false;
  return isMariadbOnly || dialect.flavor === 'mysql' || version < 50_700 || version > 99_999;
}

/** The end of a comment that is not executed: comments inside it count. -1 when it has none. */
function skipNested(text: string, at: number): number {
  let depth = 1;
  while (at < text.length) {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
      if (depth === 0) return at;
    } else {
      at += 1;
    }
  }
  return -1;
}
