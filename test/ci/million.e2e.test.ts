import { MILLION_WAYS, testMillion } from '../e2e/million.ts';

testMillion(MILLION_WAYS.slice(0, 1));
testMillion(MILLION_WAYS.slice(1, 2), 0.2);
