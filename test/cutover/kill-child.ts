/** A pipeline in a process of its own that begins a switch and kills itself with SIGKILL at one point of one step. */
import { readFileSync } from 'node:fs';
import type { PipelineActions } from '../../src/contract/action.ts';
import type { Direction } from '../../src/contract/cutover.ts';
import type { PipelineMode } from '../../src/contract/status.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { configOf } from '../e2e/line.ts';
import { asksAbort, type Crash, isAt } from './crash-point.ts';
import { forgetfulFence } from './fault.ts';

const [file = '', direction = 'forward', point = '', step = '', mode = 'run', fault = ''] = process.argv.slice(2);
const crash = { direction, point, step } as Crash;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
let actions: PipelineActions | undefined;
let isBegun = false;
let isVerified = direction === 'back';
let begun: string | null = null;
/** As a person who asks for it. */
const EVERY = { tables: 'all', restart: true, repair: false, mode: 'stream', by: 'ada', timeoutMs: null } as const;
await runPipeline(configOf(file, readFileSync(file, 'utf8')), {
  mode: mode as PipelineMode,
  signal: new AbortController().signal,
  logger: silent,
  onActions: (next) => {
    actions = next;
  },
  onStatus: ({ state, cutover }) => {
    const gates = cutover?.gates ?? [];
    // Once: what the end of a load voids is compared again by itself.
    if (!isVerified && state === 'streaming') {
      isVerified = true;
      const how = { onProgress: () => {}, signal: new AbortController().signal };
      void actions?.verify?.(EVERY, how).catch(() => {
        isVerified = false;
      });
    }
    // Put back before it got there, as by a comparison that was voided in between: then again.
    if (begun !== null && cutover?.attempt?.id === begun && cutover.attempt.isOver) {
      begun = null;
      isBegun = false;
    }
    const isReady = state === (direction === 'forward' ? 'streaming' : 'cut-over');
    if (isBegun || !isReady || gates.length === 0 || gates.some((gate) => gate.state === 'red')) return;
    isBegun = true;
    const request = { direction: direction as Direction, by: 'ada', isRehearsal: false, fences: true, waivers: [] };
    // A gate may have turned red in between: then it is tried again.
    void actions?.cutover
      ?.begin(request)
      .then(({ id }) => {
        begun = id;
      })
      .catch(() => {
        isBegun = false;
      });
  },
  withParts: fault === 'forgetfulFence' ? forgetfulFence : undefined,
  onPoint: (reached, at) => {
    // Not awaited: it answers when everything is put back.
    if (asksAbort(crash, reached, at)) void actions?.cutover?.abort('ada');
    if (isAt(crash, reached, at)) process.kill(process.pid, 'SIGKILL');
  },
});
