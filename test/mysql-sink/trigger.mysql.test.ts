import { triggerContract } from './trigger-contract.ts';

triggerContract('mysql');
