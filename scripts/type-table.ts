/** Makes docs/types.md from the column families themselves: node scripts/type-table.ts. */
import { writeFileSync } from 'node:fs';
import { STRICT_POLICY } from '../src/column/codec.ts';
import { columnTypeOf } from '../src/column/describe.ts';
import { codecOf } from '../src/column/family.ts';
import { VALUE_REASONS } from '../src/column/value-reason.ts';

const TEXT = 'utf8mb4';

/** Column types of both servers, with a character set where they have one. */
const TYPES: readonly (readonly [columnType: string, charset?: string])[] = [
  ['tinyint(1)'],
  ...['tinyint', 'smallint', 'mediumint', 'int', 'bigint'].flatMap(
    (name) => [[name], [`${name} unsigned`]] as [string][],
  ),
  ['decimal(10,2)'],
  ['decimal(10,2) unsigned'],
  ['float'],
  ['double'],
  ['bit(1)'],
  ['bit(8)'],
  ['char(10)', TEXT],
  ['varchar(10)', TEXT],
  ['varchar(10)', 'latin1'],
  ['text', TEXT],
  ['binary(16)'],
  ['varbinary(10)'],
  ['blob'],
  ["enum('a','b')", TEXT],
  ["set('a','b')", TEXT],
  ['json'],
  ['date'],
  ['datetime(6)'],
  ['timestamp(6)'],
  ['time(6)'],
  ['year'],
  ['point'],
  ['geometry'],
  ['vector(3)'],
  ['uuid'],
  ['inet4'],
  ['inet6'],
];

/** What facts of the data or the target change, each alone. */
const FACTS = [
  ['all 0, 1', { isBoolean: true }],
  ['all below 2^63', { fitsBigint: true }],
  ['all within a day', { isTimeOfDay: true }],
  ['rule `case: citext`', { isCaseFolded: true }],
  ['PostGIS, one SRID', { extensions: ['postgis'], srid: 4326 }],
  ['PostGIS', { extensions: ['postgis'] }],
  ['pgvector', { extensions: ['vector'] }],
] as const;

const CANDIDATES = [
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'numeric(10,2)',
  'real',
  'double precision',
  'bit(8)',
  'bit varying',
  'text',
  'citext',
  'character varying(10)',
  'character(10)',
  'bytea',
  'date',
  'time(6) without time zone',
  'timestamp(6) without time zone',
  'timestamp(6) with time zone',
  'interval',
  'json',
  'jsonb',
  'uuid',
  'inet',
  'text[]',
  'real[]',
  'double precision[]',
  'vector(3)',
  'geometry',
];

function row(columnType: string, charset: string | undefined): string {
  const codec = codecOf(columnTypeOf(columnType, charset ?? null));
  const usual = codec.target({ columnType });
  const others = FACTS.flatMap(([label, facts]) => {
    const target = codec.target({ columnType, ...facts });
    return target === usual ? [] : [`\`${target}\` (${label})`];
  });
  const taken = CANDIDATES.filter((type) => type !== usual && codec.copy(type, STRICT_POLICY));
  const avro = typeof codec.avro === 'string' ? codec.avro : JSON.stringify(codec.avro);
  const check = codec.check('c', { columnType });
  const cells = [
    `\`${columnType}\`${charset && charset !== TEXT ? ` ${charset}` : ''}`,
    `\`${avro}\``,
    `\`${codec.select('c')}\``,
    [`\`${usual}\``, ...others].join(', '),
    check === null ? '' : `\`${check}\``,
    taken.map((type) => `\`${type}\``).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function typeTable(): string {
  const reasons = Object.entries(VALUE_REASONS).map(([reason, text]) => `| \`${reason}\` | ${text} |`);
  return `# Types

Made by \`node scripts/type-table.ts\` from the column families in \`src/column/\`; a test compares.

- **Log**: the Avro type of a value; a nullable column is a union with \`null\`.
- **Read by**: the expression of the snapshot's SELECT, in a session with \`utf8mb4\` and \`time_zone = '+00:00'\`.
- **PostgreSQL**: the type by default, and what a scan of the data or an extension of the target makes of it.
- **Also into**: types of an existing target that take the values, each value whole or refused with a reason.

| MySQL, MariaDB | Log | Read by | PostgreSQL | CHECK | Also into |
|---|---|---|---|---|---|
${TYPES.map(([columnType, charset]) => row(columnType, charset)).join('\n')}

## Why a value is refused

A value that the target cannot hold becomes a quarantined change with one of these reasons, never another value.

| reason | value |
|---|---|
${reasons.join('\n')}
`;
}

if (import.meta.main) writeFileSync(new URL('../docs/types.md', import.meta.url), typeTable());
