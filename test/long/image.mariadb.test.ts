import { imageSuite } from '../column/image-suite.ts';
import { mariadbSamples } from '../column/mariadb-sample.ts';
import { COMMON } from '../column/sample.ts';

imageSuite('mariadb', [...COMMON, ...mariadbSamples('10.11')]);
