import { mutationContract } from './mutation-contract.ts';

mutationContract('mariadb');
