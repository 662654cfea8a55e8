import { programVerdictContract } from './verdict-contract.ts';

programVerdictContract('mariadb', 101_118);
