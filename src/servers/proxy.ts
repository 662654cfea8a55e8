import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where a proxy sends what it receives. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

const NEVER = new Promise<never>(() => {});

/**
 * A loopback port before a server that fails on demand, for fault tests. Faults that end connections hit those that
 * stand; `stall`, `delay` and `refuse` hold for later ones too, until `heal`.
 */
export class FaultProxy {
  /** May be set anew: connections made from then on go there. */
  target: ProxyTarget;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #delayMs = 0;
  #stalled: Promise<void> | undefined;
  #unstall: () => void = () => undefined;
  #isRefusing = false;
  readonly #lost = new WeakSet<Socket>();
  #bytesUntilReset = Number.POSITIVE_INFINITY;
  #passedBytes = 0;

  private constructor(target: ProxyTarget) {
    this.target = target;
    // Half-open: one side's end is passed on, and the other side may still speak.
    this.#listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async start(target: ProxyTarget): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#listener.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** The same URL, by way of the proxy. */
  through(url: string): string {
    const by = new URL(url);
    by.hostname = '127.0.0.1';
    by.port = String(this.port);
    return by.href;
  }

  /** Open connections, from clients. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Bytes that came from either side so far. */
  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Ends every connection in order (FIN to both sides). */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection (RST to both sides). */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Breaks every connection after this many more bytes from the target, in the middle of whatever they are. */
  resetAfter(bytes: number): void {
    this.#bytesUntilReset = bytes;
  }

  /** Stops reading on both sides: connections stay, and nothing moves. */
  stall(): void {
    this.#stalled ??= new Promise((resolve) => {
      this.#unstall = resolve;
    });
  }

  /** What stands carries nothing any more, and neither side hears of it; later connections are well. */
  lose(): void {
    for (const socket of this.#sockets) this.#lost.add(socket);
  }

  /** Holds every piece of data for this long, in each direction. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Ends new connections at once. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** Ends every fault that lasts. */
  heal(): void {
    this.#unstall();
    this.#stalled = undefined;
    this.#delayMs = 0;
    this.#isRefusing = false;
    this.#bytesUntilReset = Number.POSITIVE_INFINITY;
  }

  async close(): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    this.heal();
    this.cut();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) return void client.resetAndDestroy();
    const { host, port } = this.target;
    const upstream = connect({ host, port, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // What breaks one side breaks the other.
      socket.on('error', () => other.resetAndDestroy());
    }
    const unlimited = { left: () => Number.POSITIVE_INFINITY, count: () => undefined };
    const limited = { left: () => this.#bytesUntilReset, count: (bytes: number) => this.#count(bytes) };
    void this.#pump(client, upstream, unlimited);
    void this.#pump(upstream, client, limited);
  }

  async #pump(from: Socket, to: Socket, limit: { left(): number; count(bytes: number): void }): Promise<void> {
    try {
      for await (const piece of from) {
        this.#passedBytes += piece.length;
        if (this.#delayMs > 0) await sleep(this.#delayMs);
        await this.#stalled;
        if (this.#lost.has(from)) await NEVER;
        const isRoom = to.write(piece.subarray(0, limit.left()));
        limit.count(piece.length);
        if (!isRoom) await once(to, 'drain');
      }
      to.end();
    } catch {
      to.destroy();
    }
  }

  #count(bytes: number): void {
    const isBroken = this.#bytesUntilReset <= 0;
    // Stays 0 until the break, so that nothing passes that came after it.
    this.#bytesUntilReset = Math.max(0, this.#bytesUntilReset - bytes);
    if (isBroken || this.#bytesUntilReset > 0) return;
    // A turn later, so that the piece before the break has left.
    setImmediate(() => {
      this.#bytesUntilReset = Number.POSITIVE_INFINITY;
      this.reset();
    });
  }
}
