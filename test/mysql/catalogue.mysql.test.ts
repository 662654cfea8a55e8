import { catalogueContract } from './catalogue-contract.ts';

catalogueContract('mysql');
