import { pushdownContract } from './pushdown-contract.ts';

pushdownContract('mysql');
