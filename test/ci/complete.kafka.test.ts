import { completeContract } from '../pipeline/complete-contract.ts';

completeContract('mariadb', 'kafka');
