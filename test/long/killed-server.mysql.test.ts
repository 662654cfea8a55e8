import { CRASHES, slice } from '../cutover/crash-point.ts';
import { type ServerCrash, testKilledServers } from '../cutover/kill-server.ts';

testKilledServers(
  'mysql',
  'embedded',
  slice(
    CRASHES.flatMap((crash): ServerCrash[] => [
      { ...crash, victim: 'source' },
      { ...crash, victim: 'target' },
    ]),
  ),
);
testKilledServers(
  'mysql',
  'kafka',
  slice(
    CRASHES.filter(({ direction }) => direction === 'forward').map(
      (crash): ServerCrash => ({ ...crash, victim: 'kafka' }),
    ),
  ),
);
