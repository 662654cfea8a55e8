#!/usr/bin/env node
import { runProcess } from './process-io.ts';

await runProcess({});
