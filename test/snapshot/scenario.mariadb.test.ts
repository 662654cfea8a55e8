import { scenarioContract } from './scenario-contract.ts';

scenarioContract('mariadb');
