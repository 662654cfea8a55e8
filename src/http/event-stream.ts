import type { ServerResponse } from 'node:http';
import type { PipelineStatus } from '../contract/status.ts';
import { HttpProblem } from './problem.ts';

/** A client that has not taken this much misses what comes in between; it gets the whole when it goes on. */
const BEHIND_BYTES = 1024 * 1024;
const MOST_CLIENTS = 1_000;
/** Changes kept for those that come back: half a minute, and no more than this. */
const KEPT = 60;
const KEPT_BYTES = 8 * 1024 * 1024;

interface Kept {
  readonly id: number;
  readonly frame: string;
}

/**
 * The status as server-sent events: `status` with the whole, then `change` with the parts of it that are others. A
 * client that names the last event that it saw gets what it missed, or the whole (INV-164).
 */
export class EventStream {
  /** Names this process's events: those of another are not continued. */
  readonly #run: string;
  readonly #clients = new Map<ServerResponse, { isWhole: boolean }>();
  #parts: Readonly<Record<string, string>> = {};
  #id = 0;
  #kept: Kept[] = [];

  constructor(run: string) {
    this.#run = run;
  }

  /** HTTP_TOO_MANY_CLIENTS beyond a thousand. */
  assertRoom(): void {
    if (this.#clients.size < MOST_CLIENTS) return;
    throw new HttpProblem(503, 'HTTP_TOO_MANY_CLIENTS', 'a thousand clients watch already', 'Try again later.');
  }

  add(response: ServerResponse, headers: Readonly<Record<string, string>>, lastId: string | undefined): void {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    const client = { isWhole: true };
    this.#clients.set(response, client);
    // Nothing may follow for a while: who has caught up is told where things stand.
    response.on('drain', () => {
      if (!client.isWhole) this.#send(response, client, '');
    });
    response.on('close', () => this.#clients.delete(response));
    response.on('error', () => response.destroy());
    if (this.#id > 0) response.write(this.#since(lastId) ?? this.#whole());
  }

  publish(status: PipelineStatus): void {
    const parts = Object.fromEntries(Object.entries(status).map(([name, value]) => [name, JSON.stringify(value)]));
    const changed = Object.entries(parts).filter(([name, text]) => this.#parts[name] !== text);
    this.#parts = parts;
    this.#id += 1;
    const change = this.#frame('change', changed);
    this.#keep(change);
    const isFirst = this.#id === 1;
    for (const [response, client] of this.#clients) this.#send(response, client, isFirst ? this.#whole() : change);
  }

  close(): void {
    for (const response of this.#clients.keys()) response.end();
  }

  #send(response: ServerResponse, client: { isWhole: boolean }, frame: string): void {
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
    return this.#frame('status', Object.entries(this.#parts));
  }

  #frame(event: 'status' | 'change', parts: readonly (readonly [string, string])[]): string {
    const data = parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',');
    return `id: ${this.#run}.${this.#id}\nevent: ${event}\ndata: {${data}}\n\n`;
  }
}
