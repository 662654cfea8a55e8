import { KEY_CASES, keyOrderContract } from './key-order-contract.ts';

keyOrderContract('mysql', KEY_CASES);
