/** The command line in a process that kills itself with SIGKILL in the midst of the n-th thing that it says it removes. */
let left = Number(process.env['KILLED_AT']);

const { stderr } = process;
const write: (text: string) => boolean = stderr.write.bind(stderr);
stderr.write = (text: string | Uint8Array) => {
  left -= String(text).split('removes ').length - 1;
  // What is to go has been asked for by then, and not yet answered.
  if (left <= 0) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
  return write(String(text));
};
await import('../../src/cli/main.ts');
