import { copyContract } from './copy-contract.ts';

copyContract('mariadb');
