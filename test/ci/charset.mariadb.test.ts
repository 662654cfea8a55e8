import { charsetSuite } from '../column/charset-suite.ts';

charsetSuite('mariadb');
