import { reportContract } from './report-contract.ts';

reportContract('mysql');
