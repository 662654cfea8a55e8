import { remainsSourceContract } from './remains-source-contract.ts';

remainsSourceContract('mariadb');
