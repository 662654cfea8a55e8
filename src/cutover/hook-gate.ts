import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { GateFinding } from './gate.ts';

export interface Hook {
  /** Key of the configuration: shown in the place of the line, which may hold a secret. */
  readonly key: string;
  /** For `sh -c`. */
  readonly line: string;
}

/** Whether the shell understands each command and finds the program that it begins with. Runs none of them. */
export async function hooksGate(hooks: readonly Hook[], folder: string): Promise<GateFinding> {
  const problems = await Promise.all(hooks.map((hook) => problemOf(hook, folder)));
  return {
    gate: 'hooks',
    value: hooks.length === 0 ? 'none is configured' : 'each can be run',
    threshold: 'the shell understands and finds each command of cutover.hooks',
    problems: problems.flatMap((problem) => (problem === null ? [] : [problem])),
  };
}

async function problemOf({ key, line }: Hook, folder: string): Promise<GateFinding['problems'][number] | null> {
  const cure = `Correct ${key}: it runs in the folder of sluice.yaml.`;
  if (!(await succeeds(['-n', '-c', line], folder))) return { text: `${key} is not a line that sh understands`, cure };
  const program = programOf(line);
  if (program === null || (await succeeds(['-c', 'command -v -- "$1"', 'sh', program], folder))) return null;
  return { text: `${key} begins with a program that is not found: ${program}`, cure };
}

/** null: the line begins with something that only the shell can make out. */
function programOf(line: string): string | null {
  return /^\s*([\w./+-]+)(?=[\s;&|]|$)/.exec(line)?.[1] ?? null;
}

async function succeeds(args: readonly string[], folder: string): Promise<boolean> {
  const child = spawn('sh', [...args], { cwd: folder, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code === 0;
}
