import { createHash } from 'node:crypto';
import { targetIdentifier } from '../postgres/identifier.ts';

export interface GivenName {
  readonly name: string;
  /** Another relation of the schema has the name that it should have had. */
  readonly isRenamed: boolean;
}

/**
 * Names of relations of one target: tables, indexes, keys, sequences and views share one space in each schema, while
 * index names are free in each table of the source. Who asks first gets the name; the others get one with a hash of
 * where they come from, so that the same schema always gets the same names.
 */
export class NameBook {
  readonly #taken = new Set<string>();

  /** `origin` tells two wishes for the same name apart. */
  take(schema: string, wanted: string, origin: string): GivenName {
    const plain = targetIdentifier(wanted);
    if (this.#claim(schema, plain)) return { name: plain, isRenamed: false };
    for (let attempt = 0; ; attempt++) {
      const name = apart(plain, attempt === 0 ? origin : `${origin}\0${attempt}`);
      if (this.#claim(schema, name)) return { name, isRenamed: true };
    }
  }

  /** Functions have a space of their own. */
  takeRoutine(schema: string, wanted: string, origin: string): string {
    return this.take(`${schema}()`, wanted, origin).name;
  }

  #claim(schema: string, name: string): boolean {
    const key = JSON.stringify([schema, name]);
    if (this.#taken.has(key)) return false;
    this.#taken.add(key);
    return true;
  }
}

/** The name with eight digits that tell its origin, within 63 bytes. */
export function apart(name: string, origin: string): string {
  return targetIdentifier(`${name}_${createHash('sha256').update(origin).digest('hex').slice(0, 8)}`);
}
