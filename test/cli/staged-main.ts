import { runProcess } from '../../src/cli/process-io.ts';
import { stagedPorts } from './staged-port.ts';

// The real command line as a process of its own; STAGE says how its pipeline behaves.
await runProcess(stagedPorts(process.env['STAGE'] ?? ''));
