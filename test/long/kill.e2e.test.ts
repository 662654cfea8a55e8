import { testKills } from '../e2e/kill-matrix.ts';

testKills({ kills: 50, scale: 4 });
