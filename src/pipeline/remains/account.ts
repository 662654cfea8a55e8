import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteAccount } from '../../mysql/identifier.ts';
import type { Remains, RemovalSite } from './remains.ts';
import { changing, isSharedSource, onSource } from './source.ts';

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

/** Accounts of some names at the source, for whoever drops them by hand. */
export interface StandingAccounts {
  /** Of every host, quoted; of a source that does not show them, of any host. */
  readonly accounts: readonly string[];
  /** The fence was not loosened: under super_read_only no account can be dropped, by nobody. */
  readonly isClosed: boolean;
}

export function standingAccounts(site: RemovalSite, users: readonly string[]): Promise<StandingAccounts> {
  return onSource(site, async (connection) => {
    const [shown] = await connection.rows("SHOW GLOBAL VARIABLES LIKE 'super_read_only'");
    const accounts = await readAccounts(connection, users).catch((error: unknown) => unseen(error, users));
    return { accounts, isClosed: shown?.['Value'] === 'ON' };
  });
}

function unseen(error: unknown, users: readonly string[]): readonly string[] {
  if (!(error instanceof SluiceError) || error.code !== 'SOURCE_PRIVILEGE_MISSING') throw error;
  return users.map((user) => quoteAccount(user, '%'));
}

async function ownAccounts(connection: MysqlConnection, { config }: RemovalSite): Promise<readonly string[]> {
  if (await isSharedSource(connection, config.pipeline)) return [];
  return await readAccounts(connection, [config.source.url.user]);
}

async function readAccounts(connection: MysqlConnection, users: readonly string[]): Promise<readonly string[]> {
  if (users.length === 0) return [];
  const sql = 'SELECT user AS name, host AS place FROM mysql.user WHERE user IN (?) ORDER BY 1, 2';
  const rows = await connection.rows(sql, [users]);
  return rows.map(({ name, place }) => quoteAccount(name ?? '', place ?? ''));
}
