/** A pipeline in a process of its own that begins a switch and kills itself with SIGKILL at one point of one step. */
import { readFileSync } from 'node:fs';
import type { PipelineActions } from '../../src/contract/action.ts';
import type { Direction } from '../../src/contract/cutover.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { configOf } from '../e2e/line.ts';

const [file = '', direction = 'forward', point = '', step = ''] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
let actions: PipelineActions | undefined;
let isBegun = false;
let isVerifying = false;
let verifiedAtMs = 0;
const AGAIN_MS = 5_000;
/** As a person who asks for it. */
const EVERY = { tables: 'all', restart: true, repair: false, mode: 'stream', by: 'ada', timeoutMs: null } as const;
await runPipeline(configOf(file, readFileSync(file, 'utf8')), {
  mode: 'run',
  signal: new AbortController().signal,
  logger: silent,
  onActions: (next) => {
    actions = next;
  },
  onStatus: ({ state, cutover }) => {
    const gates = cutover?.gates ?? [];
    // Again where what changed since is not known: the end of a load voids a comparison that has begun beside it.
    const isUnproven = gates.some(({ name, state: judged }) => name === 'verified' && judged === 'red');
    const isIdle = !isVerifying && !isBegun && Date.now() - verifiedAtMs > AGAIN_MS;
    if (isUnproven && isIdle && state === 'streaming' && actions?.verify !== undefined) {
      isVerifying = true;
      const how = { onProgress: () => {}, signal: new AbortController().signal };
      void actions
        .verify(EVERY, how)
        .catch(() => {})
        .finally(() => {
          isVerifying = false;
          verifiedAtMs = Date.now();
        });
    }
    const isReady = state === (direction === 'forward' ? 'streaming' : 'cut-over');
    if (isBegun || !isReady || gates.length === 0 || gates.some((gate) => gate.state === 'red')) return;
    isBegun = true;
    const request = { direction: direction as Direction, by: 'ada', isRehearsal: false, fences: true, waivers: [] };
    // A gate may have turned red in between: then it is tried again.
    void actions?.cutover?.begin(request).catch(() => {
      isBegun = false;
    });
  },
  onPoint: (reached, at) => {
    if (reached === point && (at ?? '') === step) process.kill(process.pid, 'SIGKILL');
  },
});
