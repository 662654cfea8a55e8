import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteAccount } from '../mysql/identifier.ts';
import type { Remains, RemovalSite } from './remains.ts';
import { changing, isSharedSource, onSource } from './remains-source.ts';

/**
 * The account that reads the source, dropped by the administrator's (`source.adminUrl`), which is another one. Not where
 * another pipeline has rows in our database: it may be its account as well.
 */
export const SOURCE_ACCOUNT: Remains = {
  end: 'source',
  name: 'own-account',
  what: 'the account by which the source was read, of every host',
  find: (site) => onSource(site, (connection) => ownAccounts(connection, site)),
  statements: ({ config }, found) =>
    (found ?? [quoteAccount(config.source.url.user, '%')]).map((account) => `DROP USER IF EXISTS ${account}`),
  remove: (site) =>
    changing(site, async (connection) => {
      for (const account of await ownAccounts(connection, site)) await connection.run(`DROP USER IF EXISTS ${account}`);
    }),
};

/** Whether `--drop-accounts` may drop it: nobody drops the account that he is, and no administrator was made for us. */
export function canDropAccount({ source }: RemovalSite['config']): boolean {
  const { url, adminUrl } = source;
  return adminUrl !== null && adminUrl.user !== url.user && url.user !== 'root';
}

async function ownAccounts(connection: MysqlConnection, { config }: RemovalSite): Promise<readonly string[]> {
  if (await isSharedSource(connection, config.pipeline)) return [];
  const rows = await connection.rows('SELECT host FROM mysql.user WHERE user = ? ORDER BY host', [
    config.source.url.user,
  ]);
  return rows.map(({ host }) => quoteAccount(config.source.url.user, host ?? ''));
}
