import { type Finding, finding } from '../../contract/finding.ts';
import type { MysqlSettings } from '../../mysql/connection.ts';
import { type CommandResult, resultWords, runCommand } from '../flip/run-command.ts';
import { fenceError } from './error.ts';
import {
  type Fence,
  type FencePlan,
  type FenceProof,
  type FenceState,
  type FenceTry,
  proofOf,
  type StillRuns,
  stateOf,
} from './fence.ts';
import type { TryLogin } from './mysql-record.ts';
import { tryLogin, tryWrite, writeStatement } from './try-write.ts';

export interface HookFenceSettings {
  /** Commands for `sh -c`: close and open again. Both must do no harm when run twice. */
  readonly set: string;
  readonly lift: string;
  /** Ends with 0 while writes are blocked, with another code otherwise. */
  readonly isSet?: string;
  readonly tryAs: readonly TryLogin[];
  readonly database: string;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly limitMs: number;
}

/** A command knows by itself what it changed: there is nothing to remember for it. */
export type HookFenceRecord = { readonly way: 'hook' };

/** A fence that somebody else keeps: a firewall, a proxy, a service that is stopped. */
export class HookFence implements Fence<HookFenceRecord> {
  readonly way = 'hook';
  readonly #settings: HookFenceSettings;

  constructor(settings: HookFenceSettings) {
    this.#settings = settings;
  }

  describe(): FencePlan {
    const { set, lift } = this.#settings;
    return {
      set: [{ words: 'a command of yours blocks writes', statements: [set] }],
      lift: [{ words: 'a command of yours lets them in again', statements: [lift] }],
    };
  }

  async check(): Promise<readonly Finding[]> {
    const { set, lift, isSet, tryAs } = this.#settings;
    const findings: Finding[] = [];
    for (const line of [set, lift, ...(isSet === undefined ? [] : [isSet])]) {
      const result = await this.#runs(`set -n\n${line}`);
      if (result.outcome !== 'done')
        findings.push(finding('blocker', 'FENCE_HOOK_FAILED', line, `no shell can run it: ${result.output}`));
    }
    for (const { name, login } of tryAs) {
      const refusal = await tryLogin(login);
      if (refusal !== null) findings.push(finding('blocker', 'FENCE_TRY_LOGIN', name, refusal.message));
    }
    if (tryAs.length === 0 && isSet === undefined)
      findings.push(finding('blocker', 'FENCE_TRY_LOGIN', 'source', NOTHING_TO_TRY));
    return findings;
  }

  async stillRuns(): Promise<readonly StillRuns[]> {
    return [];
  }

  async plan(): Promise<HookFenceRecord> {
    return { way: 'hook' };
  }

  async ready(): Promise<void> {}

  /** FENCE_HOOK_FAILED with the end of what it printed. */
  async set(): Promise<void> {
    await this.#must(this.#settings.set);
  }

  async lift(): Promise<void> {
    await this.#must(this.#settings.lift);
  }

  async loosen(): Promise<void> {}

  /** It lets our own account pass at any time. */
  async admit<A>(_: HookFenceRecord, work: () => Promise<A>): Promise<A> {
    return await work();
  }

  async isSet(): Promise<FenceState> {
    const { isSet } = this.#settings;
    if (isSet === undefined) return stateOf([]);
    const { outcome } = await this.#runs(isSet);
    return stateOf(outcome === 'done' ? [] : [`${isSet} says that writes are not blocked`]);
  }

  async proveHolds(): Promise<FenceProof> {
    const { tryAs, database, limitMs, isSet } = this.#settings;
    const tries: FenceTry[] = [];
    for (const { name, login } of tryAs) tries.push(await tryThrough(name, login, database, limitMs));
    const { gaps } = await this.isSet();
    if (isSet !== undefined && gaps.length === 0)
      tries.push({ as: 'hook', what: isSet, outcome: 'refused', answer: 'it says that writes are blocked' });
    return proofOf(tries, gaps);
  }

  async #must(line: string): Promise<void> {
    const result = await this.#runs(line);
    if (result.outcome === 'done') return;
    throw fenceError('FENCE_HOOK_FAILED', `${line} ${resultWords(result, this.#settings.limitMs)}`);
  }

  #runs(line: string): Promise<CommandResult> {
    return runCommand({ ...this.#settings, line });
  }
}

const NOTHING_TO_TRY =
  'neither a login of the application nor a command that tells is given, so it cannot be tried whether writes are blocked';

/** check() saw this login work: that it does not now, for whatever reason, is what the hook was asked for. */
async function tryThrough(as: string, login: MysqlSettings, database: string, limitMs: number): Promise<FenceTry> {
  const refusal = await tryLogin({ ...login, timeoutMs: Math.min(login.timeoutMs, limitMs) });
  if (refusal === null) return await tryWrite(as, login, writeStatement(database), limitMs);
  return { as, what: 'log in', outcome: 'refused', answer: refusal.message };
}
