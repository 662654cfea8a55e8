import { MILLION_WAYS, testMillion } from '../e2e/million.ts';

testMillion(MILLION_WAYS.slice(0, 2));
