import { ruleContract } from './rule-contract.ts';

ruleContract('mysql');
