import { type Paint, painter } from './color.ts';
import { EXIT } from './exit.ts';
import type { Io, TextSink } from './io.ts';
import { envelopeOf, type Outcome } from './outcome.ts';
import { screenFrame } from './screen.ts';
import { Scrubber } from './scrub.ts';
import { visible } from './visible.ts';

/** The whole screen, once. */
const CLEAR = '\u001b[2J';

export interface OutputOptions {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  readonly isPlain: boolean;
}

/** Results on stdout, everything else on stderr; the only place of the command line that writes. */
export class Output {
  readonly options: OutputOptions;
  readonly scrubber = new Scrubber();
  /** For text of stdout. */
  readonly paint: Paint;
  readonly #paintError: Paint;
  readonly #io: Io;
  /** Lines of live progress that stand at the bottom of the terminal now. */
  #live: readonly string[] = [];
  #hasScreen = false;

  constructor(io: Io, options: OutputOptions) {
    this.#io = io;
    this.options = options;
    this.paint = painter(io.stdout, io, options.isPlain);
    this.#paintError = painter(io.stderr, io, options.isPlain);
  }

  get isLive(): boolean {
    return this.#io.stderr.isTerminal && !this.options.isQuiet && this.#io.environment['TERM'] !== 'dumb';
  }

  get columns(): number {
    return this.#io.stderr.columns;
  }

  /** One document with `--json`, else text; and what went wrong on stderr, `--json` or not. */
  result(outcome: Outcome): void {
    this.live([]);
    if (this.options.isJson) this.#io.stdout.write(`${this.scrubber.json(envelopeOf(outcome))}\n`);
    else if (outcome.text !== '') this.#io.stdout.write(`${this.#clean(outcome.text.trimEnd(), this.#io.stdout)}\n`);
    if (outcome.error !== undefined && !this.options.isJson) this.#failure(outcome);
    if (!this.options.isJson) this.#nextSteps(outcome);
  }

  /** Shows the text in the place of all that the terminal of stdout showed. */
  screen(text: string): void {
    const frame = screenFrame(this.#clean(text, this.#io.stdout), this.#io.stdout);
    this.#io.stdout.write(this.#hasScreen ? frame : `${CLEAR}${frame}`);
    this.#hasScreen = true;
  }

  /** For people, about what goes on. */
  say(text: string): void {
    if (!this.options.isQuiet) this.line(text);
  }

  warn(text: string): void {
    if (!this.options.isQuiet) this.line(`${this.#paintError('yellow', 'warning:')} ${text}`);
  }

  /** A line on stderr, above the live progress. */
  line(text: string): void {
    const live = this.#live;
    this.live([]);
    this.#io.stderr.write(`${this.#clean(text, this.#io.stderr)}\n`);
    this.live(live);
  }

  /** Replaces the live lines; an empty list removes them. */
  live(lines: readonly string[]): void {
    if (!this.isLive || (lines.length === 0 && this.#live.length === 0)) return;
    const up = this.#live.length === 0 ? '' : `\u001b[${this.#live.length}A\u001b[J`;
    this.#io.stderr.write(
      `${up}${lines.map((line) => `${this.#clean(line.replaceAll('\n', ' '), this.#io.stderr)}\n`).join('')}`,
    );
    this.#live = lines;
  }

  #clean(text: string, { isTerminal }: TextSink): string {
    return visible(this.scrubber.text(text), { isColoured: isTerminal && !this.options.isPlain });
  }

  #failure({ error, exit, data }: Outcome): void {
    if (error === undefined) return;
    const head = exit === EXIT.interrupted ? 'interrupted' : 'error';
    const listed = isListed(data) ? data.problems.map((problem) => `  ${problem.text}`) : [];
    const lines = [`${this.#paintError('red', `${head}:`)} ${error.message} (${error.code})`, ...listed];
    if (error.remedy !== '') lines.push(`  ${error.remedy}`);
    this.line(lines.join('\n'));
  }

  #nextSteps({ nextSteps = [] }: Outcome): void {
    if (nextSteps.length > 0) this.say(`next: ${nextSteps.join(', then ')}`);
  }
}

function isListed(data: unknown): data is { readonly problems: readonly { readonly text: string }[] } {
  return typeof data === 'object' && data !== null && 'problems' in data && Array.isArray(data.problems);
}
