import { profileOf } from './profile.ts';
import type { Program } from './program.ts';
import { nameOf } from './program-name.ts';
import { key, type TableAccess } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** What a program does itself and by those that it calls and the triggers that it sets off. */
export interface Reach {
  /** Tables whose rows it may change, by name in small letters. */
  readonly writes: ReadonlySet<string>;
  readonly reads: ReadonlySet<string>;
  /** It ends transactions, or runs what ends them on the source. */
  readonly commits: boolean;
}

/** Follows calls and triggers from each program of a database. */
export class ReachFinder {
  readonly #programs = new Map<string, Own>();
  readonly #triggers = new Map<string, Own[]>();

  constructor(programs: readonly Program[]) {
    for (const program of programs) {
      const own = ownOf(program);
      this.#programs.set(key(last(nameOf(program))), own);
      if (program.definition.tag === 'trigger') {
        const table = key(program.definition.table.parts.at(-1)?.text ?? '');
        this.#triggers.set(table, [...(this.#triggers.get(table) ?? []), own]);
      }
    }
  }

  of(program: Program): Reach {
    const all = this.#from(program);
    return {
      writes: new Set(all.flatMap(({ writes }) => [...writes])),
      reads: new Set(all.flatMap(({ reads }) => [...reads])),
      commits: all.some(({ commits }) => commits),
    };
  }

  /** The program itself, those that it calls, and the triggers that they set off. */
  programs(program: Program): readonly Program[] {
    return this.#from(program).map((own) => own.program);
  }

  #from(program: Program): readonly Own[] {
    const seen = new Set<Own>();
    const open = [this.#programs.get(key(last(nameOf(program)))) ?? ownOf(program)];
    if (program.definition.tag === 'trigger') {
      open.push(...(this.#triggers.get(key(program.definition.table.parts.at(-1)?.text ?? '')) ?? []));
    }
    for (let own = open.pop(); own !== undefined; own = open.pop()) {
      if (seen.has(own)) continue;
      seen.add(own);
      for (const name of own.calls) open.push(...(this.#programs.get(name) ? [this.#programs.get(name) as Own] : []));
      for (const table of own.writes) open.push(...(this.#triggers.get(table) ?? []));
    }
    return [...seen];
  }
}

interface Own extends Reach {
  readonly program: Program;
  readonly calls: ReadonlySet<string>;
}

function ownOf(program: Program): Own {
  const { access, calls } = profileOf(program);
  const { definition } = program;
  const own = definition.tag === 'trigger' ? [definition.table.parts.at(-1)?.text ?? ''] : [];
  return {
    program,
    writes: new Set([...access.writes.keys(), ...own].map((name) => key(last(name)))),
    reads: new Set([...access.reads].map((name) => key(last(name)))),
    calls,
    commits: endsTransactions(program, access),
  };
}

/** A savepoint needs a transaction and ends none. */
function endsTransactions({ definition }: Program, { temporary }: TableAccess): boolean {
  const acts = nodesOf(definition, 'transaction').map(({ act }) => act);
  if (acts.some((act) => act === 'start' || act === 'commit' || act === 'rollback')) return true;
  if (nodesOf(definition, 'command').some(({ words }) => /^(?:ALTER|CREATE|DROP|RENAME|LOCK|UNLOCK)/.test(words)))
    return true;
  const isPermanent = (name: string): boolean => !temporary.has(key(name));
  return (
    nodesOf(definition, 'create-table').some(({ definition: { isTemporary } }) => !isTemporary) ||
    nodesOf(definition, 'truncate').some(({ table }) => isPermanent(table.parts.at(-1)?.text ?? ''))
  );
}

function last(name: string): string {
  return name.split('.').at(-1) ?? name;
}
