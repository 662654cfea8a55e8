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
async function readLine(call: Call, question: string): Promise<string> {
  return (await readLines(call, [question]))[0] ?? '';
}

/** An answer to each question, one line of stdin each; fewer when stdin ends. Questions are shown on a terminal only. */
export async function readLines(call: Call, questions: readonly string[]): Promise<readonly string[]> {
  const { stream, isTerminal } = call.io.stdin;
  const ask = (question: string | undefined): void => {
    if (isTerminal && question !== undefined) call.io.stderr.write(question);
  };
  const answers: string[] = [];
  // One reader for all: what was typed ahead stands in its buffer.
  const lines = createInterface({ input: stream });
  try {
    ask(questions[0]);
    for await (const line of lines) {
      answers.push(line.trim());
      if (answers.length === questions.length) break;
      ask(questions[answers.length]);
    }
  } finally {
    lines.close();
    stream.pause();
  }
  return answers;
}
