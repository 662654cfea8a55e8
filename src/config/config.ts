import type { ThrottleLimits } from '../mysql/throttle.ts';
import type { CaseRule } from '../rule/case-rule.ts';
import type { Mask } from '../rule/mask.ts';
import type { DatabaseUrl } from './database-url.ts';
import type { FlipConfig, ProbeConfig } from './flip.ts';
import type { Secret } from './secret.ts';

/** Our own small database on the source; it holds the heartbeat row alone and is never moved. */
export const HEARTBEAT_DATABASE = 'sluice';

/** The checked configuration: every option, with its unit in the name. Secrets print as `***`. */
export interface Config {
  readonly pipeline: string;
  /** Folder of the configuration file: relative paths in it count from here. */
  readonly folder: string;
  readonly source: SourceConfig;
  readonly target: TargetConfig;
  readonly log: EmbeddedLogConfig | KafkaLogConfig;
  readonly tables: TablesConfig;
  readonly snapshot: { readonly parallel: number; readonly chunkTargetMs: number; readonly chunkMaxRows: number };
  readonly apply: { readonly parallel: number; readonly maxTransactionBytes: number };
  readonly control: { readonly socket: string };
  readonly verify: VerifyConfig;
  readonly cutover: CutoverConfig;
  readonly backup: BackupConfig;
  readonly http: HttpConfig;
}

export interface BackupConfig {
  readonly directory: string;
  /** null: the cutover asks for no backup. */
  readonly maxAgeMs: number | null;
  /** Commands of the operator's. */
  readonly physical: { readonly source: Secret | null; readonly target: Secret | null };
}

export interface HttpConfig {
  /** HOST:PORT; null: neither page nor API. */
  readonly listen: string | null;
  readonly tokenFile: string;
  readonly hosts: readonly string[];
}

export interface TlsConfig {
  readonly mode: 'off' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

export interface SourceConfig {
  readonly url: DatabaseUrl;
  readonly tls: TlsConfig;
  readonly databases: readonly string[];
  readonly adminUrl: DatabaseUrl | null;
  readonly serverId: number;
  readonly heartbeatMs: number;
  /** IANA name: zone of date and datetime values where the target's column has one; null: not named, then UTC. */
  readonly datetimeZone: string | null;
}

export interface TargetConfig {
  readonly url: DatabaseUrl;
  readonly tls: TlsConfig;
  /** Schema that takes the single source database; null: each database goes to the schema of its own name. */
  readonly schema: string | null;
  /** By database, where it is not the database's own name; several databases only. */
  readonly schemas: ReadonlyMap<string, string>;
  readonly ddl: 'convert' | 'existing';
  /** False: tables with partitions become one table each. */
  readonly keepsPartitions: boolean;
  /** Globs over TABLE or TABLE.COLUMN of the target: what it may have beyond the source; only with `existing`. */
  readonly extra: readonly string[];
  /** Globs over TABLE of the target: their rows are deleted before the first load; only with `existing`. */
  readonly emptyFirst: readonly string[];
  /** What is dropped for the load and restored after it; only with `existing`. */
  readonly dropForLoad: 'nothing' | 'indexes' | 'all';
}

export interface EmbeddedLogConfig {
  readonly kind: 'embedded';
  readonly directory: string;
  /** Bytes of applied epochs that stay. */
  readonly keepBytes: number;
  readonly topicPrefix: string;
}

export interface KafkaLogConfig {
  readonly kind: 'kafka';
  readonly client: 'kafkajs' | 'platformatic';
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly ssl: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null } | null;
  readonly sasl: SaslConfig | null;
  readonly registry: DatabaseUrl | null;
}

export interface SaslConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: Secret;
}

export interface TablesConfig {
  /** Globs over TABLE or DATABASE.TABLE: see `table-filter.ts`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly priority: {
    readonly high: readonly string[];
    readonly medium: readonly string[];
    readonly low: readonly string[];
  };
  /** Of `mask: hash`; null: no column has it. */
  readonly maskSalt: Secret | null;
  /** By TABLE or DATABASE.TABLE, exactly as the source spells it. */
  readonly rules: ReadonlyMap<string, TableRule>;
}

/** Maps are by column name, exactly as the source spells it. */
export interface TableRule {
  readonly rename: string | null;
  /** New names of columns on the target. */
  readonly columns: ReadonlyMap<string, string>;
  readonly exclude: readonly string[];
  readonly mask: ReadonlyMap<string, Mask>;
  /** To a type as `format_type` prints it. */
  readonly cast: ReadonlyMap<string, string>;
  /** Columns that the source compares without case. */
  readonly case: ReadonlyMap<string, CaseRule>;
  /** As ValuePolicy.zeroDate: `refuse`, `null`, `-infinity` or an ISO date. */
  readonly zeroDate: ReadonlyMap<string, string>;
  readonly nul: ReadonlyMap<string, 'refuse' | 'strip' | 'replace'>;
}

export interface VerifyConfig {
  readonly everyMs: number;
  readonly maxAgeMs: number;
  /** Parts of tables compared at once. */
  readonly parallel: number;
  readonly throttle: ThrottleLimits;
  readonly chunkMaxRows: number;
}

export interface CutoverConfig {
  readonly maxLagMs: number;
  readonly steadyForMs: number;
  readonly writeBlockLimitMs: number;
  readonly longestTransactionMs: number;
  readonly headroomMs: number;
  readonly clockOffsetMs: number;
  readonly fence: 'read-only' | 'accounts' | 'hook';
  /** `user` or `user@host` on the source. */
  readonly keepAccounts: readonly string[];
  readonly wayBack: boolean;
  /** Of the application, on the target. */
  readonly targetRoles: readonly string[];
  readonly hooks: {
    readonly beforeFence: Secret | null;
    readonly fence: Secret | null;
    readonly unfence: Secret | null;
    readonly isFenced: Secret | null;
  };
  readonly flip: FlipConfig | null;
  /** null: the application is not asked after a switch. */
  readonly probe: ProbeConfig | null;
  /** When a rollback is advised. */
  readonly watch: {
    readonly everyMs: number;
    readonly errorPercent: number;
    readonly latencyMs: number;
    readonly lagMs: number;
  };
  /** How long a first write on the new side is waited for. */
  readonly firstWriteMs: number;
  /** Of counting rows behind the fence. */
  readonly finalCountsMs: number;
}
