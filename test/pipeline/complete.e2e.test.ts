import { completeContract } from './complete-contract.ts';

completeContract('mysql', 'embedded');
