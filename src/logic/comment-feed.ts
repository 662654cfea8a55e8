import type { Span } from '../sql/span.ts';
import type { Lexed } from '../sql/token.ts';

/** Comments of a program in source order, each given once. */
export class CommentFeed {
  readonly #text: string;
  readonly #comments: readonly Span[];
  #next = 0;

  constructor(lexed: Lexed) {
    this.#text = lexed.text;
    this.#comments = lexed.trivia.filter(({ kind }) => kind === 'comment');
  }

  /** Lines of all comments that begin before this place and were not given yet. */
  before(end: number): readonly string[] {
    const lines: string[] = [];
    for (let found = this.#comments[this.#next]; found !== undefined && found.start < end; ) {
      lines.push(...commentLines(this.#text.slice(found.start, found.end)));
      this.#next += 1;
      found = this.#comments[this.#next];
    }
    return lines;
  }
}

/** A comment of the source as line comments, so that none can end another. */
function commentLines(comment: string): readonly string[] {
  const inner = comment.startsWith('/*') ? comment.slice(2, -2) : comment.replace(/^(?:#|--)/, '');
  const lines = inner.split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line, at) => line !== '' || (at > 0 && at < lines.length - 1))
    .map((line) => `-- ${line}`.trimEnd());
}
