import { testRowTap } from './row-tap-contract.ts';

testRowTap('mysql');
