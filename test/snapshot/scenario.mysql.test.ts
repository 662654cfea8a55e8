import { scenarioContract } from './scenario-contract.ts';

scenarioContract('mysql');
