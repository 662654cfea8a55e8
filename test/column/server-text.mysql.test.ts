import { MYSQL } from './mysql-sample.ts';
import { COMMON } from './sample.ts';
import { serverTextSuite } from './server-text-suite.ts';

serverTextSuite('mysql', () => [...COMMON, ...MYSQL]);
