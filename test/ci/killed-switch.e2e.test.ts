import { CRASHES } from '../cutover/crash-point.ts';
import { testKilledSwitches } from '../cutover/kill-switch.ts';

// A slice of test/long: the instants at which most is at stake.
const SLICE = CRASHES.filter(
  ({ direction, point, step }) =>
    direction === 'forward' &&
    (point === 'committed' || point === 'commit-sent' || (point === 'step-ran' && step === 'fence')),
);

testKilledSwitches('mysql', SLICE);
