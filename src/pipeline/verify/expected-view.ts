import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { ViewDesign } from '../../convert/design.ts';
import { quoteIdent } from '../../postgres/quote.ts';
import type { StandingView } from '../../postgres/standing-schema.ts';
import { withTarget } from '../target-session.ts';

/**
 * Views of a design in PostgreSQL's own words: each is made as a temporary one over the tables that stand, and undone.
 * One that cannot be made now, for a table or column is missing, is expected in the design's words.
 */
export async function expectedViews(
  config: Config,
  views: readonly ViewDesign[],
  signal: AbortSignal,
): Promise<readonly StandingView[]> {
  if (views.length === 0) return [];
  return await withTarget(targetLogin(config), signal, async (session) => {
    const expected: StandingView[] = [];
    for (const { name, sql } of views) {
      await session.query('BEGIN');
      try {
        const temporary = `pg_temp.${quoteIdent(name.table)}`;
        await session.query(`CREATE TEMPORARY VIEW ${quoteIdent(name.table)} AS ${sql}`);
        const { rows } = await session.query('SELECT pg_get_viewdef($1::regclass) AS definition', [temporary]);
        expected.push({ name, definition: rows[0]?.['definition'] ?? sql });
      } catch (error) {
        if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
        expected.push({ name, definition: sql });
      }
      await session.query('ROLLBACK');
    }
    return expected;
  });
}
