import { programVerdictContract } from './verdict-contract.ts';

programVerdictContract('mysql', 90_704);
