import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WayBackStatus } from '../../src/contract/cutover.ts';
import type { SluiceError } from '../../src/contract/error.ts';
import { judgeWayBack } from '../../src/cutover/back-gate.ts';
import { Word } from '../../src/cutover/flip/word.ts';
import { isRed } from '../../src/cutover/gate.ts';
import type { StepContext, StepRecord } from '../../src/cutover/step.ts';
import { firstWriteStep, sawNone } from '../../src/cutover/steps/first-write.ts';
import { flipStep, unflipStep } from '../../src/cutover/steps/flip.ts';
import { probeStep } from '../../src/cutover/steps/probe.ts';
import { flipGate, switchFlip, switchProbe, unflipGate } from '../../src/pipeline/cutover/switch-flip.ts';
import { configOf } from './flip-config.ts';

const BEFORE = "DEBUG=0 # never\nexport DATABASE_URL='mysql://shop:old@db/shop'\n";
const AFTER = BEFORE.replace('mysql://shop:old@db/shop', 'postgresql://shop:secret77@pg/shop');
const ENV_FILE = 'flip: { kind: env-file, file: .env, set: { DATABASE_URL: "postgresql://shop:secret77@pg/shop" } }';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-flip-step-'));
  path = join(folder, '.env');
  await writeFile(path, BEFORE);
});
afterEach(() => rm(folder, { recursive: true }));

/** A journal of one step, and what it was told. */
class Journal {
  record: StepRecord | null = null;
  readonly told: string[] = [];
  readonly #onNote: () => void | Promise<void>;

  constructor(onNote: () => void | Promise<void> = () => {}) {
    this.#onNote = onNote;
  }

  get context(): StepContext {
    return {
      record: this.record,
      note: async (record) => {
        this.record = JSON.parse(JSON.stringify(record));
        await this.#onNote();
      },
      tell: async (words) => {
        this.told.push(words);
      },
      isWaived: () => false,
      recordOf: () => null,
      signal: new AbortController().signal,
    };
  }
}

function flipOf(yaml: string, word = new Word()) {
  const flip = switchFlip(configOf(folder, yaml), word);
  if (flip === null) throw new Error('nothing flips');
  return { flip, word };
}

test('a flip stands in the journal before anything is changed, and another process takes it back byte for byte', async () => {
  const journal = new Journal(async () => expect(await readFile(path, 'utf8')).toBe(BEFORE));
  const flip = flipStep(flipOf(ENV_FILE));
  expect(await flip.describe()).toEqual([
    `${path} is replaced, its backup beside it`,
    "  -export DATABASE_URL='mysql://shop:***@db/shop'",
    "  +export DATABASE_URL='postgresql://shop:***@pg/shop'",
  ]);
  for (const _ of [1, 2]) await flip.run(journal.context);
  expect(await readFile(path, 'utf8')).toBe(AFTER);
  expect(JSON.stringify(journal.record)).not.toContain('secret77');
  const unflip = unflipStep({ ...flipOf(ENV_FILE), flipped: async () => journal.record });
  expect((await unflip.describe())[0]).toMatch(/is put back as it was, from .*before-sluice/);
  for (const _ of [1, 2]) await unflip.run(new Journal().context);
  expect(await readFile(path, 'utf8')).toBe(BEFORE);
});

test('a person flips and says so; before, the step tells what is waited for, and nobody’s word is taken', async () => {
  const { flip, word } = flipOf('flip: { kind: operator, todo: set the new DSN }');
  const journal = new Journal();
  expect([word.give('ada'), word.isAwaited]).toEqual([false, false]);
  const running = flipStep({ flip, word }).run(journal.context);
  await expect.poll(() => word.isAwaited).toBe(true);
  await expect.poll(() => journal.told).toEqual(['asks the operator: set the new DSN; then: sluice cutover confirm']);
  await expect.poll(() => word.give('ada')).toBe(true);
  expect(await running).toMatch(/ada says that it is done by hand|the operator confirmed/);
  expect([word.give('ada'), word.isAwaited]).toEqual([false, false]);
});

test('a flip that fails is done by whoever mends it by hand and says so, also between two tries', async () => {
  const { flip, word } = flipOf('hooks: { flip: exit 3 }');
  const journal = new Journal();
  const step = flipStep({ flip, word });
  const failed: SluiceError = await step.run(journal.context).then(
    () => Promise.reject(new Error('it must fail')),
    (error) => error,
  );
  expect(failed).toMatchObject({ code: 'FLIP_COMMAND', remedy: expect.stringContaining('sluice cutover confirm') });
  expect(failed.message).toMatch(/^the command of cutover.hooks.flip ended with exit 3/);
  expect(word.give('ada')).toBe(true);
  expect(await step.run(journal.context)).toBe('ada says that it is done by hand');
});

