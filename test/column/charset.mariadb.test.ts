import { charsetSuite } from './charset-suite.ts';

charsetSuite('mariadb');
