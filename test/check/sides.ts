import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { CheckReport } from '../../src/check/check.ts';
import { runCheck } from '../../src/check/check.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';

/** Statements on the source, one after another, as its administrator. */
export async function onSource(server: RunningServer, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection({ uri: server.url, charset: 'utf8mb4' });
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

/** Statements on the target, in one database, as its administrator. */
export async function onTarget(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Checks with a configuration of these lines. */
export async function checked(text: string, depth: 'full' | 'quick' = 'full'): Promise<CheckReport> {
  const { config, problems } = loadConfig({
    file: '/tmp/sluice-check/sluice.yaml',
    text,
    environment: {},
    flags: {},
    readFile: () => '',
  });
  if (config === null) throw new Error(JSON.stringify(problems));
  return await runCheck(config, { depth, signal: new AbortController().signal, onStep: () => {} });
}

/** `severity code object` of each finding about what a test looks at. */
export function brief(report: CheckReport, start = ''): readonly string[] {
  return report.findings
    .filter(({ code }) => code.startsWith(start))
    .map(({ severity, code, object }) => `${severity} ${code} ${object}`);
}

/** The server's URL with another account, password or database. */
export function urlOf(
  base: string,
  change: { user?: string; password?: string; database?: string; port?: number },
): string {
  const url = new URL(base);
  if (change.user !== undefined) url.username = change.user;
  if (change.password !== undefined) url.password = encodeURIComponent(change.password);
  if (change.database !== undefined) url.pathname = `/${encodeURIComponent(change.database)}`;
  if (change.port !== undefined) url.port = String(change.port);
  return url.href;
}
