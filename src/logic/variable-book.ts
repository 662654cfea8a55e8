import type { Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import type { Resolved } from '../sql/scope.ts';
import type { ValueType } from '../sql/value-type.ts';
import { key } from './table-access.ts';

/** A variable, parameter or pseudo-variable as PL/pgSQL has it. */
export interface Variable extends Resolved {
  /** What a second variable of its type is declared as. */
  readonly declared: string;
  /** What it may hold, where its type on the target holds more. */
  readonly range?: readonly [least: string, greatest: string] | undefined;
}

/** Begins the names that stand for variables in a tree: no name of the source begins so. */
const MARK = '\u0001';

/** Names that PL/pgSQL, or the text that we write round a body, has itself. */
const OWN = new Set(['found', 'sqlstate', 'sqlerrm', 'new', 'old', 'result_sets']);

/** Variables in scope, innermost first; the translator meets them under marked names that no column has. */
export class VariableBook {
  readonly #scopes: Map<string, Variable>[] = [new Map()];
  readonly #marked = new Map<string, Variable>();
  readonly #taken: ReadonlySet<string>;

  /** `taken` are names of columns: a variable of such a name gets another, or the two could not be told apart. */
  constructor(taken: ReadonlySet<string>) {
    this.#taken = taken;
  }

  open(): void {
    this.#scopes.unshift(new Map());
  }

  close(): void {
    this.#scopes.shift();
  }

  declare(name: string, declared: string, type: ValueType, range?: Variable['range']): Variable {
    const isTaken = this.#taken.has(key(name)) || OWN.has(key(name)) || key(name).startsWith('_');
    const target = isTaken ? `${name}_` : name;
    return this.put(name, { sql: quoteName(key(target)), type, declared, range });
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
