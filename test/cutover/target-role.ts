import { readFileSync } from 'node:fs';
import { targetGrants } from '../../src/check/grant.ts';
import { configOf, type Line } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';

/** The role of a line that logs in to the target with no more than `sluice init` and `sluice cutover` ask for. */
export function roleOf({ target }: Line): string {
  return `of_${target.name}`;
}

/** The same line, whose pipeline is that role on the target; it may let `app` in and out. */
export async function asTargetRole(line: Line): Promise<Line> {
  const role = roleOf(line);
  const scope = { user: role, database: line.target.name, schemas: ['public'], ddl: 'convert' } as const;
  const fence = [`GRANT pg_signal_backend TO ${role}`, mayLetIn(role)];
  const made = [`CREATE ROLE ${role} LOGIN PASSWORD 'own' CREATEROLE`, ...targetGrants(scope), ...fence];
  await onTarget(line, made.join(';'));
  const url = new URL(line.target.url);
  [url.username, url.password] = [role, 'own'];
  const text = readFileSync(line.file, 'utf8').replace(line.target.url, url.href);
  return { ...line, config: configOf(line.file, text) };
}

/** From PostgreSQL 16 on CREATEROLE alone is not enough; what `app` may do is none of its own. */
function mayLetIn(role: string): string {
  return `DO $$ BEGIN IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT app TO ${role} WITH ADMIN TRUE, INHERIT FALSE'; END IF; END $$`;
}

/** With everything that it has made. */
export async function dropTargetRole(line: Line): Promise<void> {
  const role = roleOf(line);
  await onTarget(line, `DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
}
