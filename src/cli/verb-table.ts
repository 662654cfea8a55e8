import type { Verb } from './verb.ts';
import { ASSESS_VERB } from './verb-assess.ts';
import { BACKUP_VERB } from './verb-backup.ts';
import { CHECK_VERB } from './verb-check.ts';
import { completionVerb } from './verb-completion.ts';
import { CONFIG_VERBS } from './verb-config.ts';
import { CUTOVER_VERBS } from './verb-cutover.ts';
import { DEMO_VERB } from './verb-demo.ts';
import { ENDING_VERBS } from './verb-ending.ts';
import { INIT_VERB } from './verb-init.ts';
import { LAG_VERB } from './verb-lag.ts';
import { LOGIC_VERBS } from './verb-logic.ts';
import { PACE_VERBS } from './verb-pace.ts';
import { QUARANTINE_VERBS } from './verb-quarantine.ts';
import { REPORT_VERB } from './verb-report.ts';
import { RUN_VERBS } from './verb-run.ts';
import { SCHEMA_VERBS } from './verb-schema.ts';
import { STATUS_VERB } from './verb-status.ts';
import { TABLES_VERBS } from './verb-tables.ts';
import { TABLES_CHANGE_VERBS } from './verb-tables-change.ts';
import { VERIFY_VERB } from './verb-verify.ts';

/** Every verb there is, in the order of help. */
export const VERBS: readonly Verb[] = [
  INIT_VERB,
  ...CONFIG_VERBS,
  CHECK_VERB,
  ASSESS_VERB,
  ...SCHEMA_VERBS,
  ...RUN_VERBS,
  STATUS_VERB,
  LAG_VERB,
  ...PACE_VERBS,
  ...TABLES_VERBS,
  ...TABLES_CHANGE_VERBS,
  VERIFY_VERB,
  ...QUARANTINE_VERBS,
  ...CUTOVER_VERBS,
  ...ENDING_VERBS,
  BACKUP_VERB,
  REPORT_VERB,
  ...LOGIC_VERBS,
  DEMO_VERB,
  completionVerb(() => VERBS),
];
