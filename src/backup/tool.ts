import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { backupError } from './error.ts';

/** A program of a server's own, and what stands before the arguments that we give it. */
export interface Tool {
  readonly file: string;
  readonly before: readonly string[];
}

export type ToolName = 'mysqldump' | 'mysql' | 'mariadb-dump' | 'mariadb' | 'pg_dump' | 'pg_restore';

/** In place of what is found in PATH. */
export type Tools = Partial<Record<ToolName, Tool>>;

/** MariaDB's programs had MySQL's names before 10.4, and have them in some packages still. */
const OTHER_NAMES: Partial<Record<ToolName, string>> = { 'mariadb-dump': 'mysqldump', mariadb: 'mysql' };

/** The given one, else the newest beside the servers, else the one in PATH. BACKUP_TOOL_MISSING. */
export async function findTool(name: ToolName, given: Tools): Promise<Tool> {
  const own = given[name];
  if (own !== undefined) return own;
  const path = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...(await postgresFolders()), ...path];
  const names = [name, OTHER_NAMES[name]].filter((each) => each !== undefined);
  for (const candidate of names.flatMap((each) => folders.map((folder) => join(folder, each))))
    if (await isExecutable(candidate)) return { file: candidate, before: [] };
  throw backupError('BACKUP_TOOL_MISSING', `there is no ${name} here`);
}

async function postgresFolders(): Promise<readonly string[]> {
  const base = '/usr/lib/postgresql';
  const versions = await readdir(base).catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(base, version, 'bin'));
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** What the program says of itself. */
export async function toolVersion(tool: Tool): Promise<string> {
  const { stdout } = await promisify(execFile)(tool.file, [...tool.before, '--version']).catch((cause: unknown) => {
    throw backupError('BACKUP_TOOL_FAILED', `${tool.file} does not run`, cause);
  });
  return stdout.trim();
}

export interface ToolRun {
  readonly tool: Tool;
  readonly arguments: readonly string[];
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The streams of a running program; `ended` fails with BACKUP_TOOL_FAILED and the end of what it complained of. */
export interface RunningTool {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

const KEPT_CHARACTERS = 2_000;

export function startTool(run: ToolRun): RunningTool {
  const { tool, environment, signal } = run;
  const child = spawn(tool.file, [...tool.before, ...run.arguments], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...env, ...environment },
    ...(signal === undefined ? {} : { signal }),
  });
  // Whoever feeds a program that has ended learns it from `ended`.
  child.stdin.on('error', () => {});
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KEPT_CHARACTERS);
  });
  const ended = exitOf(child, tool.file, () => complaint);
  ended.catch(() => {});
  return { child, ended };
}

async function exitOf(child: ChildProcess, file: string, complaint: () => string): Promise<void> {
  const [code] = await once(child, 'close').catch((cause: unknown) => {
    throw backupError('BACKUP_TOOL_FAILED', `${file} could not run, or was stopped`, cause);
  });
  if (code !== 0) throw backupError('BACKUP_TOOL_FAILED', `${file} ended with ${code}: ${complaint().trim()}`);
}
