import { CRASHES } from '../cutover/crash-point.ts';
import { testKilledServers } from '../cutover/kill-server.ts';

testKilledServers(
  'mysql',
  'embedded',
  CRASHES.flatMap((crash) => [
    { ...crash, victim: 'source' },
    { ...crash, victim: 'target' },
  ]),
);
testKilledServers(
  'mysql',
  'kafka',
  CRASHES.filter(({ direction }) => direction === 'forward').map((crash) => ({ ...crash, victim: 'kafka' })),
);
