import type { ServerKind } from '../contract/position.ts';

/** Which server the source is, and what it does its own way: facts with reasons, asked by no version elsewhere. */
export interface Server extends ServerFacts {
  readonly kind: Extract<ServerKind, 'mysql' | 'mariadb'>;
  /** As the server prints it: `9.7.4-2`, `10.11.19-MariaDB-...`. */
  readonly versionText: string;
  readonly version: Version;
  /** Identity for binlog coordinates: server_uuid on MySQL, server_id on MariaDB, which has no uuid. */
  readonly id: string;
  /** 0: names are compared byte by byte; 1, 2: stored or compared in lower case. */
  readonly lowerCaseTableNames: number;
}

export type Version = readonly [major: number, minor: number, patch: number];

interface ServerFacts {
  /** One row: File, Position (and Executed_Gtid_Set on MySQL). */
  readonly binlogStatusStatement: string;
  readonly replicasStatement: string;
  /** Foreign key actions appear in the binlog as rows of the child. */
  readonly isCascadeLogged: boolean;
  /** Images of UPDATE and DELETE hold generated columns when binlog_row_image is FULL. */
  readonly isGeneratedLogged: boolean;
  /** WAIT_FOR_EXECUTED_GTID_SET and GTID sets; else binlog_snapshot_file/position and domain-server-sequence. */
  readonly hasGtidSets: boolean;
  /** JSON is a type of its own; else it is longtext with a json_valid check. */
  readonly hasJsonType: boolean;
  /** Expressions that every session of ours sets, beside those that both servers need. */
  readonly session: readonly string[];
}

interface Fact {
  readonly kind: Server['kind'];
  /** First version it holds for. */
  readonly since: Version;
  readonly facts: Partial<ServerFacts>;
  readonly reason: string;
}

/** Later rows override earlier ones. */
const FACTS: readonly Fact[] = [
  {
    kind: 'mysql',
    since: [8, 0, 0],
    facts: {
      binlogStatusStatement: 'SHOW MASTER STATUS',
      replicasStatement: 'SHOW SLAVE HOSTS',
      isCascadeLogged: false,
      isGeneratedLogged: true,
      hasGtidSets: true,
      hasJsonType: true,
      session: ['information_schema_stats_expiry = 0', 'max_execution_time = 0'],
    },
    reason:
      'statistics are cached for a day by default, AUTO_INCREMENT among them; a default time limit cuts long reads',
  },
  {
    kind: 'mysql',
    since: [8, 0, 22],
    facts: { replicasStatement: 'SHOW REPLICAS' },
    reason: 'SHOW SLAVE HOSTS was deprecated here and is gone in 8.4',
  },
  {
    kind: 'mysql',
    since: [8, 0, 30],
    facts: {
      session: [
        'information_schema_stats_expiry = 0',
        'max_execution_time = 0',
        'show_gipk_in_create_table_and_information_schema = ON',
      ],
    },
    reason: 'a generated invisible primary key stands in the binlog, so the catalogue must show it as well',
  },
  {
    kind: 'mysql',
    since: [8, 2, 0],
    facts: { binlogStatusStatement: 'SHOW BINARY LOG STATUS' },
    reason: 'new name here; SHOW MASTER STATUS is gone in 8.4',
  },
  {
    kind: 'mysql',
    since: [9, 6, 0],
    facts: { isCascadeLogged: true },
    reason: 'foreign keys are run by the SQL layer, which logs the rows of the child',
  },
  {
    kind: 'mariadb',
    since: [10, 6, 0],
    facts: {
      binlogStatusStatement: 'SHOW BINLOG STATUS',
      replicasStatement: 'SHOW REPLICA HOSTS',
      isCascadeLogged: false,
      isGeneratedLogged: true,
      hasGtidSets: false,
      hasJsonType: false,
      session: ['max_statement_time = 0'],
    },
    reason: 'names since 10.5; a default time limit cuts long reads',
  },
  {
    kind: 'mariadb',
    since: [11, 8, 0],
    facts: { isGeneratedLogged: false },
    reason: 'seen with 11.8.9: stored and virtual columns are in the images of INSERT alone',
  },
];

/** One row for each variable that the server has; gtid_domain_id is MariaDB's alone, whatever its version text says. */
export const SERVER_QUERY = `SHOW GLOBAL VARIABLES WHERE Variable_name IN
  ('version', 'gtid_domain_id', 'server_uuid', 'server_id', 'lower_case_table_names')`;

/** The server that these variables describe (rows of SERVER_QUERY). */
export function serverOf(variables: ReadonlyMap<string, string>): Server {
  const kind = variables.has('gtid_domain_id') ? 'mariadb' : 'mysql';
  const versionText = variables.get('version') ?? '';
  const version = parseVersion(versionText);
  const id = (kind === 'mysql' ? variables.get('server_uuid') : variables.get('server_id')) ?? '';
  const lowerCaseTableNames = Number(variables.get('lower_case_table_names') ?? 0);
  return { kind, versionText, version, id, lowerCaseTableNames, ...factsOf(kind, version) };
}

export function isAtLeast(version: Version, least: Version): boolean {
  for (const i of [0, 1, 2] as const) if (version[i] !== least[i]) return version[i] > least[i];
  return true;
}

function parseVersion(text: string): Version {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.?(\d*)/.exec(text) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch || 0)];
}

/** An older server than the table knows gets the oldest facts: `check` refuses it, and needs a connection to say so. */
function factsOf(kind: Server['kind'], version: Version): ServerFacts {
  const [oldest, ...newer] = FACTS.filter((fact) => fact.kind === kind);
  const known = newer.filter((fact) => isAtLeast(version, fact.since));
  return Object.assign({}, oldest?.facts, ...known.map((fact) => fact.facts)) as ServerFacts;
}
