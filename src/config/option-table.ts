import { CASE_RULES } from '../rule/case-rule.ts';
import { BACKUP_OPTIONS } from './backup-option.ts';
import { CUTOVER_OPTIONS } from './cutover-option.ts';
import type { Option, OptionType } from './option.ts';

const name: OptionType = {
  kind: 'text',
  pattern: /^[a-z][a-z0-9_]{0,30}$/,
  words: 'a lower-case letter, then up to 30 of a-z, 0-9 and _',
};
const text: OptionType = { kind: 'text' };
const tls: OptionType = { kind: 'choice', of: ['off', 'verify-ca', 'verify-full'] };
const mysqlUrl: OptionType = { kind: 'url', schemes: ['mysql', 'mariadb'], account: true };
const postgresUrl: OptionType = { kind: 'url', schemes: ['postgresql', 'postgres'], account: true };
const lanes: OptionType = { kind: 'integer', min: 1, max: 64 };
const globs = (min: number): OptionType => ({ kind: 'list', of: 'glob', min });

const tlsOptions = (side: 'source' | 'target'): readonly Option[] => [
  {
    path: `${side}.tls`,
    type: tls,
    default: 'off',
    help: `Encryption to the ${side}: none, certificate checked, certificate and host name checked.`,
  },
  { path: `${side}.ca`, type: { kind: 'path' }, help: `Authority that signed the ${side}'s certificate (PEM).` },
  { path: `${side}.cert`, type: { kind: 'path' }, help: `Client certificate for the ${side} (PEM).` },
  { path: `${side}.key`, type: { kind: 'path' }, help: `Private key of the client certificate (PEM).` },
];

const pipelineOptions: readonly Option[] = [
  {
    path: 'pipeline',
    type: name,
    isRequired: true,
    help: 'Name of the pipeline: checkpoint, topics, slots, socket and metrics carry it.',
    example: 'shop',
  },
];

const sourceOptions: readonly Option[] = [
  {
    path: 'source.url',
    type: mysqlUrl,
    isRequired: true,
    help: 'MySQL 8.0 or later or MariaDB 10.6 or later; the server is asked which.',
    example: `mysql://sluice:\${SOURCE_PASSWORD}@127.0.0.1:3306/shop`,
  },
  ...tlsOptions('source'),
  {
    path: 'source.databases',
    type: { kind: 'list', of: 'text', min: 1 },
    derived: 'the database of source.url',
    help: 'Databases to move; each of several becomes a schema of its own name on the target.',
    example: '[shop]',
  },
  {
    path: 'source.adminUrl',
    type: mysqlUrl,
    help: 'Second login with the rights to fence writes; used by the cutover alone. Without it source.url is used.',
  },
  {
    path: 'source.serverId',
    type: { kind: 'integer', min: 1, max: 4294967295 },
    derived: "worked out from the pipeline's name",
    help: 'Our id among the replicas of the source; no server and no other replica may have it.',
  },
  {
    path: 'source.heartbeat',
    type: { kind: 'duration', min: '100ms', max: '1m' },
    default: '1s',
    help: 'How often the heartbeat row is written.',
  },
  {
    path: 'source.datetimeZone',
    type: text,
    derived: 'not named: datetime becomes timestamp without a zone, and is UTC where the target has one',
    help: 'Time zone that datetime values are of (Django: TIME_ZONE, with USE_TZ off). Where it is named, sluice makes their columns timestamptz; of columns that stand, those that are timestamptz take date and datetime as times of it.',
    example: 'Europe/Berlin',
  },
];

const targetOptions: readonly Option[] = [
  {
    path: 'target.url',
    type: postgresUrl,
    isRequired: true,
    help: 'PostgreSQL 15 or later.',
    example: `postgresql://sluice:\${TARGET_PASSWORD}@127.0.0.1:5432/shop`,
  },
  ...tlsOptions('target'),
  {
    path: 'target.schema',
    type: { kind: 'text', pattern: /^.{1,63}$/, words: 'at most 63 characters' },
    derived: 'public for one database; for several, each in a schema of its own name',
    help: 'Schema that takes the tables; only with a single source database.',
  },
  {
    path: 'target.schemas.*',
    type: { kind: 'text', pattern: /^.{1,63}$/, words: 'at most 63 characters' },
    help: 'Schema that takes the tables of one of several databases.',
    derived: "the database's own name",
  },
  {
    path: 'target.ddl',
    type: { kind: 'choice', of: ['convert', 'existing'] },
    default: 'convert',
    help: "Make the tables, or load into those that the application's own migrations made.",
  },
  {
    path: 'target.partitions',
    type: { kind: 'choice', of: ['convert', 'one-table'] },
    default: 'convert',
    help: 'Tables that the source divides into partitions: divided on the target where PostgreSQL can divide by the same, or one table each.',
  },
  {
    path: 'target.extra',
    type: globs(0),
    default: [],
    help: 'What an existing schema may have beyond the source, by TABLE or TABLE.COLUMN; everything else is refused.',
    example: '["audit_*", "order.search"]',
  },
  {
    path: 'target.emptyFirst',
    type: globs(0),
    default: [],
    help: 'Tables of an existing schema whose rows are deleted before the first load; others must be empty.',
    example: '[django_content_type, auth_permission]',
  },
  {
    path: 'target.dropForLoad',
    type: { kind: 'choice', of: ['nothing', 'indexes', 'all'] },
    default: 'nothing',
    help: 'What an existing schema does without until the load is complete, then has again exactly as it was: secondary indexes and unique constraints; or foreign keys, checks and triggers too.',
  },
];

