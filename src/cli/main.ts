#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { runProcess } from './process-io.ts';

const self = [process.execPath, fileURLToPath(import.meta.url)];

// Loaded when called: `sluice lag` in a script must not wait for what only a run needs.
await runProcess({
  runPipeline: async (config, options) => (await import('../pipeline/run.ts')).runPipeline(config, options),
  openQuarantine: async (config) => (await import('../pipeline/quarantine.ts')).openQuarantine(config),
  reloadTables: async (config, tables) => (await import('../pipeline/ask-tables.ts')).askReload(config, tables),
  verify: async (config, request, options) =>
    (await import('../pipeline/ask-verify.ts')).askVerify(config, request, options),
  besideRows: {
    compare: async (config, options) => (await import('../pipeline/compare-also.ts')).compareAlso(config, options),
    scripts: async (config) => (await import('../pipeline/validation-script.ts')).makeValidationScripts(config),
  },
  schema: {
    plan: async (config, options) =>
      (await import('../pipeline/schema-actions.ts')).SCHEMA_ACTIONS.plan(config, options),
    apply: async (config, options) =>
      (await import('../pipeline/schema-actions.ts')).SCHEMA_ACTIONS.apply(config, options),
    diff: async (config, options) =>
      (await import('../pipeline/schema-actions.ts')).SCHEMA_ACTIONS.diff(config, options),
  },
  assess: async (config, options) => (await import('../pipeline/assess.ts')).assess(config, options),
  runDemo: async (options) => (await import('../demo/demo.ts')).runDemo({ ...options, self }),
});
