import { BOUNDARY } from '../column/boundary-sample.ts';
import { serverTextSuite } from '../column/server-text-suite.ts';

serverTextSuite('mysql', () => BOUNDARY);
