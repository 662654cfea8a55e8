/** A column of each type with a value, and what is done to it behind the pipeline's back: the least that can be done. */
export interface TypeSample {
  readonly name: string;
  /** Definition at the source. */
  readonly type: string;
  /** SQL of the source. */
  readonly value: string;
  /** SQL of the target over the column `c`. */
  readonly corrupt: string;
  /** SQL of the source over the column `c`, to the same end. */
  readonly home: string;
  readonly only?: 'mysql' | 'mariadb';
}

type Sample = Omit<TypeSample, 'name'>;

function sample(type: string, value: string, corrupt: string, home: string, only?: TypeSample['only']): Sample {
  return { type, value, corrupt, home, ...(only === undefined ? {} : { only }) };
}

const NUMBERS: readonly Sample[] = [
  sample('tinyint', '-128', 'c + 1', 'c + 1'),
  sample('tinyint(1)', '1', 'NOT c', '0'),
  sample('tinyint unsigned', '255', 'c - 1', 'c - 1'),
  sample('smallint unsigned', '65535', 'c - 1', 'c - 1'),
  sample('mediumint', '-8388608', 'c + 1', 'c + 1'),
  sample('int unsigned', '4294967295', 'c - 1', 'c - 1'),
  sample('int(5) zerofill', '42', 'c + 1', 'c + 1'),
  sample('bigint', '9007199254740993', 'c - 1', 'c - 1'),
  sample('bigint', '-9223372036854775808', 'c + 1', 'c + 1'),
  sample('bigint unsigned', '18446744073709551615', 'c - 1', 'c - 1'),
  sample(
    'decimal(65,30)',
    '12345678901234567890123456789012345.123456789012345678901234567890',
    'c + 0.000000000000000000000000000001',
    'c + 0.000000000000000000000000000001',
  ),
  sample('decimal(10,2)', '1.50', 'NULL', 'NULL'),
  sample('decimal(10,2)', '-0.01', '-c', '-c'),
  sample('decimal(20,0)', '99999999999999999999', 'c - 1', 'c - 1'),
  sample('float', '0.1', "'0.10000001'::real", '0.10000001'),
  sample('float', '0', "'1e-45'::real", '1e-37'),
  sample('float', '3.4028233e38', "'NaN'::real", '-c'),
  sample('double', '0.1', "'0.10000000000000002'::double precision", '0.10000000000000002e0'),
  sample('double', '1.7976931348623157e308', "'Infinity'::double precision", '1.7976931348623155e308'),
  sample('double', "'-0'", "'0'::double precision", '0e0', 'mysql'),
  sample('bit(1)', "b'1'", 'NOT c', "b'0'"),
  sample('bit(9)', "b'100000001'", "B'100000011'", "b'100000011'"),
  sample('bit(64)', `b'${'1'.repeat(64)}'`, 'c # (1::bigint::bit(64))', 'c ^ 1'),
];

const TEXTS: readonly Sample[] = [
  sample('char(5)', "'a'", "'a '", "'A'"),
  sample('char(5)', "''", 'NULL', 'NULL'),
  sample('varchar(20)', "'a '", "'a'", "'a'"),
  sample('varchar(20)', "'a'", "'a' || chr(160)", "CONCAT('a', x'c2a0')"),
  sample('varchar(20)', "''", 'NULL', 'NULL'),
  sample('varchar(20)', 'NULL', "''", "''"),
  sample('varchar(20)', "'N'", "'\\N'", "'\\\\N'"),
  sample('varchar(20) COLLATE utf8mb4_unicode_ci', "'a'", "'A'", "'A'"),
  sample('varchar(20) COLLATE utf8mb4_unicode_ci', "'\u00e4'", "'a'", "'a'"),
  sample('varchar(20)', "'\u00e9'", "'e\u0301'", "'e\u0301'"),
  sample('varchar(20)', "'\ud83d\ude00'", "'\ud83d\ude01'", "'\ud83d\ude01'"),
  sample('varchar(20) CHARACTER SET latin1', "'\u20ac\u00e4'", "'\u20aca'", "'\u20aca'"),
  sample('longtext', "REPEAT('x\\n\\t\\\\\\\\', 2000)", "c || ' '", "CONCAT(c, ' ')"),
  sample('binary(4)', "x'00610000'", "'\\x006100'::bytea", "x'00610001'"),
  sample('varbinary(8)', "x''", "'\\x00'::bytea", "x'00'"),
  sample('varbinary(8)', "x'6100'", "'\\x61'::bytea", "x'61'"),
  sample('blob', "x'ff005c0a09'", "'\\xff005c0a08'::bytea", "x'ff005c0a08'"),
  sample("enum('a','b,c','it''s')", "'b,c'", "'a'", "'a'"),
  sample("enum('a','b')", "'none'", 'NULL', 'NULL'),
  sample("set('x','y','z')", "'x,z'", "'{x}'::text[]", "'x'"),
  sample("set('x','y','z')", "'x,z'", "'{{x},{z}}'::text[]", "'x,y,z'"),
  sample("set('x','y','z')", "''", 'NULL', 'NULL'),
  sample(
    'json',
    `'{"n": 9007199254740993, "d": 1.10, "a": [1, null, "\u00e4"]}'`,
    `'{"n": 9007199254740992, "d": 1.1, "a": [1, null, "\u00e4"]}'::jsonb`,
    `'{"n": 9007199254740992, "d": 1.1, "a": [1, null, "\u00e4"]}'`,
  ),
  sample('json', "'null'", 'NULL', 'NULL'),
  sample('json', "'true'", `'"true"'::jsonb`, `'"true"'`),
  sample('json', "'[1, 2]'", "'[2, 1]'::jsonb", "'[2, 1]'"),
  sample('json', `'{"a": {}}'`, `'{"a": []}'::jsonb`, `'{"a": []}'`),
];

