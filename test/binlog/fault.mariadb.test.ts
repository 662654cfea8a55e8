import { faultContract } from './fault-contract.ts';

faultContract('mariadb');
