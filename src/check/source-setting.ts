import { type Finding, finding, type Severity } from '../contract/finding.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { isAtLeast, type Server, type Version } from '../mysql/server.ts';

type Variables = ReadonlyMap<string, string>;

/** A variable of the source, what it must be, and why: facts of both servers in one table. */
interface Setting {
  readonly code: string;
  readonly kind?: Server['kind'];
  readonly variable: string;
  readonly isGood: (value: string) => boolean;
  readonly severity: Severity;
  readonly why: string;
  readonly cure: (value: string, kind: Server['kind']) => readonly string[];
}

const is = (wanted: string) => (value: string) => value.toUpperCase() === wanted;
const option = (line: string): string => `-- in the server's option file, then restart it: ${line}`;

/** SET PERSIST survives a restart; MariaDB has none, so the option file needs the line as well. */
const set =
  (variable: string, wanted: string) =>
  (_: string, kind: Server['kind']): readonly string[] =>
    kind === 'mysql'
      ? [`SET PERSIST ${variable} = '${wanted}'`]
      : [`SET GLOBAL ${variable} = '${wanted}'`, `-- and in the server's option file: ${variable} = ${wanted}`];

const GTID_STEPS = ['OFF', 'OFF_PERMISSIVE', 'ON_PERMISSIVE', 'ON'];

const SETTINGS: readonly Setting[] = [
  {
    code: 'SOURCE_BINLOG_OFF',
    variable: 'log_bin',
    isGood: is('ON'),
    severity: 'blocker',
    why: 'the server writes no binlog, so changes cannot be read',
    cure: () => [option('log_bin = binlog')],
  },
  {
    code: 'SOURCE_BINLOG_FORMAT',
    variable: 'binlog_format',
    isGood: is('ROW'),
    severity: 'blocker',
    why: 'the binlog holds statements, not rows; sessions that are open keep the old format until they reconnect',
    cure: set('binlog_format', 'ROW'),
  },
  {
    code: 'SOURCE_ROW_IMAGE',
    variable: 'binlog_row_image',
    isGood: is('FULL'),
    severity: 'blocker',
    why: 'changes come without all of their columns; sessions that are open keep it until they reconnect',
    cure: set('binlog_row_image', 'FULL'),
  },
  {
    code: 'SOURCE_ROW_METADATA',
    variable: 'binlog_row_metadata',
    isGood: is('FULL'),
    severity: 'blocker',
    why: 'changes come without names, signs and character sets of their columns',
    cure: set('binlog_row_metadata', 'FULL'),
  },
  {
    code: 'SOURCE_PARTIAL_JSON',
    kind: 'mysql',
    variable: 'binlog_row_value_options',
    isGood: (value) => value === '',
    severity: 'blocker',
    why: 'JSON changes come as differences; sessions that are open keep it until they reconnect',
    cure: set('binlog_row_value_options', ''),
  },
  {
    code: 'SOURCE_GTID_CONSISTENCY',
    kind: 'mysql',
    variable: 'enforce_gtid_consistency',
    isGood: is('ON'),
    severity: 'blocker',
    why: 'statements that GTIDs cannot name are allowed',
    cure: () => [
      "SET PERSIST enforce_gtid_consistency = 'WARN' -- and watch the error log for a while",
      "SET PERSIST enforce_gtid_consistency = 'ON'",
    ],
  },
  {
    code: 'SOURCE_GTID_OFF',
    kind: 'mysql',
    variable: 'gtid_mode',
    isGood: is('ON'),
    severity: 'blocker',
    why: 'transactions have no GTID, so a position is lost with the server',
    cure: (value) =>
      GTID_STEPS.slice(GTID_STEPS.indexOf(value.toUpperCase()) + 1).map((step) => `SET PERSIST gtid_mode = '${step}'`),
  },
  {
    code: 'SOURCE_GTID_STRICT',
    kind: 'mariadb',
    variable: 'gtid_strict_mode',
    isGood: is('ON'),
    severity: 'warning',
    why: 'GTIDs of one domain may come out of order, for instance after a write on a replica',
    cure: set('gtid_strict_mode', 'ON'),
  },
];

const OLDEST: Readonly<Record<Server['kind'], Version>> = { mysql: [8, 0, 1], mariadb: [10, 6, 0] };

/** Version and variables of the source; all of them are readable by any account. */
export async function checkSettings(connection: MysqlConnection): Promise<readonly Finding[]> {
  const { server } = connection;
  const variables = await readVariables(connection);
  return [...checkVersion(server), ...SETTINGS.flatMap((setting) => checkSetting(setting, server, variables))];
}

async function readVariables(connection: MysqlConnection): Promise<Variables> {
  const rows = await connection.rows('SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)', [
    SETTINGS.map(({ variable }) => variable),
  ]);
  return new Map(rows.map((row) => [row['Variable_name'] ?? '', row['Value'] ?? '']));
}

function checkVersion({ kind, version, versionText }: Server): readonly Finding[] {
  if (isAtLeast(version, OLDEST[kind])) return [];
  const message = `${kind} ${versionText} is too old: ${OLDEST[kind].join('.')} or later is needed`;
  return [
    finding(
      'blocker',
      'SOURCE_VERSION',
      'source',
      message,
      '-- upgrade the server, or read from a newer replica of it',
    ),
  ];
}

/** With the binlog off the rest says nothing; a variable that the server does not have is no problem of its own. */
function checkSetting(setting: Setting, { kind }: Server, variables: Variables): readonly Finding[] {
  const { code, variable, severity, why, cure } = setting;
  const value = variables.get(variable);
  if (value === undefined || (setting.kind ?? kind) !== kind || setting.isGood(value)) return [];
  if (variables.get('log_bin') !== 'ON' && variable !== 'log_bin') return [];
  return [
    finding(severity, code, 'source', `${variable} is ${value === '' ? 'empty' : value}: ${why}`, ...cure(value, kind)),
  ];
}
