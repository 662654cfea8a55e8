import { createInterface } from 'node:readline';
import { usageError } from './usage-error.ts';
import type { Call, Flag } from './verb.ts';

export const CONFIRM_FLAG: Flag = {
  name: 'confirm',
  type: 'text',
  value: 'NAME',
  help: "The pipeline's name, instead of typing it.",
};

/** What changes the world asks for the pipeline's name: by `--confirm`, typed on a terminal, or one line on stdin. */
export async function confirm(call: Call, pipeline: string, act: string): Promise<void> {
  const given = call.flags.get('confirm') ?? (await readLine(call, `${act}. Type the pipeline's name to go on: `));
  if (given === pipeline) return;
  throw usageError(
    'USAGE_NOT_CONFIRMED',
    `${act}: not confirmed, nothing was done`,
    `Give the pipeline's name: --confirm ${pipeline}, or one line on stdin.`,
  );
}

/** One line of stdin, without its end; empty when there is none. */
export async function readLine(call: Call, prompt: string): Promise<string> {
  const { stream, isTerminal } = call.io.stdin;
  if (isTerminal) call.io.stderr.write(prompt);
  const lines = createInterface({ input: stream });
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
    stream.pause();
  }
}
