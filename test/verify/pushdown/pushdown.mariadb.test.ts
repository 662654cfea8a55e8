import { pushdownContract } from './pushdown-contract.ts';

pushdownContract('mariadb');
