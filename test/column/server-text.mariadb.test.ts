import { mariadbSamples } from './mariadb-sample.ts';
import { COMMON } from './sample.ts';
import { serverTextSuite } from './server-text-suite.ts';

serverTextSuite('mariadb', (version) => [...COMMON, ...mariadbSamples(version)]);
