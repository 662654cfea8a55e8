import { testUnderTraffic } from '../verify/under-traffic.ts';

/** An hour on each server; VERIFY_MINUTES: as many minutes. */
const lengthMs = 60_000 * Number(process.env['VERIFY_MINUTES'] ?? 60);

for (const source of ['mysql', 'mariadb'] as const)
  testUnderTraffic({ source, lengthMs, scale: 10, changesPerSecond: 2_000 });
