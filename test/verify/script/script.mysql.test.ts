import { scriptContract } from './script-contract.ts';

scriptContract('mysql');
