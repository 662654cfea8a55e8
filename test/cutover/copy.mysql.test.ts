import { copyContract } from './copy-contract.ts';

copyContract('mysql');
