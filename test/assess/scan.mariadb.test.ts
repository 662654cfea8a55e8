import { scanContract } from './scan-contract.ts';

scanContract('mariadb');
