/** Exit codes are API (docs/operate/commands.md). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  differences: 4,
  notReached: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANING: Readonly<Record<ExitCode, string>> = {
  0: 'done, or true',
  1: 'failed',
  2: 'usage or configuration; nothing was touched',
  3: 'a gate refused',
  4: 'finished, and there are differences',
  5: 'not reached in time',
  6: 'cannot reach the pipeline or a server',
  130: 'interrupted',
};

/** Codes of errors that a verb ends with, by how they begin; the longest match counts. Unlisted: failed. */
const EXIT_OF: Readonly<Record<string, ExitCode>> = {
  USAGE_: EXIT.usage,
  CONFIG_: EXIT.usage,
  CONTROL_PATH_: EXIT.usage,
  QUARANTINE_NO_SUCH_CHANGE: EXIT.usage,
  CONTROL_HELD: EXIT.refused,
  VERIFY_: EXIT.refused,
  VERIFY_NOT_REACHED: EXIT.notReached,
  REPAIR_: EXIT.refused,
  CONTROL_UNREACHABLE: EXIT.unreachable,
  CONTROL_NOT_READY: EXIT.unreachable,
  PACE_SWITCHING: EXIT.refused,
  CONTROL_BROKEN_OFF: EXIT.unreachable,
  CHECK_REFUSED: EXIT.refused,
  SOURCE_NO_TABLES: EXIT.refused,
  TABLES_: EXIT.refused,
  RELOAD_: EXIT.refused,
  TARGET_SINK_RUNNING: EXIT.refused,
  CUTOVER_GATE_UNKNOWN: EXIT.usage,
  CUTOVER_GATES_RED: EXIT.refused,
  CUTOVER_OTHER_SIDE: EXIT.refused,
  CUTOVER_RUNNING: EXIT.refused,
  CUTOVER_ENDING: EXIT.refused,
  CUTOVER_NOT_RUNNING: EXIT.refused,
  ENDING_REFUSED: EXIT.refused,
  ENDING_OTHER_KIND: EXIT.refused,
  PIPELINE_ENDED: EXIT.refused,
  RULES_CHANGED: EXIT.refused,
  RULE_UNUSED: EXIT.refused,
  TARGET_SKEW: EXIT.refused,
  TARGET_EMPTY_REFUSED: EXIT.refused,
  LOG_LOCKED: EXIT.refused,
  CHECK_UNREACHABLE: EXIT.unreachable,
  INTERRUPTED: EXIT.interrupted,
  SOURCE_UNREACHABLE: EXIT.unreachable,
  SOURCE_CONNECTION_LOST: EXIT.unreachable,
  SOURCE_ACCESS_DENIED: EXIT.unreachable,
  SOURCE_TOO_MANY_CONNECTIONS: EXIT.unreachable,
  SOURCE_HOST_BLOCKED: EXIT.unreachable,
  SOURCE_LOGIN_UNSUPPORTED: EXIT.unreachable,
  SOURCE_DATABASE_UNKNOWN: EXIT.unreachable,
  SOURCE_TLS_: EXIT.unreachable,
  TARGET_UNREACHABLE: EXIT.unreachable,
  TARGET_RESTARTING: EXIT.unreachable,
  TARGET_LOGIN: EXIT.unreachable,
  TARGET_DATABASE_MISSING: EXIT.unreachable,
  TARGET_TLS: EXIT.unreachable,
  LOG_UNREACHABLE: EXIT.unreachable,
  LOG_TLS: EXIT.unreachable,
};

export function exitOf(code: string): ExitCode {
  const matches = Object.keys(EXIT_OF).filter((start) => code.startsWith(start));
  const longest = matches.sort((a, b) => b.length - a.length)[0];
  return (longest === undefined ? undefined : EXIT_OF[longest]) ?? EXIT.failed;
}
