/** Drops or restores in a process of its own that kills itself with SIGKILL at its n-th step. */
import { dropForLoad } from '../../src/existing/drop.ts';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { LOADED } from './application-schema.ts';
import { restoreAll } from './restore-all.ts';

const [url = '', what = '', steps = '0'] = process.argv.slice(2);
let left = Number(steps);
const onStep = () => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
};
const session = await connectPostgres({ url, pipeline: 'shop' });
if (what === 'drop') await dropForLoad(session, { pipeline: 'shop', tables: LOADED, choice: 'all', onStep });
else await restoreAll(session, onStep);
await session.close();
