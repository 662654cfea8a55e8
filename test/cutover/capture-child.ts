/** The half that captures, in a process of its own. */
import { readFileSync } from 'node:fs';
import { runPipeline } from '../../src/pipeline/run.ts';
import { configOf } from '../e2e/line.ts';

const [file = ''] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
await runPipeline(configOf(file, readFileSync(file, 'utf8')), {
  mode: 'capture',
  signal: new AbortController().signal,
  logger: silent,
  onStatus: () => {},
});