const logOptions: readonly Option[] = [
  {
    path: 'log.kind',
    type: { kind: 'choice', of: ['embedded', 'kafka'] },
    default: 'embedded',
    help: 'Where changes are kept between capture and apply: segment files in a folder, or Kafka.',
  },
  { path: 'log.directory', type: { kind: 'path' }, default: '.sluice/log', help: 'Folder of the embedded log.' },
  {
    path: 'log.keep',
    type: { kind: 'size', min: '0MiB', max: '1024GiB' },
    default: '1GiB',
    help: 'Applied changes that the embedded log still keeps, for a target restored from a backup; older ones are deleted.',
  },
  {
    path: 'log.kafka.client',
    type: { kind: 'choice', of: ['kafkajs', 'platformatic'] },
    default: 'kafkajs',
    help: 'Client library; this version has kafkajs.',
  },
  {
    path: 'log.kafka.brokers',
    type: { kind: 'list', of: 'address', min: 1 },
    help: 'Brokers to ask first; required when log.kind is kafka.',
    example: '["127.0.0.1:9092"]',
  },
  {
    path: 'log.kafka.topicPrefix',
    type: { kind: 'text', pattern: /^[A-Za-z0-9._-]{1,100}$/, words: 'up to 100 of A-Z, a-z, 0-9, ".", "_" and "-"' },
    derived: "the pipeline's name",
    help: 'First part of every topic: PREFIX.DATABASE.TABLE.',
  },
  {
    path: 'log.kafka.partitions',
    type: { kind: 'integer', min: 1, max: 1000 },
    default: 1,
    help: 'Partitions of a new table topic.',
  },
  {
    path: 'log.kafka.replicationFactor',
    type: { kind: 'integer', min: 1, max: 9 },
    default: 1,
    help: 'Replicas of a new topic.',
  },
  { path: 'log.kafka.ssl.enabled', type: { kind: 'boolean' }, default: false, help: 'Encrypted connections to Kafka.' },
  { path: 'log.kafka.ssl.ca', type: { kind: 'path' }, help: "Authority that signed the brokers' certificates (PEM)." },
  { path: 'log.kafka.ssl.cert', type: { kind: 'path' }, help: 'Client certificate for Kafka (PEM).' },
  { path: 'log.kafka.ssl.key', type: { kind: 'path' }, help: 'Private key of the client certificate (PEM).' },
  {
    path: 'log.kafka.sasl.mechanism',
    type: { kind: 'choice', of: ['plain', 'scram-sha-256', 'scram-sha-512'] },
    help: 'How to log in to Kafka.',
  },
  { path: 'log.kafka.sasl.username', type: text, help: 'Account on Kafka.' },
  { path: 'log.kafka.sasl.password', type: { kind: 'secret' }, help: 'Password on Kafka.' },
  {
    path: 'log.registry.url',
    type: { kind: 'url', schemes: ['http', 'https'], account: false },
    help: 'Confluent-compatible schema registry; without one the schemas have a topic of their own.',
    example: 'http://127.0.0.1:8081',
  },
];

