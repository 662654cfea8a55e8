import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { SluiceError } from '../../contract/error.ts';
import type { Service } from '../django/write-service.ts';
import type { Program } from '../program.ts';
import { type Case, changesOf, NOTHING, type Outcome, type TableRows } from './case.ts';
import { rowLines } from './cell.ts';
import type { DjangoDatabase } from './django-database.ts';
import { APPLICATION } from './django-folder.ts';
import { sourceErrorClass } from './error-class.ts';
import { resultLines, shownCell, shownOut } from './result-lines.ts';

export interface DjangoSideOptions {
  /** The Python that has Django, and the driver of the server. */
  readonly python: string;
  readonly folder: string;
  readonly services: readonly Service[];
  readonly database: DjangoDatabase;
  /** A statement that runs before each case. */
  readonly first?: string | undefined;
  /** Whether the clock of the server is `sluice_clock()`. */
  readonly isFrozen: boolean;
  /** Gives the text of every cell of a table. */
  readonly queryOf: (table: string) => string;
  /** Begins the numbers of tables anew behind a case. */
  readonly reset: (tables: readonly string[]) => Promise<void>;
}

/** Tables whose rows a case may change, and whether others may have changed rows since the last case. */
export interface Reached {
  readonly tables: readonly string[];
  readonly isFresh: boolean;
}

/** Services of Django on one server, in a process of their own. */
export interface DjangoSide extends AsyncDisposable {
  readonly version: string;
  /** Runs a case by its service, a view by its model; nothing of it stays. */
  run(one: Case, program: Program, reach: Reached): Promise<Outcome>;
}

/** LOGIC_PYTHON: Django does not begin, or ends in the middle. */
export async function openDjangoSide(options: DjangoSideOptions): Promise<DjangoSide> {
  const { python, folder, services, database, isFrozen, queryOf, reset, first } = options;
  const names = new Map(services.map((service) => [service.program, service.python]));
  const process = spawn(python, ['run.py'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = new Answers(process, python);
  const { django } = (await lines.ask({ database, folder, app: APPLICATION, isFrozen })) as { readonly django: string };
  return {
    version: django,
    run: async (one, program, { tables, isFresh }) => {
      const queries = Object.fromEntries(tables.map((name) => [name, queryOf(name)]));
      const printed = (await lines.ask({
        ...askedOf(one, program, { service: names.get(program), isTarget: database.ENGINE.endsWith('postgresql') }),
        tables: queries,
        isFresh,
        first,
      })) as Printed;
      await reset(tables);
      return outcomeOf(printed, one);
    },
    [Symbol.asyncDispose]: () => lines.close(),
  };
}

/** A service that does not end, or waits for a lock that nobody gives. */
const ANSWER_MS = 60_000;

/** One answer to each question, in order. */
class Answers {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #iterator: AsyncIterator<string>;
  readonly #python: string;
  #told = '';
  #failure: Error | undefined;

  constructor(process: ChildProcessWithoutNullStreams, python: string) {
    this.#process = process;
    this.#python = python;
    this.#lines = createInterface({ input: process.stdout });
    this.#iterator = this.#lines[Symbol.asyncIterator]();
    process.stderr.on('data', (data: Buffer) => {
      this.#told = `${this.#told}${data.toString()}`.slice(-2000);
    });
    process.on('error', (error) => {
      this.#failure = error;
      this.#lines.close();
    });
    process.stdin.on('error', () => undefined);
  }

  async ask(question: object): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    const late = setTimeout(() => {
      this.#failure = new Error(`no answer in ${ANSWER_MS / 1000} s to ${JSON.stringify(question).slice(0, 200)}`);
      this.#process.kill('SIGKILL');
    }, ANSWER_MS);
    const { value, done } = await this.#iterator.next();
    clearTimeout(late);
    if (done !== true) return JSON.parse(value);
    throw new SluiceError({
      code: 'LOGIC_PYTHON',
      message: `${this.#python} could not run the services: ${this.#reason()}`,
      remedy:
        'Name by --python a Python with Django, psycopg and mysqlclient or PyMySQL: pip install Django "psycopg[binary]" PyMySQL cryptography',
      disposition: 'stop',
      cause: this.#failure,
    });
  }

  /** The last line of a traceback says what it is. */
  #reason(): string {
    if (this.#failure !== undefined) return this.#failure.message;
    return this.#told.trim().split('\n').at(-1) ?? '';
  }

  async close(): Promise<void> {
    const isRunning = this.#process.exitCode === null && this.#process.signalCode === null && !this.#failure;
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end();
    if (isRunning) await ended;
  }
}

function askedOf(
  one: Case,
  program: Program,
  { service, isTarget }: { readonly service: string | undefined; readonly isTarget: boolean },
): object {
  if (one.tag === 'rows') return { model: one.model };
  if (one.tag === 'statements') return { statements: isTarget ? (one.onTarget ?? one.statements) : one.statements };
  const commits = one.tag === 'procedure' && one.commits === true;
  return { name: service, args: argumentsOf(one, program), commits };
}

/** Services take no OUT parameters; every value may be a text. */
function argumentsOf(one: Extract<Case, { args: unknown }>, { definition }: Program): readonly (string | null)[] {
  const modes = 'parameters' in definition ? definition.parameters.map(({ mode }) => mode) : [];
  return one.args
    .filter((_, at) => modes[at] !== 'out')
    .map((text) => {
      if (/^null$/i.test(text)) return null;
      return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
    });
}

type Raw = Readonly<Record<string, readonly (readonly unknown[])[]>>;

interface Printed {
  readonly before: Raw;
  readonly after?: Raw;
  readonly value?: {
    readonly value: unknown;
    readonly out: readonly unknown[];
    readonly results: readonly { readonly names: readonly string[]; readonly rows: readonly (readonly unknown[])[] }[];
  };
  readonly error?: readonly [number: number, state: string, message: string];
  readonly missing?: string;
}

function outcomeOf({ before, after = before, value, error, missing }: Printed, one: Case): Outcome {
  const tables = changesOf(linesOf(before), linesOf(after));
  if (missing !== undefined) return { ...NOTHING, error: missing, tables };
  if (error !== undefined) {
    const [errno, sqlState, sqlMessage] = error;
    return { ...NOTHING, error: sourceErrorClass({ errno, sqlState, sqlMessage }), tables };
  }
  return {
    value: one.tag === 'function' ? shownCell(plain(value?.value), one) : undefined,
    out: one.tag === 'procedure' ? shownOut((value?.out ?? []).map(plain), one) : [],
    results: (value?.results ?? []).map((result) => linesOfResult(result, one)),
    error: undefined,
    tables,
  };
}

/** A decimal comes as an object of its digits: in a text they may be anything. */
function linesOfResult(
  { names, rows }: NonNullable<Printed['value']>['results'][number],
  one: Case,
): readonly string[] {
  if (one.tag !== 'procedure') return rowLines(rows.map((row) => row.map(plain)));
  const columns = names.map((name, at) => ({ name, isDecimal: rows.some((row) => digitsOf(row[at]) !== undefined) }));
  return resultLines({ columns, rows: rows.map((row) => row.map(plain)) }, one.orders ?? []);
}

function digitsOf(value: unknown): string | undefined {
  const isDigits = typeof value === 'object' && value !== null && 'decimal' in value;
  return isDigits ? String(value.decimal) : undefined;
}

function linesOf(raw: Raw): TableRows {
  return Object.fromEntries(Object.entries(raw).map(([table, rows]) => [table, rowLines(rows)]));
}

/** True and false are 1 and 0 to the source, a decimal its digits. */
function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (digitsOf(value) ?? value);
}
