import { triggerContract } from './trigger-contract.ts';

triggerContract('mariadb');
