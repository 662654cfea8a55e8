import { alsoContract } from './also-contract.ts';

alsoContract('mariadb');
