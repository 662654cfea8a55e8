import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent } from '../../postgres/quote.ts';
import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import { key } from '../table-access.ts';
import { plainText } from './plain-text.ts';

/** A view as a statement for a scratch place. */
export interface ViewText {
  readonly name: string;
  readonly create: string;
}

/** The views of the source without the name of their database. */
export function sourceViews(programs: readonly Program[], database: string): readonly ViewText[] {
  return programs
    .filter(({ definition }) => definition.tag === 'view')
    .map((program) => ({
      name: lastName(program.definition.name?.parts ?? []),
      create: plainText(program, program.lexed.text).replaceAll(`\`${database}\`.`, ''),
    }));
}

const VIEWS = `SELECT c.relname AS name, pg_get_viewdef(c.oid) AS text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind = 'v'`;

/** The views of the target as they stand. */
export async function targetViews(session: PostgresSession, schema: string): Promise<readonly ViewText[]> {
  await session.query(`SET search_path = ${quoteIdent(schema)}`);
  const { rows } = await session.query(VIEWS, [schema]);
  return rows.map((row) => ({
    name: row['name'] ?? '',
    create: `CREATE VIEW ${quoteIdent(row['name'] ?? '')} AS ${row['text']}`,
  }));
}

/** Makes the views that can be made, those that read others behind them, and gives their names in small letters. */
export async function makeViews(
  execute: (sql: string) => Promise<unknown>,
  views: readonly ViewText[],
): Promise<ReadonlySet<string>> {
  const made = new Set<string>();
  for (let size = -1; size !== made.size; ) {
    size = made.size;
    for (const { name, create } of views) {
      if (made.has(key(name))) continue;
      const isMade = await execute(create).then(
        () => true,
        () => false,
      );
      if (isMade) made.add(key(name));
    }
  }
  return made;
}