const tableOptions: readonly Option[] = [
  {
    path: 'tables.include',
    type: globs(1),
    default: ['*'],
    help: 'Tables to move, by TABLE or DATABASE.TABLE; "*" is any text, "?" any character.',
    example: '["tbl_*"]',
  },
  {
    path: 'tables.exclude',
    type: globs(0),
    default: [],
    help: 'Tables to leave out; stronger than include.',
    example: '["*_tmp"]',
  },
  { path: 'tables.priority.high', type: globs(0), default: [], help: 'Tables copied first.' },
  { path: 'tables.priority.medium', type: globs(0), default: [], help: 'Tables copied after the high ones.' },
  { path: 'tables.priority.low', type: globs(0), default: [], help: 'Tables copied last; the rest is medium.' },
  {
    path: 'tables.maskSalt',
    type: { kind: 'secret' },
    help: 'Salt of masked values, at least 16 characters; whoever knows it can guess what is behind a hash.',
    example: `\${MASK_SALT}`,
  },
  { path: 'tables.rules.*.rename', type: text, help: 'Name of the table on the target.' },
  { path: 'tables.rules.*.columns.*', type: text, help: 'Name of the column on the target.' },
  {
    path: 'tables.rules.*.exclude',
    type: { kind: 'list', of: 'text', min: 0 },
    help: 'Columns to leave out; their values reach neither the log nor the target.',
  },
  {
    path: 'tables.rules.*.mask.*',
    type: { kind: 'mask' },
    help: 'What stands for the values of the column, from the log on.',
    example: 'hash',
  },
  {
    path: 'tables.rules.*.cast.*',
    type: { kind: 'cast' },
    help: 'PostgreSQL type of the column.',
    example: 'boolean',
  },
  {
    path: 'tables.rules.*.case.*',
    type: { kind: 'choice', of: CASE_RULES },
    help: 'How the target compares a text that the source compares without case: exact, citext (without case), lower (unique indexes on lower(column)).',
    derived: 'exact',
    example: 'citext',
  },
  {
    path: 'tables.rules.*.zeroDate.*',
    type: { kind: 'zeroDate' },
    help: 'What a zero or partial-zero date of the column becomes.',
    example: '-infinity',
  },
  {
    path: 'tables.rules.*.nul.*',
    type: { kind: 'choice', of: ['refuse', 'strip', 'replace'] },
    help: 'What happens to NUL characters in the column: refused, taken out, replaced by U+FFFD.',
    example: 'strip',
  },
];

const stageOptions: readonly Option[] = [
  { path: 'snapshot.parallel', type: lanes, default: 4, help: 'Chunks read at the same time.' },
  {
    path: 'snapshot.chunkTarget',
    type: { kind: 'duration', min: '10ms', max: '1m' },
    default: '1s',
    help: 'How long the read of one chunk should take; its size follows.',
  },
  {
    path: 'snapshot.chunkMaxRows',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 1_000_000,
    help: 'Most rows of one chunk, however quickly they are read.',
  },
  {
    path: 'apply.parallel',
    type: lanes,
    default: 4,
    help: 'Connections that write during the load.',
    later: 'loading in several lanes',
  },
  {
    path: 'apply.maxTransactionBytes',
    type: { kind: 'size', min: '1MiB', max: '64GiB' },
    default: '256MiB',
    help: 'Changes gathered into one target transaction at most; a larger source transaction still stays whole.',
  },
  { path: 'control.socket', type: { kind: 'path' }, derived: '.sluice/PIPELINE.sock', help: 'Socket of the process.' },
  {
    path: 'verify.every',
    type: { kind: 'duration', min: '1m', max: '30d' },
    default: '6h',
    help: 'How often every table is compared by the running pipeline itself.',
  },
  {
    path: 'verify.maxAge',
    type: { kind: 'duration', min: '1m', max: '90d' },
    default: '24h',
    help: 'How old the last comparison may be for the cutover.',
  },
  { path: 'verify.parallel', type: lanes, default: 2, help: 'Parts of tables compared at the same time.' },
  {
    path: 'verify.throttle',
    type: {
      kind: 'text',
      pattern: /^\s*(?:([1-9]\d?|100)\s*%|[1-9]\d{0,8}\s*\/s)(\s*,\s*(?:([1-9]\d?|100)\s*%|[1-9]\d{0,8}\s*\/s))?\s*$/,
      words: 'a share of the time, rows a second, or both: 25%, 5000/s, 25%,5000/s',
    },
    default: '25%',
    help: 'Share of the time in which verify may read the source, for each part compared at once, or rows a second.',
    example: '50%,5000/s',
  },
  {
    path: 'verify.chunkMaxRows',
    type: { kind: 'integer', min: 1, max: 1_000_000 },
    default: 1_000_000,
    help: 'Most rows of one part, however quickly they are read.',
  },
  {
    path: 'http.listen',
    type: { kind: 'address', orOff: true },
    default: '127.0.0.1:8090',
    help: 'Where page, API and metrics listen.',
  },
  {
    path: 'http.tokenFile',
    type: { kind: 'path' },
    derived: '.sluice/PIPELINE.token',
    help: 'File with the bearer token for what changes something; made, for this account alone, when it is not there.',
  },
  {
    path: 'http.hosts',
    type: { kind: 'list', of: 'text', min: 0 },
    default: [],
    help: 'Host names, beside addresses and localhost, under which page and API may be asked for.',
    example: '[sluice.example.org]',
  },
];

/** Every option there is. Parser, flags, variables, help, JSON Schema and the docs page are made from this table. */
export const OPTIONS: readonly Option[] = [
  ...pipelineOptions,
  ...sourceOptions,
  ...targetOptions,
  ...logOptions,
  ...tableOptions,
  ...stageOptions,
  ...CUTOVER_OPTIONS,
  ...BACKUP_OPTIONS,
];
