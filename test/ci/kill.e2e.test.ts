import { testKills } from '../e2e/kill-matrix.ts';

testKills({ kills: 8, scale: 1 });
