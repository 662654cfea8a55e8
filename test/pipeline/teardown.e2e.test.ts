import { teardownContract } from './teardown-contract.ts';

teardownContract({ source: 'mysql', log: 'embedded', ddl: 'convert' });
