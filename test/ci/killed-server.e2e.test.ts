import { type ServerCrash, testKilledServers } from '../cutover/kill-server.ts';

// A slice of test/long: the instants at which most is at stake.
const SLICE: readonly ServerCrash[] = [
  { victim: 'source', direction: 'forward', point: 'step-ran', step: 'fence' },
  { victim: 'kafka', direction: 'forward', point: 'step-noted', step: 'drain' },
  { victim: 'target', direction: 'forward', point: 'commit-sent', step: '' },
];

testKilledServers('mysql', 'kafka', SLICE);
