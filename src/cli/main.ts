#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { runProcess } from './process-io.ts';

const self = [process.execPath, fileURLToPath(import.meta.url)];

// Loaded when called: `sluice lag` in a script must not wait for what only a run needs.
await runProcess({
  runPipeline: async (config, options) => (await import('../pipeline/run.ts')).runPipeline(config, options),
  openQuarantine: async (config, asked) => (await import('../pipeline/quarantine.ts')).openQuarantine(config, asked),
  wayBackShapes: {
    accept: async (config, tables, by) =>
      (await import('../pipeline/reverse/way-back-shape.ts')).WAY_BACK_SHAPES.accept(config, tables, by),
  },
  changeTables: async (config, change, by) => (await import('../pipeline/ask-tables.ts')).askChange(config, change, by),
  reloadTables: async (config, tables, by) => (await import('../pipeline/ask-tables.ts')).askReload(config, tables, by),
  askPace: async (config, call) => (await import('../pipeline/ask-pace.ts')).askPace(config, call),
  verify: async (config, request, options) =>
    (await import('../pipeline/verify/ask-verify.ts')).askVerify(config, request, options),
  besideRows: {
    compare: async (config, options) =>
      (await import('../pipeline/verify/compare-also.ts')).compareAlso(config, options),
    scripts: async (config) => (await import('../pipeline/verify/validation-script.ts')).makeValidationScripts(config),
  },
  schema: {
    plan: async (config, options) =>
      (await import('../pipeline/schema/actions.ts')).SCHEMA_ACTIONS.plan(config, options),
    apply: async (config, options) =>
      (await import('../pipeline/schema/actions.ts')).SCHEMA_ACTIONS.apply(config, options),
    diff: async (config, options) =>
      (await import('../pipeline/schema/actions.ts')).SCHEMA_ACTIONS.diff(config, options),
  },
  cutover: {
    look: async (config) => (await import('../pipeline/cutover/beside.ts')).CUTOVER_BESIDE.look(config),
    open: async (config, by, logger) =>
      (await import('../pipeline/cutover/beside.ts')).CUTOVER_BESIDE.open(config, by, logger),
  },
  assess: async (config, options) => (await import('../pipeline/schema/assess.ts')).assess(config, options),
  report: {
    collect: async (config, options) =>
      (await import('../pipeline/evidence/collect.ts')).collectEvidence(config, options),
    note: async (config, { by, root, atMs }) =>
      (await import('../pipeline/evidence/record-once.ts')).recordOnce(config, {
        ...{ kind: 'report', atMs, who: by },
        what: { root },
      }),
  },
  record: async (config, event) => (await import('../pipeline/evidence/record-once.ts')).recordOnce(config, event),
  ending: {
    plan: async (config, request) =>
      (await import('../pipeline/cutover/ending.ts')).ENDING_ACTIONS.plan(config, request),
    run: async (config, request, options) =>
      (await import('../pipeline/cutover/ending.ts')).ENDING_ACTIONS.run(config, request, options),
  },
  runDemo: async (options) => (await import('../demo/demo.ts')).runDemo({ ...options, self }),
});
