/** An order in which each name stands behind those it needs; names that need each other stand in one group. */
export function creationOrder(needs: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  return new Components(needs).find();
}

/** Strongly connected components by Tarjan's algorithm, which gives them in the order wanted; without recursion. */
class Components {
  readonly #needs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #index = new Map<string, number>();
  readonly #low = new Map<string, number>();
  readonly #open: string[] = [];
  readonly #isOpen = new Set<string>();
  readonly #found: (readonly string[])[] = [];

  constructor(needs: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#needs = needs;
  }

  find(): readonly (readonly string[])[] {
    for (const name of this.#needs.keys()) if (!this.#index.has(name)) this.#visit(name);
    return this.#found;
  }

  #visit(root: string): void {
    const path: { name: string; rest: string[] }[] = [this.#enter(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        path.pop();
        this.#leave(top.name, path.at(-1)?.name);
      } else if (!this.#index.has(next)) {
        path.push(this.#enter(next));
      } else if (this.#isOpen.has(next)) {
        this.#lower(top.name, this.#index.get(next) ?? 0);
      }
    }
  }

  #enter(name: string): { name: string; rest: string[] } {
    this.#index.set(name, this.#index.size);
    this.#low.set(name, this.#index.size - 1);
    this.#open.push(name);
    this.#isOpen.add(name);
    return { name, rest: [...(this.#needs.get(name) ?? [])].filter((needed) => this.#needs.has(needed)) };
  }

  #lower(name: string, to: number): void {
    this.#low.set(name, Math.min(this.#low.get(name) ?? to, to));
  }

  #leave(name: string, parent: string | undefined): void {
    if (parent !== undefined) this.#lower(parent, this.#low.get(name) ?? 0);
    if (this.#low.get(name) !== this.#index.get(name)) return;
    const group = this.#open.splice(this.#open.indexOf(name));
    for (const member of group) this.#isOpen.delete(member);
    this.#found.push(group);
  }
}
