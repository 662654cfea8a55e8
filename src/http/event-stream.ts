import type { ServerResponse } from 'node:http';
import { freshnessChange } from '../contract/freshness-change.ts';
import type { FreshnessStatus } from '../contract/measurement.ts';
import type { StartStatus } from '../contract/start.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { HttpProblem } from './problem.ts';

/** A client that has not taken this much misses what comes in between; it gets the whole when it goes on. */
const BEHIND_BYTES = 1024 * 1024;
/** Of one address somewhat fewer: whoever holds all its connections, a proxy even, locks nobody else out. */
const MOST_CLIENTS = 1_000;
const MOST_OF_ONE = 600;
const AGAIN_SECONDS = 30;
/** Changes kept for those that come back: half a minute since the last one left, and no more than this. */
const KEPT = 60;
const KEPT_BYTES = 8 * 1024 * 1024;

interface Client {
  readonly address: string;
  isWhole: boolean;
}

interface Kept {
  readonly id: number;
  readonly frame: string;
}

/**
 * The status as server-sent events: `status` with the whole, then `change` with the parts of it that are others, and
 * `freshness` with what has changed in that part, which is the largest. A client that names the last event that it saw
 * gets what it missed, or the whole (INV-164).
 */
export class EventStream {
  /** Names this process's events: those of another are not continued. */
  readonly #run: string;
  readonly #clients = new Map<ServerResponse, Client>();
  #parts: Readonly<Record<string, string>> = {};
  /** As told last; it stands in no part. */
  #freshness: FreshnessStatus | null = null;
  #id = 0;
  /** Statuses since somebody watched; nobody has at first. */
  #unwatched = KEPT;
  /** Told to nobody yet, and so not written out either; null: #parts are of the newest. */
  #unwritten: PipelineStatus | null = null;
  #kept: Kept[] = [];
  /** Frame of the start as told last; empty: of none. */
  #start = '';

  constructor(run: string) {
    this.#run = run;
  }

  /** HTTP_TOO_MANY_CLIENTS: 503 beyond a thousand in all, 429 beyond six hundred from one address. */
  assertRoom(address: string): void {
    const isFull = this.#clients.size >= MOST_CLIENTS;
    const ofOne = [...this.#clients.values()].filter((client) => client.address === address).length;
    if (!isFull && ofOne < MOST_OF_ONE) return;
    const detail = isFull
      ? `${MOST_CLIENTS} clients watch already`
      : `${MOST_OF_ONE} clients of this address watch already`;
    const remedy = 'Close pages that nobody looks at, or ask /api/v1/status.';
    throw new HttpProblem(isFull ? 503 : 429, 'HTTP_TOO_MANY_CLIENTS', detail, remedy, AGAIN_SECONDS);
  }

  /** `address`: whose client it is. */
  add(
    response: ServerResponse,
    address: string,
    sent: { readonly headers: Readonly<Record<string, string>>; readonly lastId: string | undefined },
  ): void {
    const { headers, lastId } = sent;
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    const client = { address, isWhole: true };
    this.#clients.set(response, client);
    // Nothing may follow for a while: who has caught up is told where things stand.
    response.on('drain', () => {
      if (!client.isWhole) this.#send(response, client, '');
    });
    response.on('close', () => this.#clients.delete(response));
    response.on('error', () => response.destroy());
    if (this.#start !== '') response.write(this.#start);
    this.#unwatched = 0;
    if (this.#unwritten !== null) this.#write(this.#unwritten);
    if (this.#id > 0) response.write(this.#since(lastId) ?? this.#whole());
  }

  /** While nobody watches, and nobody can come back for what was missed, the status costs nothing. */
  publish(status: PipelineStatus): void {
    this.#id += 1;
    this.#unwatched = this.#clients.size > 0 ? 0 : this.#unwatched + 1;
    if (this.#unwatched > KEPT) {
      this.#kept = [];
      this.#unwritten = status;
      return;
    }
    const change = this.#changeTo(status);
    this.#keep(change);
    const isFirst = this.#id === 1;
    for (const [response, client] of this.#clients) this.#send(response, client, isFirst ? this.#whole() : change);
  }

  /** `start`, with the whole: small, rare, and never counted among what can be gone on with. */
  publishStart(start: StartStatus): void {
    this.#start = `event: start\ndata: ${JSON.stringify(start)}\n\n`;
    for (const [response, client] of this.#clients) {
      if (response.writableLength <= BEHIND_BYTES) response.write(this.#start);
      else client.isWhole = false;
    }
  }

  close(): void {
    for (const response of this.#clients.keys()) response.end();
  }

  /** The parts that are others than before. */
  #write(status: PipelineStatus): readonly (readonly [string, string])[] {
    const before = this.#parts;
    const { freshness, ...rest } = status;
    const parts = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)]));
    this.#parts = parts;
    this.#freshness = freshness;
    this.#unwritten = null;
    return Object.entries(parts).filter(([name, text]) => before[name] !== text);
  }

  /** What a client that knows the last one needs to know: one event, or two under one id. */
  #changeTo(status: PipelineStatus): string {
    const before = this.#freshness;
    const changed = this.#write(status);
    const change = before === null ? null : freshnessChange(before, status.freshness);
    if (change === null) return this.#frame('change', [...changed, ['freshness', JSON.stringify(status.freshness)]]);
    const isSame = change.listed.length === 0 && JSON.stringify(before) === JSON.stringify(status.freshness);
    const moved = isSame ? '' : `event: freshness\ndata: ${JSON.stringify(change)}\n\n`;
    return `${moved}${this.#frame('change', changed)}`;
  }

  #send(response: ServerResponse, client: Client, frame: string): void {
    if (response.writableLength > BEHIND_BYTES) {
      client.isWhole = false;
      return;
    }
    response.write(client.isWhole ? frame : this.#whole());
    client.isWhole = true;
  }

  /** What came after that event; null: it is not known any more. */
  #since(lastId: string | undefined): string | null {
    const [run, number] = (lastId ?? '').split('.');
    const last = Number(number);
    const isKnown = run === this.#run && last <= this.#id && last >= (this.#kept[0]?.id ?? this.#id + 1) - 1;
    if (!isKnown) return null;
    return this.#kept
      .filter(({ id }) => id > last)
      .map(({ frame }) => frame)
      .join('');
  }

  #keep(frame: string): void {
    this.#kept.push({ id: this.#id, frame });
    let bytes = this.#kept.reduce((sum, kept) => sum + kept.frame.length, 0);
    while (this.#kept.length > KEPT || bytes > KEPT_BYTES) bytes -= this.#kept.shift()?.frame.length ?? bytes;
  }

  #whole(): string {
    return this.#frame('status', [...Object.entries(this.#parts), ['freshness', JSON.stringify(this.#freshness)]]);
  }

  #frame(event: 'status' | 'change', parts: readonly (readonly [string, string])[]): string {
    const data = parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',');
    return `id: ${this.#run}.${this.#id}\nevent: ${event}\ndata: {${data}}\n\n`;
  }
}
