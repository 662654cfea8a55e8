import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sightGrants, sourceGrants, targetGrants } from '../check/grant.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { secretsOf } from '../config/show.ts';
import { SluiceError } from '../contract/error.ts';
import { quoteAccount } from '../mysql/identifier.ts';
import type { Server } from '../mysql/server.ts';
import { quoteIdent } from '../postgres/quote.ts';
import { readLines } from './confirm.ts';
import { EXIT } from './exit.ts';
import { type FirstFile, firstFile } from './first-file.ts';
import { InvalidConfig } from './invalid-config.ts';
import type { Failure, Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';

export const INIT_VERB: Verb = {
  name: 'init',
  kind: 'Init',
  summary: 'Tests both connections, writes a first sluice.yaml, prints the accounts and grants to create on each side.',
  flags: [{ name: 'force', type: 'switch', help: 'Replace a configuration that is there.' }],
  takesConfig: true,
  examples: [
    ['sluice init', 'asks for what it needs'],
    [
      'sluice init --pipeline shop --source-url mysql://sluice@db1/shop --target-url postgresql://sluice@db2/shop',
      'with passwords in SOURCE_PASSWORD and TARGET_PASSWORD',
    ],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
  run: init,
};

const QUESTIONS: readonly (readonly [flag: string, question: string])[] = [
  ['--pipeline', 'Name of the pipeline (a-z, 0-9, _): '],
  ['--source-url', 'Source, mysql://ACCOUNT@HOST:PORT/DATABASE (its password is in SOURCE_PASSWORD): '],
  ['--target-url', 'Target, postgresql://ACCOUNT@HOST:PORT/DATABASE (its password is in TARGET_PASSWORD): '],
];

interface Tested {
  readonly kind: Server['kind'];
  readonly failures: readonly Failure[];
}

async function init(call: Call): Promise<Outcome> {
  const path = resolve(call.io.folder, String(call.flags.get('config') ?? 'sluice.yaml'));
  if (existsSync(path) && !call.flags.has('force')) {
    throw usageError(
      'USAGE_FILE_EXISTS',
      `${path} is there already`,
      'Replace it with --force, or name another with --config FILE.',
    );
  }
  const first = firstFile(await answers(call));
  const config = readBack(call, path, first);
  const tested = await testBoth(config);
  const statements = grantsText(config, tested.kind);
  const data = { file: path, source: statements.source, target: statements.target, failures: tested.failures };
  if (tested.failures.length > 0) {
    return { kind: 'Init', exit: EXIT.unreachable, data, text: statements.text, error: failureOf(tested.failures) };
  }
  writeFileSync(path, first.text, { mode: 0o600 });
  const text = `${statements.text}\n\nwritten: ${path}${first.variables.map((name) => `\nset in the environment: ${name}`).join('')}`;
  return { kind: 'Init', exit: EXIT.done, data, text, nextSteps: ['sluice check', 'sluice run'] };
}

/** One error for both sides: under the code of the first, with the words of each. */
function failureOf(failures: readonly Failure[]): Failure {
  const message = failures.map((one) => one.message).join('; ');
  const remedies = [...new Set(failures.map((one) => `${one.remedy}.`))].join(' ');
  const remedy = `${remedies} The accounts and grants to create are printed above; nothing was written.`;
  return { code: failures[0]?.code ?? '', message, remedy };
}

/** Flags first; what is missing is asked for on a terminal. */
async function answers(call: Call): Promise<Readonly<Record<string, string>>> {
  const missing = QUESTIONS.filter(([flag]) => call.overrides[flag] === undefined);
  if (missing.length === 0) return call.overrides;
  if (!call.io.stdin.isTerminal) throw missingFlags(call, missing);
  const given = await readLines(
    call,
    missing.map(([, question]) => question),
  );
  return { ...call.overrides, ...Object.fromEntries(missing.map(([flag], index) => [flag, given[index] ?? ''])) };
}

/** What is missing, and what is wrong with what is there: nobody should learn of it one by one. */
function missingFlags({ io, overrides }: Call, missing: typeof QUESTIONS): SluiceError {
  const first = firstFile(overrides);
  const environment = { ...io.environment, ...first.passwords };
  const { problems } = loadConfig({ file: 'flags', text: first.text, environment, flags: {}, readFile: () => '' });
  const wrong = problems
    .filter(({ code }) => code !== 'CONFIG_MISSING')
    .map(({ path, message }) => `${path}: ${message}`);
  const message = `sluice init needs ${missing.map(([flag]) => flag).join(', ')}`;
  const remedy = 'There is no terminal to ask on: give each as a flag.';
  return usageError('USAGE_MISSING_FLAG', [message, ...wrong].join('; '), remedy);
}

/** The file is checked as any other before a server is touched; passwords given in URLs take the place of variables. */
function readBack(call: Call, path: string, first: FirstFile): Config {
  const { config, problems, entries } = loadConfig({
    file: path,
    text: first.text,
    environment: { ...call.io.environment, ...first.passwords },
    flags: {},
    readFile: () => '',
  });
  call.output.scrubber.add([...secretsOf(entries), ...Object.values(first.passwords)], []);
  if (config === null) throw new InvalidConfig(problems, path);
  return config;
}

async function testBoth(config: Config): Promise<Tested> {
  const failures: Failure[] = [];
  const note = (error: unknown): null => {
    if (!(error instanceof SluiceError)) throw error;
    failures.push({ code: error.code, message: error.message, remedy: error.remedy.replace(/\.$/, '') });
    return null;
  };
  const { connectMysql } = await import('../mysql/connection.ts');
  const { connectPostgres } = await import('../postgres/connection.ts');
  const [source, target] = await Promise.all([
    connectMysql(sourceLogin(config.source)).catch(note),
    connectPostgres(targetLogin(config)).catch(note),
  ]);
  const kind = source?.server.kind ?? (config.source.url.scheme === 'mariadb' ? 'mariadb' : 'mysql');
  await source?.close();
  await target?.close();
  return { kind, failures };
}

interface Grants {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly text: string;
}

function grantsText(config: Config, kind: Server['kind']): Grants {
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
