import {
  type Case,
  changesOf,
  NOTHING,
  type Outcome,
  type Side,
  type SideOptions,
  type TableRows,
  type Told,
} from './case.ts';
import type { ResetNumbers } from './reset-number.ts';

/** What a side needs of its server. */
export interface SideSession {
  execute(statement: string): Promise<unknown>;
  /** Rows of a table as lines. */
  rowsOf(table: string): Promise<readonly string[]>;
  /** Calls what a case names, and reads what it gives. */
  tell(one: Case): Promise<Told>;
  /** Whether a transaction can be held round a case. */
  isHeld(one: Case): boolean;
  /** The class of an error of the server. */
  classOf(error: unknown): string;
  reset(): Promise<ResetNumbers>;
  end(): Promise<void>;
}

/** Whether a case ends transactions itself. */
export function isCommitting(one: Case): boolean {
  return one.tag === 'procedure' && one.commits === true;
}

/** The side over a session that stands; it is ended with the side. */
export function framedSide(session: SideSession, { isKept, interrupt }: SideOptions): Side {
  const known = new Map<string, readonly string[]>();
  let reset: ResetNumbers | undefined;
  const rowsOf = async (tables: readonly string[]): Promise<TableRows> => {
    const found: Record<string, readonly string[]> = {};
    for (const table of tables) found[table] = await session.rowsOf(table);
    return found;
  };
  /** The rows before a case: those that were there before, where every case since was undone. */
  const rowsBefore = async (tables: readonly string[]): Promise<TableRows> => {
    const unknown = tables.filter((table) => !known.has(table));
    for (const [table, rows] of Object.entries(await rowsOf(unknown))) known.set(table, rows);
    return Object.fromEntries(tables.map((table) => [table, known.get(table) ?? []]));
  };
  const run = async (one: Case, tables: readonly string[]): Promise<Outcome> => {
    const isHeld = session.isHeld(one);
    const before = await rowsBefore(tables);
    // What the source commits itself stays there, and so it does here, whatever holds it.
    const stays = isKept || isCommitting(one);
    if (stays) known.clear();
    const changes = async (): Promise<TableRows> => changesOf(before, await rowsOf(tables));
    if (isHeld) await session.execute('START TRANSACTION');
    // Again and again: a server may lose one between two statements of a routine.
    const late = interrupt === undefined ? undefined : setInterval(() => void interrupt.now(), interrupt.afterMs);
    try {
      const told = await session.tell(one);
      clearInterval(late);
      if (isHeld && stays) await session.execute('COMMIT');
      const outcome = { ...told, error: undefined, tables: await changes() };
      if (isHeld && !stays) await session.execute('ROLLBACK');
      return outcome;
    } catch (error) {
      clearInterval(late);
      await session.execute('ROLLBACK');
      return { ...NOTHING, error: session.classOf(error), tables: await changes() };
    }
  };
  return {
    execute: async (statement) => {
      known.clear();
      await session.execute(statement);
    },
    run: async (one, tables) => {
      const outcome = await run(one, tables);
      if (isKept) return outcome;
      reset ??= await session.reset();
      await reset(tables);
      return outcome;
    },
    [Symbol.asyncDispose]: () => session.end(),
  };
}
