import { FEW, imageSuite, sliceOf } from './image-suite.ts';
import { mariadbSamples } from './mariadb-sample.ts';
import { COMMON } from './sample.ts';

imageSuite('mariadb', sliceOf([...COMMON, ...mariadbSamples('10.11')], FEW));
