import { type Finding, finding } from '../../contract/finding.ts';
import { flipError } from './error.ts';
import type { Flip, FlipPlan } from './flip.ts';
import { resultWords, runCommand } from './run-command.ts';

export interface CommandFlipSettings {
  /** Lines for `sh -c`; both must do no harm when run twice, `unflip` also when `flip` was cut off. */
  readonly flip: string;
  readonly unflip?: string;
  /** How both are called where they are told of: a line may hold secrets. Default: the lines themselves. */
  readonly shown?: { readonly flip: string; readonly unflip: string };
  readonly limitMs: number;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

/** A command knows by itself what it changed. */
export type CommandFlipRecord = { readonly kind: 'command' };

/** The operator's own command flips the application. */
export class CommandFlip implements Flip<CommandFlipRecord> {
  readonly kind = 'command';
  readonly #settings: CommandFlipSettings;

  constructor(settings: CommandFlipSettings) {
    this.#settings = settings;
  }

  async describe(): Promise<FlipPlan> {
    return { words: `run: ${this.#shown.flip}`, diff: [] };
  }

  describeUndo(): string {
    const { unflip } = this.#settings;
    return unflip === undefined ? 'a person takes it back and confirms it' : `run: ${this.#shown.unflip}`;
  }

  async check(): Promise<readonly Finding[]> {
    const { flip, unflip } = this.#settings;
    const shown = this.#shown;
    const findings: Finding[] = [];
    const lines = [
      { line: flip, name: shown.flip },
      ...(unflip === undefined ? [] : [{ line: unflip, name: shown.unflip }]),
    ];
    for (const { line, name } of lines) {
      const { outcome, output } = await runCommand({ ...this.#settings, line: `set -n\n${line}` });
      if (outcome !== 'done')
        findings.push(finding('blocker', 'FLIP_COMMAND', name, `no shell can run it: ${output.trim()}`));
    }
    if (unflip === undefined) {
      const message = 'there is no command that flips back: abort and rollback will ask a person for it';
      findings.push(finding('warning', 'FLIP_COMMAND', shown.flip, message));
    }
    return findings;
  }

  async plan(): Promise<CommandFlipRecord> {
    return { kind: 'command' };
  }

  /** FLIP_COMMAND with the end of what it printed. */
  run(_record: CommandFlipRecord, signal?: AbortSignal): Promise<string> {
    return this.#must(this.#settings.flip, this.#shown.flip, signal);
  }

  async undo(_record: CommandFlipRecord, signal?: AbortSignal): Promise<string> {
    const { unflip } = this.#settings;
    const { flip, unflip: name } = this.#shown;
    if (unflip === undefined) throw flipError('FLIP_COMMAND', `there is no command that takes back: ${flip}`);
    return await this.#must(unflip, name, signal);
  }

  get #shown(): { readonly flip: string; readonly unflip: string } {
    const { shown, flip, unflip = '' } = this.#settings;
    return shown ?? { flip, unflip };
  }

  async #must(line: string, name: string, signal?: AbortSignal): Promise<string> {
    const result = await runCommand({ ...this.#settings, line, ...(signal === undefined ? {} : { signal }) });
    const words = `${name} ${resultWords(result, this.#settings.limitMs)}`;
    if (result.outcome !== 'done') throw flipError('FLIP_COMMAND', words);
    return words;
  }
}
