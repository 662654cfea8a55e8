import { expect, test } from 'vitest';
import { SluiceError } from '../../src/contract/error.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { StageLine } from '../../src/pipeline/stage-line.ts';
import { RunState } from '../../src/pipeline/status/run-state.ts';
import { runFacts, runIdentity } from './run-fact.ts';

const silent = () => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const AWAY = { code: 'SOURCE_UNREACHABLE', message: 'it is away', remedy: 'Wait.', disposition: 'retry' } as const;

test('a server that is lost and comes back is one reconnect, however often it was tried, and none before', async () => {
  const told: [number, string | null][] = [];
  const publish = ({ source, waitingFor }: PipelineStatus) => told.push([source.reconnects, waitingFor]);
  const state = new RunState(runIdentity(), runFacts(), publish);
  const line = new StageLine({ stage: 'capture', state, logger });
  const outcomes = ['works', 'fails', 'fails', 'works'];
  const start = async () => {
    const outcome = outcomes.shift();
    if (outcome === 'works') line.goesOn();
    if (outcomes.length > 0) throw new SluiceError(AWAY);
  };
  await line.run(start, new AbortController().signal);
  expect(told.map(([reconnects, text]) => [reconnects, text?.replace(/[\d.:]{3,}/, 'T') ?? null])).toEqual([
    [0, null],
    [0, 'waiting for the source: it is away; next try at T UTC'],
    [0, 'waiting for the source: it is away; trying since T UTC'],
    [0, 'waiting for the source: it is away; next try at T UTC'],
    [0, 'waiting for the source: it is away; trying since T UTC'],
    [0, 'waiting for the source: it is away; next try at T UTC'],
    [0, 'waiting for the source: it is away; trying since T UTC'],
    [1, null],
  ]);
  expect(state.status().counters).toMatchObject({ retries: 3, errors: [{ code: 'SOURCE_UNREACHABLE', count: 3 }] });
});
