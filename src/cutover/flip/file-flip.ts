import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { geteuid } from 'node:process';
import { SluiceError } from '../../contract/error.ts';
import { type Finding, finding } from '../../contract/finding.ts';
import { hashOf, removeFile } from '../../file/whole-file.ts';
import { flipError } from './error.ts';
import type { Flip, FlipPlan } from './flip.ts';
import { putFile, readIfThere, targetOf } from './flipped-file.ts';
import { lineDiff } from './line-diff.ts';
import { resultWords, runCommand } from './run-command.ts';

/** What a kind of file becomes, as a function of what it is; FLIP_FILE when it is not such a file. */
export interface FileEdit {
  readonly kind: 'env-file' | 'settings-file';
  edit(text: string): string;
  /** A line of the file, safe to be shown. */
  mask(line: string): string;
  /** What speaks against the text that the file would become. */
  verify(text: string): Promise<readonly Finding[]>;
}

export interface FileFlipSettings {
  readonly path: string;
  /** Tells the application to read the file again, after the flip and after its undo. */
  readonly reload?: {
    readonly line: string;
    /** How it is called where it is told of: the line may hold secrets. Default: the line. */
    readonly shown?: string;
    readonly limitMs: number;
    readonly folder?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly secrets?: readonly string[];
  };
}

/** A type, not an interface, so that it is JSON to the journal. Hashes are SHA-256 of whole files. */
export type FileFlipRecord = {
  readonly kind: 'env-file' | 'settings-file';
  /** The file itself, links followed. */
  readonly path: string;
  /** Where the file from before stands, once it is flipped. */
  readonly backup: string;
  readonly before: string;
  readonly after: string;
};

/** Changes one file, whole and at once, with a backup beside it that undo puts back byte for byte. */
export class FileFlip implements Flip<FileFlipRecord> {
  readonly #settings: FileFlipSettings;
  readonly #edit: FileEdit;

  constructor(settings: FileFlipSettings, edit: FileEdit) {
    this.#settings = settings;
    this.#edit = edit;
  }

  get kind(): 'env-file' | 'settings-file' {
    return this.#edit.kind;
  }

  async describe(): Promise<FlipPlan> {
    const { before, after, path } = await this.#both();
    return {
      words: `${path} is replaced, its backup beside it${this.#reloadWords}`,
      diff: lineDiff(before.toString(), after, (line) => this.#edit.mask(line)),
    };
  }

  describeUndo({ path, backup }: FileFlipRecord): string {
    return `${path} is put back as it was, from ${backup}${this.#reloadWords}`;
  }

  get #reloadWords(): string {
    const { reload } = this.#settings;
    return reload === undefined ? '' : `, then run: ${reload.shown ?? reload.line}`;
  }

