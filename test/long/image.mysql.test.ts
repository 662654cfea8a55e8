import { imageSuite } from '../column/image-suite.ts';
import { MYSQL } from '../column/mysql-sample.ts';
import { COMMON } from '../column/sample.ts';

imageSuite('mysql', [...COMMON, ...MYSQL]);
