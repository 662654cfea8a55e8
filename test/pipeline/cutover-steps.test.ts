import { expect, test } from 'vitest';
import { Word } from '../../src/cutover/flip/word.ts';
import { type SwitchOptions, switchSteps } from '../../src/pipeline/cutover/steps.ts';
import { sourceFence, targetFence } from '../../src/pipeline/cutover/switch-fence.ts';
import { configOf } from '../cutover/flip-config.ts';

const YAML = 'writeBlockLimit: 2s\n  targetRoles: [app]\n  hooks: { beforeFence: "sleep 60" }';

function options(): SwitchOptions {
  const config = configOf('/srv/shop', YAML);
  const never = () => Promise.reject(new Error('nothing is run'));
  const wayBack = { prove: never, drop: never, skipForward: never, dropTriggers: never, firstWrite: never, end: never };
  return {
    ...{
      config,
      openAhead: never,
      raiseSequences: never,
      countRows: never,
      sourceFence: sourceFence(config),
      targetFence: targetFence(config),
    },
    ...{
      drain: { untilDrained: never, isStillDrained: never, drainMs: never },
      verifyChanged: never,
      isFenced: () => false,
    },
    ...{
      wayBack,
      lastRecord: never,
      flip: null,
      word: new Word(),
      reopenStream: never,
      seal: never,
      noteCommitted: never,
    },
  };
}

test('what comes before the fence has minutes, however short the limit of the write block', () => {
  const steps = switchSteps('forward', options());
  const limits = (phase: string) => steps.filter((step) => step.phase === phase).map(({ limitMs }) => limitMs);
  expect(limits('prepare').length).toBe(6);
  expect(Math.min(...limits('prepare'))).toBeGreaterThan(600_000);
  expect(Math.max(...limits('blocked'))).toBe(2_000);
});
