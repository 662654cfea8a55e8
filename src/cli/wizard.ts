import { loadConfig } from '../config/load.ts';
import { Asker } from './asker.ts';
import { type FirstFile, firstFile, PASSWORD_VARIABLES } from './first-file.ts';
import type { Call } from './verb.ts';

/** Options of the configuration by their flags: `--source-url` to its text. */
export type Answers = Readonly<Record<string, string>>;

interface Question {
  readonly flag: string;
  /** Path of the option. */
  readonly path: string;
  readonly text: string;
  /** Taken for an empty answer; a question without one is asked until it is answered. */
  readonly usual?: string;
  readonly isAsked?: (answers: Answers) => boolean;
}

export const REQUIRED: readonly Question[] = [
  { flag: '--pipeline', path: 'pipeline', text: 'Name of the pipeline (a-z, 0-9, _)' },
  { flag: '--source-url', path: 'source.url', text: 'Source, mysql://ACCOUNT@HOST:PORT/DATABASE' },
  { flag: '--target-url', path: 'target.url', text: 'Target, postgresql://ACCOUNT@HOST:PORT/DATABASE' },
];

const FURTHER: readonly Question[] = [
  {
    flag: '--target-ddl',
    path: 'target.ddl',
    text: "Tables on the target: made by sluice (convert), or by the application's own migrations (existing)",
    usual: 'convert',
  },
  { flag: '--log-kind', path: 'log.kind', text: 'Log of changes: embedded (files here) or kafka', usual: 'embedded' },
  {
    flag: '--log-kafka-brokers',
    path: 'log.kafka.brokers',
    text: 'Brokers of Kafka, HOST:PORT,HOST:PORT',
    isAsked: (answers) => answers['--log-kind'] === 'kafka',
  },
];

/** What `init` is told, by flags and by answers, and the variables that stand for what was typed as a password. */
export interface Told {
  readonly answers: Answers;
  readonly passwords: Readonly<Record<string, string>>;
}

/** Asks on a terminal for what flags do not say; an answer that cannot be is said so and asked for again. */
export class Wizard {
  readonly #call: Call;
  readonly #asker: Asker;
  #answers: Record<string, string>;
  #passwords: Record<string, string> = {};

  constructor(call: Call) {
    this.#call = call;
    this.#asker = new Asker(call.io);
    this.#answers = { ...call.overrides };
  }

  /** Everything that is not known yet. What stdin ended before stays unknown, or as it usually is. */
  async askAll(): Promise<Told> {
    for (const question of [...REQUIRED, ...FURTHER]) {
      const isOpen = this.#answers[question.flag] === undefined && question.isAsked?.(this.#answers) !== false;
      if (isOpen) await this.#ask(question);
      await this.#askPassword(question.path);
    }
    return this.#told();
  }

  /** After servers refused: the same again, another URL of one side, or null for giving up. */
  async askAgain(): Promise<Told | null> {
    const text = '\nEnter tries again; s or t for another URL of source or target; q ends: ';
    const answer = await this.#asker.ask(text);
    if (answer === null || answer.startsWith('q')) return null;
    const at = { s: 'source.url', t: 'target.url' }[answer];
    const question = REQUIRED.find(({ path }) => path === at);
    if (question !== undefined) {
      const variable = PASSWORD_VARIABLES[question.path];
      if (variable !== undefined) delete this.#passwords[variable];
      await this.#ask(question);
      await this.#askPassword(question.path);
    }
    return this.#told();
  }

  close(): void {
    this.#asker.close();
  }

  async #ask(question: Question): Promise<void> {
    const { flag, path, text, usual } = question;
    const before = this.#answers[flag] ?? usual;
    for (;;) {
      const given = await this.#asker.ask(`${text}${before === undefined ? '' : ` [${shown(before)}]`}: `);
      const answer = given === '' ? before : (given ?? usual);
      if (answer === undefined && given === null) return;
      const wrong = answer === undefined ? ['an answer is needed'] : this.#problems({ [flag]: answer }, path);
      if (wrong.length === 0 && answer !== undefined) {
        if (answer !== usual) this.#answers[flag] = answer;
        return;
      }
      this.#call.output.line(wrong.map((line) => `  ${line}`).join('\n'));
      if (given === null) return;
    }
  }

  /** Of an option alone; what is missing beside it is not its fault. */
  #problems(answer: Answers, path: string): readonly string[] {
    const first = firstFile(answer);
    const environment = { ...this.#unset(first), ...first.passwords };
    const { problems } = loadConfig({ file: 'answer', text: first.text, environment, flags: {}, readFile: () => '' });
    return problems.filter((one) => one.path === path && one.code !== 'CONFIG_MISSING').map(({ message }) => message);
  }

  /** A password that is asked for later is no problem of the URL. */
  #unset({ variables }: FirstFile): Record<string, string> {
    return Object.fromEntries(variables.map((name) => [name, 'x']));
  }

  async #askPassword(path: string): Promise<void> {
    const variable = PASSWORD_VARIABLES[path];
    const question = REQUIRED.find((one) => one.path === path);
    const url = question === undefined ? undefined : this.#answers[question.flag];
    if (variable === undefined || question === undefined || url === undefined) return;
    const isKnown = firstFile({ [question.flag]: url }).passwords[variable] !== undefined;
    if (isKnown || this.#call.io.environment[variable] !== undefined || this.#passwords[variable] !== undefined) return;
    const typed = await this.#asker.ask(`Its password (not shown, not written; later in ${variable}): `, {
      isHidden: true,
    });
    if (typed !== null) this.#passwords[variable] = typed;
  }

  #told(): Told {
    return { answers: { ...this.#answers }, passwords: { ...this.#passwords } };
  }
}

/** A password that was typed into a URL is not shown again. */
function shown(answer: string): string {
  return answer.replace(/^([a-z]+:\/\/[^:@/]*):.*@/s, '$1:***@');
}
