import { CRASHES, slice } from '../cutover/crash-point.ts';
import { testKilledSwitches } from '../cutover/kill-switch.ts';

testKilledSwitches('mysql', slice(CRASHES));
