import type { Name } from '../sql/expression.ts';
import type { Resolved } from '../sql/scope.ts';
import type { ValueType } from '../sql/value-type.ts';
import { plpgsqlName } from './plpgsql-name.ts';
import { key } from './table-access.ts';

/** A variable, parameter or pseudo-variable as PL/pgSQL has it. */
export interface Variable extends Resolved {
  /** What a second variable of its type is declared as. */
  readonly declared: string;
  /** What it may hold, where its type on the target holds more. */
  readonly range?: readonly [least: string, greatest: string] | undefined;
  /** The characters that it may hold, where its type on the target holds any number. */
  readonly lengthChars?: number | undefined;
  /** What brings a value to its digits, where its type on the target keeps any. */
  readonly cast?: string | undefined;
}

/** What a variable holds less than its type on the target. */
export type Limits = Pick<Variable, 'range' | 'lengthChars' | 'cast'>;

/** Begins the names that stand for variables in a tree: no name of the source begins so. */
const MARK = '\u0001';

/** Names that PL/pgSQL, or the text that we write round a body, has itself. */
const OWN = new Set(['found', 'sqlstate', 'sqlerrm', 'new', 'old', 'result_sets']);

/** The names that hold at a place, as a handler keeps those of its block. */
export type NamePlace = readonly Map<string, Variable>[];

/** Variables in scope, innermost first; the translator meets them under marked names that no column has. */
export class VariableBook {
  #scopes: NamePlace = [new Map()];
  readonly #marked = new Map<string, Variable>();
  readonly #taken: ReadonlySet<string>;

  /** `taken` are names of columns: a variable of such a name gets another, or the two could not be told apart. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  open(): void {
    this.#scopes = [new Map(), ...this.#scopes];
  }

  close(): void {
    this.#scopes = this.#scopes.slice(1);
  }

  get place(): NamePlace {
    return this.#scopes;
  }

  /** While `write` runs, names mean what they mean at that place. */
  at(place: NamePlace, write: () => void): void {
    const before = this.#scopes;
    this.#scopes = place;
    try {
      write();
    } finally {
      this.#scopes = before;
    }
  }

  /** While `write` runs, names of the innermost block mean what they mean around it. */
  without(names: readonly string[], write: () => void): void {
    const [inner = new Map<string, Variable>(), ...around] = this.#scopes;
    const hidden = new Set(names.map(key));
    this.at([new Map([...inner].filter(([name]) => !hidden.has(name))), ...around], write);
  }

  declare(name: string, declared: string, type: ValueType, limits: Limits = {}): Variable {
    const isTaken = this.#taken.has(key(name)) || OWN.has(key(name)) || key(name).startsWith('_');
    const target = isTaken ? `${name}_` : name;
    return this.put(name, { ...limits, sql: this.free(key(target), plpgsqlName), type, declared });
  }

  /** A name that nothing in the blocks around has: what is copied into a block from outside would mean another thing. */
  free(name: string, quoted: (name: string) => string): string {
    const around = new Set(this.#scopes.slice(1).flatMap((scope) => [...scope.values()].map(({ sql }) => sql)));
    let found = quoted(name);
    for (let number = 2; around.has(found); number += 1) found = quoted(`${name}_${number}`);
    return found;
  }

  put(name: string, variable: Variable): Variable {
    this.#scopes[0]?.set(key(name), variable);
    return variable;
  }

  putOutermost(name: string, variable: Variable): Variable {
    this.#scopes.at(-1)?.set(key(name), variable);
    return variable;
  }

  find(name: string): Variable | undefined {
    return this.#scopes.find((scope) => scope.has(key(name)))?.get(key(name));
  }

  /** The name under which the translator meets a variable. */
  mark(variable: Variable): string {
    const name = `${MARK}${variable.sql}`;
    this.#marked.set(name, variable);
    return name;
  }

  /** The variable of a marked name. */
  marked(name: string): Resolved | undefined {
    return this.#marked.get(name);
  }

  resolve(parts: readonly Name[]): Resolved | undefined {
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? this.#marked.get(only.text) : undefined;
  }
}
