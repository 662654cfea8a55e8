import { homewardSuite } from './homeward-suite.ts';
import { MYSQL } from './mysql-sample.ts';
import { COMMON } from './sample.ts';

homewardSuite('mysql', () => [...COMMON, ...MYSQL]);
