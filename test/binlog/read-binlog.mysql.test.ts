import { readContract } from './read-contract.ts';

readContract('mysql');
