import { BOUNDARY } from '../column/boundary-sample.ts';
import { lawSuite } from '../column/law-suite.ts';

lawSuite('mysql', () => BOUNDARY);
