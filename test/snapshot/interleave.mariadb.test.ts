import { interleaveContract } from './interleave-contract.ts';

interleaveContract('mariadb');
