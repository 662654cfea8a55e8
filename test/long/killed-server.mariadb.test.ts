import { CRASHES, slice } from '../cutover/crash-point.ts';
import { type ServerCrash, testKilledServers } from '../cutover/kill-server.ts';

testKilledServers(
  'mariadb',
  'embedded',
  slice(
    CRASHES.flatMap((crash): ServerCrash[] => [
      { ...crash, victim: 'source' },
      { ...crash, victim: 'target' },
    ]),
  ),
);
testKilledServers(
  'mariadb',
  'kafka',
  slice(
    CRASHES.filter(({ direction }) => direction === 'forward').map(
      (crash): ServerCrash => ({ ...crash, victim: 'kafka' }),
    ),
  ),
);
