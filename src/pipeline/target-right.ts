import { HEARTBEAT_DATABASE } from '../config/config.ts';
import type { GateFinding } from '../cutover/gate.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteIdent } from '../postgres/quote.ts';

type Problem = GateFinding['problems'][number];

/** Tables of the application that stand, and how many of them one of the roles may write. */
const WRITABLE = `SELECT count(*) AS tables, count(*) FILTER (WHERE EXISTS (SELECT FROM pg_roles AS r
    WHERE r.rolname = ANY ($1) AND has_schema_privilege(r.oid, n.oid, 'USAGE')
      AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE'))) AS writable,
    array_to_string(array_agg(DISTINCT n.nspname ORDER BY n.nspname), E'\\n') AS schemas
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> ALL ($2)`;

/**
 * What lets no role of the application write after the flip: nobody gives it rights on tables that sluice made. One
 * table that one role may write is enough, since which of them the application writes is not known.
 */
export async function lackedRights(session: PostgresSession, roles: readonly string[]): Promise<readonly Problem[]> {
  const ours = ['information_schema', HEARTBEAT_DATABASE];
  const { rows } = await session.query(WRITABLE, [arrayText(roles), arrayText(ours)]);
  const { tables, writable, schemas } = rows[0] ?? {};
  if (tables === '0' || writable !== '0') return [];
  const names = roles.join(', ');
  return [{ text: `${names} may write no table of the target`, cure: cureOf(schemas?.split('\n') ?? [], roles) }];
}

function cureOf(schemas: readonly string[], roles: readonly string[]): string {
  const to = roles.map(quoteIdent).join(', ');
  const lines = schemas
    .map(quoteIdent)
    .flatMap((schema) => [
      `GRANT USAGE ON SCHEMA ${schema} TO ${to}`,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${to}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${to}`,
    ]);
  return lines.join('; ');
}
