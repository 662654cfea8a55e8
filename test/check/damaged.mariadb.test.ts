import { damagedContract } from './damaged-contract.ts';

damagedContract('mariadb');