test('a flip of another kind than the configuration has by now is left to a person', async () => {
  const { flip, word } = flipOf(ENV_FILE);
  const journal = new Journal();
  const running = unflipStep({ flip, word, flipped: async () => ({ kind: 'webhook', key: 'k' }) }).run(journal.context);
  await expect.poll(() => journal.told.join()).toMatch(/flipped by webhook, the configuration says env-file/);
  word.give('ada');
  expect(await running).toBe('ada says that it is done by hand');
  expect(await readFile(path, 'utf8')).toBe(BEFORE);
});

test('a rollback takes nothing back where the cutover flipped nothing, and asks a person where its flip is configured no more', async () => {
  const word = new Word();
  const none = unflipStep({ flip: null, word, flipped: async () => null });
  expect(await none.run(new Journal().context)).toMatch(/^the cutover flipped nothing/);
  const journal = new Journal();
  const gone = unflipStep({ flip: null, word, flipped: async () => ({ kind: 'command' }) }).run(journal.context);
  await expect.poll(() => journal.told.join()).toMatch(/flipped by command, the configuration says nothing of it/);
  word.give('ada');
  expect(await gone).toBe('ada says that it is done by hand');
});

test('what a flip could not do stands at its gate before anything is blocked', async () => {
  expect(await flipGate(flipOf(ENV_FILE).flip)).toMatchObject({ gate: 'flip', problems: [] });
  const missing = flipOf(ENV_FILE.replace('.env', 'gone.env')).flip;
  expect((await flipGate(missing)).problems[0]?.text).toMatch(/gone.env cannot be found/);
  const broken = flipOf('hooks: { flip: "if" }').flip;
  expect((await flipGate(broken)).problems[0]?.text).toMatch(/no shell can run it/);
  const settings = `flip: { kind: settings-file, file: .env, url: "postgresql://app:secret77@pg/shop" }`;
  expect((await flipGate(flipOf(settings).flip)).problems[0]?.text).toMatch(/neither has DATABASES/);
});

test('a flip that could not be taken back stands at the gate of the rollback before anything is blocked', async () => {
  const journal = new Journal();
  const { flip } = flipOf(ENV_FILE);
  await flipStep(flipOf(ENV_FILE)).run(journal.context);
  expect(await unflipGate(flip, journal.record)).toMatchObject({ gate: 'flip', problems: [] });
  await writeFile(path, `${AFTER}OTHER=1\n`);
  const changed = await unflipGate(flip, journal.record);
  expect(changed.problems).toMatchObject([{ text: expect.stringContaining('changed by somebody else') }]);
  expect(changed.problems[0]?.cure).toMatch(/waive this, and .* sluice cutover confirm.*before-sluice/);
  await writeFile(path, BEFORE);
  expect((await unflipGate(flip, journal.record)).problems).toEqual([]);
  expect((await unflipGate(null, journal.record)).problems[0]?.text).toMatch(/by env-file, .* nothing of it/);
  expect((await unflipGate(null, null)).problems).toEqual([]);
  const status = { lagMs: 0, setAside: 0, waitsFor: null } as WayBackStatus;
  const gates = judgeWayBack({ status, blockers: [], roles: ['app'], unflip: changed }, { maxLagMs: 1 }, []);
  expect(gates.filter(isRed)).toMatchObject([{ name: 'flip', value: changed.problems[0]?.text }]);
});

test('an application that is not well is told of and holds nothing up: a rollback must be let in', async () => {
  const probed = switchProbe(configOf(folder, 'probe: { command: "echo broken; exit 1", limit: 1s }'));
  if (probed === null) throw new Error('no probe');
  const journal = new Journal();
  const words = await probeStep(probed).run(journal.context);
  expect(words).toMatch(/NOT WELL \(FLIP_UNHEALTHY\): the command of cutover.probe.command .*broken/s);
  expect(journal.record).toEqual({ isHealthy: false });
});

test('the first write is waited for, told while it is, and none fails nothing', async () => {
  const seen = [null, 'public.orders'];
  const journal = new Journal();
  const step = firstWriteStep({ look: async () => seen.shift() ?? null, waitMs: 20_000 });
  expect(await step.run(journal.context)).toMatch(/^the application writes to the new side: public.orders/);
  expect(journal.told).toEqual(['waiting for a write of the application on the new side']);
  expect(sawNone(journal.record)).toBe(false);
  expect(await firstWriteStep({ look: async () => null, waitMs: 0 }).run(journal.context)).toMatch(/no write was seen/);
  expect(sawNone(journal.record)).toBe(true);
});
