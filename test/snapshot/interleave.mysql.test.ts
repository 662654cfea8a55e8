import { interleaveContract } from './interleave-contract.ts';

interleaveContract('mysql');
