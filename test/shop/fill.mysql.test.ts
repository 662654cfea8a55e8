import { fillContract } from './fill-contract.ts';

fillContract('mysql');
