import type { Flip } from '../flip/flip.ts';
import type { Word } from '../flip/word.ts';
import type { Step, StepContext, StepRecord } from '../step.ts';

export type AnyFlip = Flip<StepRecord>;

export interface FlipStepOptions {
  readonly flip: AnyFlip;
  /** Whoever mends by hand what a flip cannot do says so: the application must never hang between two sides. */
  readonly word: Word;
}

/** A try ends by itself: each command and call has its own limit, and a person takes the time that it takes. */
const LIMIT_MS = 24 * 3_600_000;

/** Points the application to the new side. Its record is in the journal before anything is changed (INV-178). */
export function flipStep({ flip, word }: FlipStepOptions): Step {
  return {
    name: 'flip',
    title: 'Points the application to the new side.',
    phase: 'beyond',
    limitMs: LIMIT_MS,
    describe: async () => {
      const { words, diff } = await flip.describe();
      return [words, ...diff.map((line) => `  ${line}`)];
    },
    run: async (context) => {
      const record = context.record ?? (await flip.plan());
      if (context.record === null) await context.note(record);
      if (flip.kind === 'operator') await context.tell(`${(await flip.describe()).words}; then: ${CONFIRM}`);
      return await byFlipOrHand(context, word, ({ signal }) => flip.run(record, signal));
    },
  };
}

export interface UnflipStepOptions extends Pick<FlipStepOptions, 'word'> {
  /** null: the configuration has none, or no longer. */
  readonly flip: AnyFlip | null;
  /** What the flip of the last cutover has noted; null: it flipped nothing. */
  flipped(): Promise<StepRecord | null>;
}

/** Takes back what the flip of the last cutover did, by its record, in whatever process. */
export function unflipStep({ flip, word, flipped }: UnflipStepOptions): Step {
  return {
    name: 'unflip',
    title: 'Points the application to the old side again.',
    phase: 'beyond',
    limitMs: LIMIT_MS,
    describe: async () => {
      const record = await flipped();
      return [record === null ? NOTHING : isOf(flip, record) ? flip.describeUndo(record) : byHand(flip, record)];
    },
    run: async (context) => {
      const record = await flipped();
      if (record === null) return NOTHING;
      if (flip?.kind === 'operator') await context.tell(`${flip.describeUndo(record)}; then: ${CONFIRM}`);
      return await byFlipOrHand(context, word, (own) => undone(flip, record, own));
    },
  };
}

const NOTHING = 'the cutover flipped nothing: point the application to the old side';

/** Whether this flip can take back what that record is of. */
export function isOf(flip: AnyFlip | null, record: StepRecord): flip is AnyFlip {
  return record['kind'] === flip?.kind;
}

function byHand(flip: AnyFlip | null, record: StepRecord): string {
  const now = flip === null ? 'nothing of it' : flip.kind;
  const was = String(record['kind']);
  return `the cutover flipped by ${was}, the configuration says ${now}: take it back by hand, then: ${CONFIRM}`;
}

async function undone(flip: AnyFlip | null, record: StepRecord, { signal, tell }: StepContext): Promise<string> {
  if (isOf(flip, record)) return await flip.undo(record, signal);
  await tell(byHand(flip, record));
  return await new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}

const CONFIRM = 'sluice cutover confirm';

/** What the flip answers, or who says that it is done: also between two tries of one that fails (INV-179). */
async function byFlipOrHand(
  context: StepContext,
  word: Word,
  act: (context: StepContext) => Promise<string>,
): Promise<string> {
  const isOver = new AbortController();
  const signal = AbortSignal.any([context.signal, isOver.signal]);
  const given = word.given(signal).then((by) => `${by} says that it is done by hand`);
  const done = word.by === null ? Promise.race([given, act({ ...context, signal })]) : given;
  given.catch(() => {});
  try {
    const words = await done;
    word.close();
    return words;
  } finally {
    isOver.abort(new Error('the flip is over'));
  }
}
