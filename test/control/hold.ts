import { ControlServer } from '../../src/control/server.ts';
import { statusSample } from './status-sample.ts';

// A process of its own that holds a pipeline's socket: `node hold.ts SOCKET MODE`; prints `held` or the error's code.
const [socket = '', mode = 'run'] = process.argv.slice(2);
try {
  const server = await ControlServer.open({
    pipeline: 'shop',
    mode: mode === 'capture' || mode === 'apply' ? mode : 'run',
    socket,
    pid: process.pid,
  });
  server.publish(statusSample({ pid: process.pid }));
  console.log('held');
  process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? error.code : error);
}
