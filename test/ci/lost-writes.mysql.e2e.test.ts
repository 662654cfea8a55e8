import { lostWrites } from '../cutover/lost-write.ts';

lostWrites('mysql');
