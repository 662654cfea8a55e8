import { readContract } from './read-contract.ts';

readContract('mariadb');
