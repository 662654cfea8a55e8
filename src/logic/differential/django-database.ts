/** One server as Django's settings name it. */
export type DjangoDatabase = Readonly<Record<string, unknown>> & { readonly ENGINE: string };

/** A database of MySQL or MariaDB by the URL of its server; `initially` is the first statement of each session. */
export function mysqlDatabase(text: string, name: string, initially?: string): DjangoDatabase {
  return {
    ...account(text, '3306'),
    ENGINE: 'django.db.backends.mysql',
    NAME: name,
    OPTIONS: { charset: 'utf8mb4', ...(initially === undefined ? {} : { init_command: initially }) },
  };
}

/** A schema of the database that a URL of PostgreSQL names. */
export function postgresqlDatabase(text: string, schema: string): DjangoDatabase {
  const sslmode = new URL(text).searchParams.get('sslmode');
  return {
    ...account(text, '5432'),
    ENGINE: 'django.db.backends.postgresql',
    NAME: decodeURIComponent(new URL(text).pathname.slice(1)),
    OPTIONS: { options: `-c search_path=${schema},public`, ...(sslmode === null ? {} : { sslmode }) },
  };
}

function account(text: string, port: string): Readonly<Record<string, string>> {
  const url = new URL(text);
  return {
    HOST: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    PORT: url.port === '' ? port : url.port,
    USER: decodeURIComponent(url.username),
    PASSWORD: decodeURIComponent(url.password),
  };
}
