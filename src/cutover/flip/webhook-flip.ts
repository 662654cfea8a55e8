import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Finding, finding } from '../../contract/finding.ts';
import { flipError } from './error.ts';
import type { Flip, FlipPlan } from './flip.ts';
import { scrub } from './scrub.ts';

export interface WebhookFlipSettings {
  readonly url: string;
  /** Names the pipeline in the body. */
  readonly pipeline: string;
  /** Sent with every call, like `authorization`; what of them is secret stands in `secrets` too. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  /** Of one try. */
  readonly tryMs: number;
  /** Of all tries. */
  readonly limitMs: number;
}

/** The key makes a call that is made again after a crash the same call. */
export type WebhookFlipRecord = { readonly kind: 'webhook'; readonly key: string };

const KEPT_CHARACTERS = 2_000;

/**
 * POST of `{"pipeline", "action": "flip" | "unflip", "key"}` with the header `Idempotency-Key`. 2xx is done; what may
 * pass (no answer, 408, 425, 429, 5xx) is tried again with the same key; all else is refused.
 */
export class WebhookFlip implements Flip<WebhookFlipRecord> {
  readonly kind = 'webhook';
  readonly #settings: WebhookFlipSettings;

  constructor(settings: WebhookFlipSettings) {
    this.#settings = settings;
  }

  async describe(): Promise<FlipPlan> {
    return { words: `POST ${this.#shownUrl} with {"action": "flip"}`, diff: [] };
  }

  describeUndo(): string {
    return `POST ${this.#shownUrl} with {"action": "unflip"}`;
  }

  async check(): Promise<readonly Finding[]> {
    const { protocol, hostname } = new URL(this.#settings.url);
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (protocol === 'https:' || isLocal) return [];
    const message = 'the call and its secrets go over the network in plain text';
    return [finding('warning', 'FLIP_WEBHOOK', this.#shownUrl, message, 'use https')];
  }

  async plan(): Promise<WebhookFlipRecord> {
    return { kind: 'webhook', key: randomUUID() };
  }

  run({ key }: WebhookFlipRecord, signal?: AbortSignal): Promise<string> {
    return this.#call('flip', key, signal);
  }

  undo({ key }: WebhookFlipRecord, signal?: AbortSignal): Promise<string> {
    return this.#call('unflip', `${key}:unflip`, signal);
  }

  /** FLIP_WEBHOOK with the last answer. */
  async #call(action: 'flip' | 'unflip', key: string, signal?: AbortSignal): Promise<string> {
    const endMs = performance.now() + this.#settings.limitMs;
    for (let pauseMs = 100, tries = 1; ; pauseMs = Math.min(2 * pauseMs, 5_000), tries++) {
      const answer = await this.#post(action, key, Math.max(1, Math.ceil(endMs - performance.now())), signal);
      const words = `POST ${this.#shownUrl} (${action}, try ${tries}): ${answer.words}`;
      if (answer.verdict === 'done') return words;
      if (answer.verdict === 'refused' || signal?.aborted || performance.now() + pauseMs >= endMs)
        throw flipError('FLIP_WEBHOOK', words);
      await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }

  async #post(action: string, key: string, leftMs: number, signal?: AbortSignal): Promise<Answer> {
    const { url, pipeline, headers, tryMs } = this.#settings;
    const late = AbortSignal.timeout(Math.min(tryMs, leftMs));
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ pipeline, action, key }),
        signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      });
      const said = await beginningOf(response);
      return { verdict: verdictOf(response.status), words: this.#clean(`${response.status} ${said}`.trim()) };
    } catch (error) {
      return { verdict: 'again', words: this.#clean(wordsOf(error)) };
    }
  }

  /** Without user, password and query, in which tokens travel. */
  get #shownUrl(): string {
    const { origin, pathname } = new URL(this.#settings.url);
    return this.#clean(`${origin}${pathname}`);
  }

  #clean(text: string): string {
    return scrub(text, this.#settings.secrets ?? []);
  }
}

/** The status is the answer: what is said beside it may be long, or never end, and then counts as far as it came. */
async function beginningOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let said = '';
  try {
    for await (const piece of body ?? []) {
      said += decoder.decode(piece, { stream: true });
      if (said.length >= KEPT_CHARACTERS) break;
    }
  } catch {
    // Cut off with the limit of the try.
  }
  return said.slice(0, KEPT_CHARACTERS);
}

interface Answer {
  readonly verdict: 'done' | 'again' | 'refused';
  readonly words: string;
}

/** RFC 9110: these may be otherwise the next time. */
const PASSING = [408, 425, 429];

function verdictOf(status: number): Answer['verdict'] {
  if (status >= 200 && status < 300) return 'done';
  return status >= 500 || PASSING.includes(status) ? 'again' : 'refused';
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? `no answer (${code})` : `no answer (${error.name})`;
}
