import mysql from 'mysql2/promise';
import pg from 'pg';
import { sourceGrants } from '../check/grant.ts';

/** Of throw-away servers on loopback: no secret. */
export const ACCOUNTS = { sluice: 'sluice-demo', till: 'shop_app' } as const;

/** The accounts that `sluice init` prints, and one of the till. */
export async function makeSourceAccounts(url: string, kind: 'mysql' | 'mariadb', database: string): Promise<void> {
  const session = await mysql.createConnection({ uri: url });
  try {
    for (const name of Object.values(ACCOUNTS))
      await session.query(`CREATE USER '${name}'@'%' IDENTIFIED BY '${name}'`);
    for (const grant of sourceGrants(kind, `'${ACCOUNTS.sluice}'@'%'`, [database])) await session.query(grant);
    await session.query(`GRANT SELECT, INSERT ON \`${database}\`.* TO '${ACCOUNTS.till}'@'%'`);
  } finally {
    await session.end();
  }
}

/** The till's role: in by its password, once the cutover lets it. */
export async function makeTargetRole(url: string): Promise<void> {
  await onTarget(url, `CREATE ROLE ${ACCOUNTS.till} LOGIN PASSWORD '${ACCOUNTS.till}'`);
}

/** Once the tables are there. */
export async function grantTill(url: string): Promise<void> {
  await onTarget(
    url,
    `GRANT SELECT, INSERT ON tbl_receipt TO ${ACCOUNTS.till};
     GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${ACCOUNTS.till}`,
  );
}

export async function onSource(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const session = await mysql.createConnection({ uri: url });
  try {
    const [rows] = await session.query(sql);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  } finally {
    await session.end();
  }
}

export async function onTarget(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}

/** The same server as somebody else, or in another database. */
export function as(url: string, name: string | null, database?: string): string {
  const own = new URL(url);
  if (name !== null) [own.username, own.password] = [name, name];
  if (database !== undefined) own.pathname = `/${database}`;
  return own.href;
}
