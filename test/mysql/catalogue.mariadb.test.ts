import { catalogueContract } from './catalogue-contract.ts';

catalogueContract('mariadb');
