import { verdictContract } from './verdict-contract.ts';

verdictContract('mysql', 90_704);
