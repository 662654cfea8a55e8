import { sightGrants, sourceGrants, targetGrants } from '../check/grant.ts';
import type { Config } from '../config/config.ts';
import { quoteAccount } from '../mysql/identifier.ts';
import type { Server } from '../mysql/server.ts';
import { quoteIdent } from '../postgres/quote.ts';

/** Statements that make the accounts of a configuration and give them their rights, for each side and as text. */
export interface Grants {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly text: string;
}

export function grantsText(config: Config, kind: Server['kind']): Grants {
  const account = quoteAccount(config.source.url.user, '%');
  const source = [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '...'`,
    ...sourceGrants(kind, account, config.source.databases),
    ...(config.target.ddl === 'convert' ? sightGrants(kind, account, config.source.databases) : []),
  ];
  const { user, database } = config.target.url;
  const schemas = config.target.schema === null ? config.source.databases : [config.target.schema];
  const target = [
    `CREATE ROLE ${quoteIdent(user)} LOGIN PASSWORD '...'`,
    ...targetGrants({ user, database, schemas, ddl: config.target.ddl }),
  ];
  const block = (title: string, lines: readonly string[]): string =>
    [title, ...lines.map((line) => `  ${line};`)].join('\n');
  const name = kind === 'mysql' ? 'MySQL' : 'MariaDB';
  const text = [
    block(`On the source (${name}), as an administrator:`, source),
    '',
    block('On the target (PostgreSQL), as a superuser:', target),
  ].join('\n');
  return { source, target, text };
}
