import { verdictContract } from './verdict-contract.ts';

verdictContract('mariadb', 101_118);
