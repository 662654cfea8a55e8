import { CRASHES, testKilledSwitches } from '../cutover/kill-switch.ts';

testKilledSwitches('mariadb', CRASHES);