  async check(): Promise<readonly Finding[]> {
    try {
      const { path, after } = await this.#both();
      return [...(await checkPlace(path)), ...(await this.#edit.verify(after))];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return [finding('blocker', error.code, this.#settings.path, error.message, error.remedy)];
    }
  }

  async plan(): Promise<FileFlipRecord> {
    const { path, before, after } = await this.#both();
    const hash = hashOf(before);
    return {
      kind: this.#edit.kind,
      path,
      backup: `${path}.before-sluice-${hash.slice(0, 12)}`,
      before: hash,
      after: hashOf(Buffer.from(after)),
    };
  }

  /** FLIP_FILE_CHANGED when it is neither the file that was planned nor what this makes of it. */
  async run(record: FileFlipRecord, signal?: AbortSignal): Promise<string> {
    const now = await this.#current(record);
    const hash = hashOf(now);
    if (hash === record.before && hash !== record.after) await this.#write(record, now);
    else if (hash !== record.after) throw changed(record);
    await this.#reload(signal);
    return `${record.path} is flipped; the one from before is ${record.backup}`;
  }

  async checkUndo(record: FileFlipRecord): Promise<readonly Finding[]> {
    try {
      await this.#before(record);
      return [];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const byHand = `Make it again what the flip made of it; or waive this, and when the rollback asks for it change the file by hand and say: sluice cutover confirm. The file from before the flip: ${record.backup}.`;
      return [finding('blocker', error.code, record.path, error.message, byHand)];
    }
  }

  /** INV-154: byte for byte what it was, or nothing is touched and FLIP_FILE_CHANGED says why. */
  async undo(record: FileFlipRecord, signal?: AbortSignal): Promise<string> {
    const before = await this.#before(record);
    if (before !== null) await putFile(record.path, before, record.path);
    await removeFile(record.backup);
    await this.#reload(signal);
    return `${record.path} is as it was`;
  }

  /** What is to be put back; null: it stands there already. FLIP_FILE_CHANGED where the file is not what the flip left. */
  async #before(record: FileFlipRecord): Promise<Buffer | null> {
    const hash = hashOf(await this.#current(record));
    if (hash === record.before) return null;
    const backup = await readIfThere(record.backup);
    if (hash !== record.after || backup === null || hashOf(backup) !== record.before) throw changed(record);
    return backup;
  }

  async #write(record: FileFlipRecord, now: Buffer): Promise<void> {
    const after = Buffer.from(this.#edit.edit(textOf(now, record.path)));
    // The settings of another run: the record would not fit what is written.
    if (hashOf(after) !== record.after) throw changed(record);
    const wrong = (await this.#edit.verify(after.toString())).find(({ severity }) => severity === 'blocker');
    if (wrong !== undefined) throw flipError('FLIP_PYTHON', wrong.message);
    await putFile(record.backup, now, record.path);
    await putFile(record.path, after, record.path);
  }

  /** A deployment may have turned the link to the file of another release: then that one is read by the application. */
  async #current({ path }: FileFlipRecord): Promise<Buffer> {
    const bytes = await readIfThere(path);
    if (bytes === null) throw flipError('FLIP_FILE', `${path} is gone`);
    const now = await targetOf(this.#settings.path);
    if (now !== path)
      throw flipError('FLIP_FILE_CHANGED', `${this.#settings.path} is ${now} by now, the flip is of ${path}`);
    return bytes;
  }

  async #both(): Promise<{ readonly path: string; readonly before: Buffer; readonly after: string }> {
    const path = await targetOf(this.#settings.path);
    const before = await readIfThere(path);
    if (before === null) throw flipError('FLIP_FILE', `${path} is gone`);
    return { path, before, after: this.#edit.edit(textOf(before, path)) };
  }

  async #reload(signal?: AbortSignal): Promise<void> {
    const { reload } = this.#settings;
    if (reload === undefined) return;
    const result = await runCommand({ ...reload, ...(signal === undefined ? {} : { signal }) });
    if (result.outcome === 'done') return;
    throw flipError('FLIP_COMMAND', `${reload.shown ?? reload.line} ${resultWords(result, reload.limitMs)}`);
  }
}

/** Bytes that are no UTF-8 would not come back as they were. */
function textOf(bytes: Buffer, path: string): string {
  const text = bytes.toString();
  if (!Buffer.from(text).equals(bytes)) throw flipError('FLIP_FILE', `${path} is not UTF-8`);
  return text;
}

function changed({ path, backup }: FileFlipRecord): SluiceError {
  return flipError(
    'FLIP_FILE_CHANGED',
    `${path} was changed by somebody else: it is neither what it was before the flip nor what the flip makes of it; the file from before is ${backup}, if it is there`,
  );
}

async function checkPlace(path: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const owner = (await stat(path)).uid;
  const self = geteuid?.();
  if (self !== undefined && self !== 0 && owner !== self)
    findings.push(
      finding('blocker', 'FLIP_FILE', path, `${path} belongs to another user, and would not after the flip`),
    );
  try {
    await access(dirname(path), constants.W_OK);
  } catch {
    findings.push(finding('blocker', 'FLIP_FILE', path, `no file can be made in ${dirname(path)}`));
  }
  return findings;
}
