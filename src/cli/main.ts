#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { runDemo } from '../demo/demo.ts';
import { openQuarantine } from '../pipeline/quarantine.ts';
import { runPipeline } from '../pipeline/run.ts';
import { runProcess } from './process-io.ts';

const self = [process.execPath, fileURLToPath(import.meta.url)];

await runProcess({ runPipeline, openQuarantine, runDemo: (options) => runDemo({ ...options, self }) });
