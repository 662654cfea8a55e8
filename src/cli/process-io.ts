import type { Io, TextSink } from './io.ts';
import { runCli } from './run-cli.ts';
import type { Ports } from './verb.ts';

/** As `engines` in package.json says. */
const OLDEST_NODE = [22, 12] as const;

/** Runs one command as this process; the only file that touches `process`. */
export async function runProcess(ports: Ports): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    process.stderr.write(`sluice needs Node.js ${OLDEST_NODE.join('.')} or later, this is ${process.versions.node}\n`);
    process.exit(2);
  }
  muteKnownWarnings();
  process.exitCode = await runCli(processIo(), ports);
  // Everything is closed by now; a handle that a library forgot must not keep the process.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}

/** kafkajs 2.2.4 sets a timer in the past with every request; Node 24 warns of it on stderr. */
function muteKnownWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'TimeoutNegativeWarning') process.stderr.write(`${name}: ${message}\n`);
  });
}

function processIo(): Io {
  return {
    argv: process.argv.slice(2),
    environment: process.env,
    folder: process.cwd(),
    pid: process.pid,
    stdin: { stream: process.stdin, isTerminal: process.stdin.isTTY === true },
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    onSignal: (listener) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => listener(name));
    },
    exit: (code) => process.exit(code),
  };
}

function sink(stream: NodeJS.WriteStream): TextSink {
  // A reader that closes its end (`sluice status | head -1`) is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? process.exitCode : 1));
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
  };
}
