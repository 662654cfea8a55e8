import { testUnderTraffic } from '../verify/under-traffic.ts';

for (const source of ['mysql', 'mariadb'] as const)
  testUnderTraffic({ source, lengthMs: 60_000, scale: 2, changesPerSecond: 2_000 });
