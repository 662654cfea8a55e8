import { CRASHES } from '../cutover/crash-point.ts';
import { testKilledServers } from '../cutover/kill-server.ts';

testKilledServers(
  'mariadb',
  'embedded',
  CRASHES.flatMap((crash) => [
    { ...crash, victim: 'source' },
    { ...crash, victim: 'target' },
  ]),
);
testKilledServers(
  'mariadb',
  'kafka',
  CRASHES.filter(({ direction }) => direction === 'forward').map((crash) => ({ ...crash, victim: 'kafka' })),
);
