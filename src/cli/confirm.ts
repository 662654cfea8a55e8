import { Asker } from './asker.ts';
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
async function readLine({ io }: Call, question: string): Promise<string> {
  const asker = new Asker(io);
  try {
    return (await asker.ask(question)) ?? '';
  } finally {
    asker.close();
  }
}
