import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from './django-shop.ts';

/** An order that the shop has acknowledged. */
export interface Receipt {
  readonly token: string;
  readonly lines: number;
  readonly pieces: number;
  readonly atMs: number;
}

interface Order {
  readonly token: string;
  readonly isForm: boolean;
  readonly customer: string;
  readonly quantities: Readonly<Record<string, number>>;
}

interface Session {
  readonly cookie: string;
  readonly csrf: string;
}

export interface ClientOptions {
  readonly perSecond: number;
  readonly clients: number;
}

/**
 * People and machines at the shop: twelve requests in twenty read, seven order through the API with an Idempotency-Key,
 * one sends the form in a session that logged in before. Who gets no answer sends the same order again until there is one;
 * the receipts are kept here, apart from any database.
 */
export class ShopClients {
  readonly receipts: Receipt[] = [];
  readonly failures: Failure[] = [];
  requests = 0;
  readonly #url: string;
  readonly #session: Session;
  readonly #end = new AbortController();
  readonly #loops: Promise<void>[];
  #pause: PromiseWithResolvers<void> | null = null;
  #underWay = 0;

  private constructor(url: string, session: Session, { perSecond, clients }: ClientOptions) {
    this.#url = url;
    this.#session = session;
    const everyMs = (clients / perSecond) * 1_000;
    this.#loops = Array.from({ length: clients }, (_, client) => this.#client(client, everyMs));
  }

  static async start(url: string, options: ClientOptions): Promise<ShopClients> {
    return new ShopClients(url, await logIn(url), options);
  }

  /** No request is under way from here until `resume`. */
  async rest(): Promise<void> {
    this.#pause ??= Promise.withResolvers();
    while (this.#underWay > 0) await sleep(10);
  }

  resume(): void {
    this.#pause?.resolve();
    this.#pause = null;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.resume();
    await Promise.all(this.#loops);
  }

  async #client(client: number, everyMs: number): Promise<void> {
    let open: Order | null = null;
    let nextMs = performance.now() + Math.random() * everyMs;
    for (let number = 0; !this.#end.signal.aborted; number++) {
      await this.#pause?.promise;
      open ??= number % 20 < 12 ? null : orderOf(client, number, number % 20 === 12);
      const isAnswered = await this.#request(open);
      if (isAnswered) open = null;
      nextMs = Math.max(nextMs + everyMs, performance.now());
      await sleep(Math.max(1, nextMs - performance.now()), undefined, { signal: this.#end.signal }).catch(() => {});
    }
  }

  /** Whether it was answered well. */
  async #request(order: Order | null): Promise<boolean> {
    const startedAtMs = Date.now();
    this.requests++;
    this.#underWay++;
    try {
      const { status } = await (order === null ? fetch(`${this.#url}/api/products`) : this.#order(order));
      if (order === null ? status !== 200 : order.isForm ? status !== 302 : status !== 200 && status !== 201)
        throw new Error(`answered ${status}`);
      if (order !== null) this.receipts.push(receiptOf(order));
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.failures.push({ startedAtMs, endedAtMs: Date.now(), text });
      return false;
    } finally {
      this.#underWay--;
    }
  }

  async #order({ token, isForm, customer, quantities }: Order): Promise<Response> {
    if (!isForm) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': token };
      const body = JSON.stringify({ customer, quantities });
      return await fetch(`${this.#url}/api/orders`, { method: 'POST', headers, body });
    }
    const [[sku, quantity] = ['', 0]] = Object.entries(quantities);
    return await post(`${this.#url}/order/`, this.#session, { token, customer, sku, quantity: String(quantity) });
  }
}

function orderOf(client: number, number: number, isForm: boolean): Order {
  const at = (step: number) => `sku-${(client * 7 + number * 3 + step) % 50}`;
  const quantities = isForm ? { [at(0)]: 3 } : { [at(0)]: 1, [at(1)]: 2 };
  return { token: `c${client}-${number}`, isForm, customer: `Müller & Söhne ${client} 🙂`, quantities };
}

function receiptOf({ token, quantities }: Order): Receipt {
  const all = Object.values(quantities);
  return { token, lines: all.length, pieces: all.reduce((sum, quantity) => sum + quantity, 0), atMs: Date.now() };
}

/** As a browser does: the form's token with the cookie that came along. */
async function logIn(url: string): Promise<Session> {
  const page = await fetch(`${url}/login/`);
  const [, csrf = ''] = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text()) ?? [];
  const before = { cookie: cookiesOf(page), csrf };
  const answer = await post(`${url}/login/`, before, { username: 'clerk', password: 'clerk' });
  if (answer.status !== 302) throw new Error(`the login was answered ${answer.status}`);
  const cookie = cookiesOf(answer);
  const form = await fetch(`${url}/order/`, { headers: { cookie } });
  const [, own = ''] = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await form.text()) ?? [];
  return { cookie, csrf: own };
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function post(url: string, { cookie, csrf }: Session, fields: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: csrf });
  return await fetch(url, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
}
