import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { secretsOf } from '../config/show.ts';
import { SluiceError } from '../contract/error.ts';
import type { StartFinding } from '../contract/start.ts';
import type { Server } from '../mysql/server.ts';
import { EXIT } from './exit.ts';
import { type FirstFile, firstFile } from './first-file.ts';
import { type Grants, grantsText } from './init-grants.ts';
import { InvalidConfig } from './invalid-config.ts';
import type { Failure, Outcome } from './outcome.ts';
import { onStartPage, PAGE_FLAG } from './start-page.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { REQUIRED, type Told, Wizard } from './wizard.ts';

export const INIT_VERB: Verb = {
  name: 'init',
  kind: 'Init',
  summary: 'Tests both connections, writes a first sluice.yaml, prints the accounts and grants to create on each side.',
  flags: [{ name: 'force', type: 'switch', help: 'Replace a configuration that is there.' }, PAGE_FLAG],
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
  const missing = REQUIRED.filter(({ flag }) => call.overrides[flag] === undefined).map(({ flag }) => flag);
  if (missing.length === 0) return await tryOnce(call, path, { answers: call.overrides, passwords: {} });
  if (!call.io.stdin.isTerminal) throw missingFlags(call, missing);
  const wizard = new Wizard(call);
  try {
    return await guided(call, path, wizard);
  } finally {
    wizard.close();
  }
}

/** Asks, tries, and asks again while a server refuses. */
async function guided(call: Call, path: string, wizard: Wizard): Promise<Outcome> {
  let told = await wizard.askAll();
  for (;;) {
    const missing = REQUIRED.filter(({ flag }) => told.answers[flag] === undefined).map(({ flag }) => flag);
    if (missing.length > 0) throw missingFlags(call, missing);
    const outcome = await tryOnce(call, path, told);
    if (outcome.exit !== EXIT.unreachable) return outcome;
    call.output.line(`\n${outcome.text}\n\n${outcome.error?.message ?? ''}`);
    const again = await wizard.askAgain();
    if (again === null) return { ...outcome, text: '' };
    told = again;
  }
}

async function tryOnce(call: Call, path: string, { answers, passwords }: Told): Promise<Outcome> {
  const fromAnswers = firstFile(answers);
  const first = { ...fromAnswers, passwords: { ...passwords, ...fromAnswers.passwords } };
  const config = readBack(call, path, first);
  return await onStartPage(call, { config, verb: 'init', kind: 'Init' }, async (told) => {
    told.step('asking both servers');
    const tested = await testBoth(config);
    const statements = grantsText(config, tested.kind);
    told.found(startFindings(tested, statements));
    return written(path, { first, tested, statements });
  });
}

interface TriedOnce {
  readonly first: FirstFile;
  readonly tested: Tested;
  readonly statements: Grants;
}

/** The file, once both servers have answered. */
function written(path: string, { first, tested, statements }: TriedOnce): Outcome {
  const data = { file: path, source: statements.source, target: statements.target, failures: tested.failures };
  if (tested.failures.length > 0) {
    return { kind: 'Init', exit: EXIT.unreachable, data, text: statements.text, error: failureOf(tested.failures) };
  }
  writeFileSync(path, first.text, { mode: 0o600 });
  const text = `${statements.text}\n\nwritten: ${path}${first.variables.map((name) => `\nset in the environment: ${name}`).join('')}`;
  return { kind: 'Init', exit: EXIT.done, data, text, nextSteps: ['sluice check', 'sluice run'] };
}

/** What refused, and what to create on each side, for the page. */
function startFindings({ failures }: Tested, { source, target }: Grants): readonly StartFinding[] {
  return [
    ...failures.map(({ code, message, remedy }) => ({
      ...{ severity: 'blocker' as const, object: 'server', message, code, cure: [remedy] },
    })),
    ...(
      [
        ['source', source],
        ['target', target],
      ] as const
    ).map(([object, cure]) => ({
      ...{ severity: 'information' as const, object, message: 'accounts and rights that sluice needs', code: 'GRANTS' },
      cure: cure.map((statement) => `${statement};`),
    })),
  ];
}

/** One error for both sides: under the code of the first, with the words of each. */
function failureOf(failures: readonly Failure[]): Failure {
  const message = failures.map((one) => one.message).join('; ');
  const remedies = [...new Set(failures.map((one) => `${one.remedy}.`))].join(' ');
  const remedy = `${remedies} The accounts and grants to create are printed above; nothing was written.`;
  return { code: failures[0]?.code ?? '', message, remedy };
}

/** What is missing, and what is wrong with what is there: nobody should learn of it one by one. */
function missingFlags({ io, overrides }: Call, missing: readonly string[]): SluiceError {
  const first = firstFile(overrides);
  const environment = { ...io.environment, ...first.passwords };
  const { problems } = loadConfig({ file: 'flags', text: first.text, environment, flags: {}, readFile: () => '' });
  const wrong = problems
    .filter(({ code }) => code !== 'CONFIG_MISSING')
    .map(({ path, message }) => `${path}: ${message}`);
  const message = `sluice init needs ${missing.join(', ')}`;
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
  const kind = source?.server.kind ?? (await kindWithoutLogin(config));
  await source?.close();
  await target?.close();
  return { kind, failures };
}

/** The statements must be those of the server, which no account may enter yet. */
async function kindWithoutLogin({ source }: Config): Promise<Server['kind']> {
  const { greetedKind } = await import('../mysql/greeting.ts');
  const { host, port, timeoutMs } = sourceLogin(source);
  return (await greetedKind({ host, port }, timeoutMs)) ?? (source.url.scheme === 'mariadb' ? 'mariadb' : 'mysql');
}
