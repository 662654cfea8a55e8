/** Sets or lifts a fence in a process of its own that kills itself with SIGKILL before the n-th statement that changes something. */
import { MysqlFence } from '../../src/cutover/fence/mysql-fence.ts';
import { MysqlConnection } from '../../src/mysql/connection.ts';

const [act, settings = '', record = '', before = ''] = process.argv.slice(2);
let left = Number(before);

const { run } = MysqlConnection.prototype;
MysqlConnection.prototype.run = function (...given) {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
  return run.apply(this, given);
};

const fence = new MysqlFence(JSON.parse(settings));
if (act === 'set') await fence.set(JSON.parse(record));
else await fence.lift(JSON.parse(record));
