import { logError } from '../log-error.ts';
import type { SchemaStore } from './schema-store.ts';

const answerLimitMs = 10_000;
const mediaType = 'application/vnd.schemaregistry.v1+json';

/** A schema registry that speaks Confluent's API. Ids are kept: a schema never changes under its id. */
export class Registry implements SchemaStore {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #ids = new Map<string, Promise<number>>();
  readonly #texts = new Map<number, string>();

  /** A login in `url` is sent as a header and never shown. */
  constructor(url: string) {
    const { username, password, origin, pathname } = new URL(url);
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    this.#base = origin + pathname.replace(/\/$/, '');
    this.#headers = username === '' ? {} : { authorization: `Basic ${login}` };
  }

  register(subject: string, schema: string): Promise<number> {
    const key = `${subject}\0${schema}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#register(subject, schema);
      this.#ids.set(key, id);
      id.catch(() => this.#ids.delete(key));
    }
    return id;
  }

  async #register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const answer = await this.#ask(path, { method: 'POST', body: JSON.stringify({ schema }) });
    if (answer.status === 409 || answer.status === 422) {
      throw logError('LOG_SCHEMA_REFUSED', `the registry refuses the schema of ${subject} (${answer.status})`);
    }
    return (await this.#content<{ readonly id: number }>(answer, path)).id;
  }

  async text(id: number): Promise<string> {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const path = `/schemas/ids/${id}`;
    const answer = await this.#ask(path, {});
    if (answer.status === 404) throw logError('LOG_SCHEMA_UNKNOWN', `the registry has no schema ${id}`);
    const { schema } = await this.#content<{ readonly schema: string }>(answer, path);
    this.#texts.set(id, schema);
    return schema;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const headers = { accept: mediaType, 'content-type': mediaType, ...this.#headers };
    try {
      return await fetch(this.#base + path, { ...init, headers, signal: AbortSignal.timeout(answerLimitMs) });
    } catch (cause) {
      throw logError('LOG_REGISTRY', `the registry does not answer ${path}`, cause);
    }
  }

  async #content<T>(answer: Response, path: string): Promise<T> {
    if (answer.status === 401 || answer.status === 403) {
      throw logError('LOG_DENIED', `the registry refuses our login (${answer.status} for ${path})`);
    }
    if (!answer.ok) throw logError('LOG_REGISTRY', `the registry answers ${answer.status} for ${path}`);
    return (await answer.json()) as T;
  }

  async close(): Promise<void> {
    this.#texts.clear();
  }
}