const TIMES: readonly Sample[] = [
  sample('date', "'2024-02-29'", 'c + 1', "'2024-03-01'"),
  sample('date', "'0044-03-15'", "'0044-03-15 BC'", "'0044-03-16'"),
  sample('date', "'0000-00-00'", "'1970-01-01'", "'1970-01-01'"),
  sample('datetime(6)', "'2024-01-01 00:00:00.123456'", "c + interval '1 microsecond'", 'c + INTERVAL 1 MICROSECOND'),
  sample('datetime(6)', "'2024-01-01 00:00:00.100000'", "c + interval '1 microsecond'", 'c + INTERVAL 1 MICROSECOND'),
  sample('datetime', "'9999-12-31 23:59:59'", "c - interval '1 second'", 'c - INTERVAL 1 SECOND'),
  sample('datetime', "'1000-01-01 00:00:00'", "'-infinity'", 'c + INTERVAL 1 SECOND'),
  sample('datetime', "'2024-00-00 00:00:00'", "'2024-01-01'", "'2024-01-01'"),
  sample(
    'timestamp(3) NULL',
    "'2024-06-01 12:00:00.001'",
    "c + interval '1 millisecond'",
    'c + INTERVAL 1000 MICROSECOND',
  ),
  sample('timestamp NULL', "'1970-01-02 00:00:01'", "c + interval '1 hour'", 'c + INTERVAL 1 HOUR'),
  sample('time(6)', "'-838:59:58.999999'", "c + interval '1 microsecond'", "'-838:59:58.999998'"),
  sample('time', "'-00:00:01'", '-c', "'00:00:01'"),
  sample('time(3)', "'00:00:00'", "'24:00:00'", "'00:00:00.001'"),
  sample('year', '1901', 'c + 1', '1902'),
  sample('year', '0', '2000', '2000'),
];

const SHAPES: readonly Sample[] = [
  sample(
    'point',
    "ST_GeomFromText('POINT(1 2)')",
    "overlay(c placing '\\x41'::bytea from octet_length(c))",
    "ST_GeomFromText('POINT(1 2.0000000000000004)')",
  ),
  sample(
    'geometry',
    "ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))', 4326)",
    "overlay(c placing '\\xe5'::bytea from 6)",
    "ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))', 0)",
  ),
  sample(
    'uuid',
    "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ab'",
    "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'::uuid",
    "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'",
    'mariadb',
  ),
  sample('inet6', "'2001:db8::1'", "'2001:db8::2'::inet", "'2001:db8::2'", 'mariadb'),
  sample('inet6', "'::ffff:10.0.0.1'", "'10.0.0.1'::inet", "'::ffff:10.0.0.2'", 'mariadb'),
  sample('inet4', "'10.0.0.1'", "'10.0.0.1/24'::inet", "'10.0.0.2'", 'mariadb'),
  sample(
    'vector(2)',
    "STRING_TO_VECTOR('[0.5,1]')",
    "'{0.5,1.0000001}'::real[]",
    "STRING_TO_VECTOR('[0.5,1.0000001]')",
    'mysql',
  ),
];

/** Some values are none of a strict session. */
export const LAX = "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'";

export function typeSamples(source: 'mysql' | 'mariadb'): readonly TypeSample[] {
  const all = [...NUMBERS, ...TEXTS, ...TIMES, ...SHAPES];
  return all
    .filter(({ only }) => only === undefined || only === source)
    .map((one, i) => ({ ...one, name: `c${String(i).padStart(2, '0')}` }));
}
