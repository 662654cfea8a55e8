import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { readStandingSchema } from '../../postgres/standing-schema.ts';
import { countReference, type Orphans, OrphanWatch, type Reference } from '../../verify/orphan-watch.ts';
import type { TableScope } from '../../verify/verified-table.ts';
import { withTarget } from '../target-session.ts';

/** Every row of the target as it was counted once; from here on the watch looks at what changes. */
export interface OrphanBaseline {
  readonly watch: OrphanWatch;
  /** Foreign keys that were counted whole. */
  readonly counted: number;
  readonly found: readonly Orphans[];
  /** Keys for which there was no time, by name: of these only changed rows are looked at. */
  readonly uncounted: readonly string[];
}

/** Of counting all keys, while the application writes on. */
const COUNT_MS = 5 * 60_000;

/** Counts the orphans of every valid foreign key between these tables, of which the application relies on. */
export async function orphanBaseline(
  config: Config,
  scopes: readonly TableScope[],
  signal: AbortSignal,
): Promise<OrphanBaseline> {
  return await withTarget(targetLogin(config), signal, async (session) => {
    const schemas = [...new Set(scopes.map(({ target }) => target.schema))];
    const ours = new Set(scopes.map(({ target }) => quoteTable(target)));
    const standing = await readStandingSchema(session, schemas);
    const references = standing.tables
      .filter(({ name }) => ours.has(quoteTable(name)))
      .flatMap(({ name, foreignKeys }) => foreignKeys.map((key): Reference => ({ child: name, key })))
      .filter(({ key }) => key.isValid);
    const untilMs = performance.now() + COUNT_MS;
    const found: Orphans[] = [];
    const uncounted: string[] = [];
    for (const reference of references) {
      await session.query(`SET statement_timeout = ${Math.max(1, Math.ceil(untilMs - performance.now()))}`);
      const orphans = await countReference(session, reference).catch(inTime);
      if (orphans === null) uncounted.push(`${reference.child.table}.${reference.key.name}`);
      else found.push(orphans);
    }
    return {
      ...{ watch: new OrphanWatch(references), counted: found.length, uncounted },
      found: found.filter(({ rows }) => rows !== '0'),
    };
  });
}

/** null where the server ended it. */
function inTime(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'TARGET_CANCELLED') return null;
  throw error;
}
