/** Lines of a program with their indents. */
export class Writer {
  readonly lines: string[] = [];
  #depth = 0;

  /** A text of one or several lines at the present depth. */
  line(text: string): void {
    for (const part of text.split('\n')) this.lines.push(part === '' ? '' : `${'  '.repeat(this.#depth)}${part}`);
  }

  /** What `write` adds stands one level deeper. */
  deeper(write: () => void): void {
    this.#depth += 1;
    try {
      write();
    } finally {
      this.#depth -= 1;
    }
  }
}
