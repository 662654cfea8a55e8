import { teardownContract } from '../pipeline/teardown-contract.ts';

teardownContract({ source: 'mariadb', log: 'kafka', ddl: 'existing' });
