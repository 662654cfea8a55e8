import { lawSuite } from './law-suite.ts';
import { MYSQL } from './mysql-sample.ts';
import { COMMON } from './sample.ts';

lawSuite('mysql', () => [...COMMON, ...MYSQL]);
