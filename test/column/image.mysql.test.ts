import { FEW, imageSuite, sliceOf } from './image-suite.ts';
import { MYSQL } from './mysql-sample.ts';
import { COMMON } from './sample.ts';

imageSuite('mysql', sliceOf([...COMMON, ...MYSQL], FEW));
