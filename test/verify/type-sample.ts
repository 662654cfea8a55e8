/** A column of each type with a value, and what is done to it behind the pipeline's back: the least that can be done. */
export interface TypeSample {
  readonly name: string;
  /** Definition at the source. */
  readonly type: string;
  /** SQL of the source. */
  readonly value: string;
  /** SQL of the target over the column `c`. */
  readonly corrupt: string;
  readonly only?: 'mysql' | 'mariadb';
}

function sample(type: string, value: string, corrupt: string, only?: TypeSample['only']): Omit<TypeSample, 'name'> {
  return { type, value, corrupt, ...(only === undefined ? {} : { only }) };
}

const SAMPLES: readonly Omit<TypeSample, 'name'>[] = [
  sample('tinyint', '-128', 'c + 1'),
  sample('tinyint(1)', '1', 'NOT c'),
  sample('smallint unsigned', '65535', 'c - 1'),
  sample('int unsigned', '4294967295', 'c - 1'),
  sample('bigint', '9007199254740993', 'c - 1'),
  sample('bigint unsigned', '18446744073709551615', 'c - 1'),
  sample(
    'decimal(65,30)',
    '12345678901234567890123456789012345.123456789012345678901234567890',
    'c + 0.000000000000000000000000000001',
  ),
  sample('decimal(10,2)', '1.50', 'NULL'),
  sample('float', '0.1', "'0.10000001'::real"),
  sample('double', '0.1', "'0.10000000000000002'::double precision"),
  sample('double', "'-0'", "'0'::double precision", 'mysql'),
  sample('bit(1)', "b'1'", 'NOT c'),
  sample('bit(9)', "b'100000001'", "B'100000011'"),
  sample('char(5)', "'a'", "'a '"),
  sample('varchar(20)', "'a '", "'a'"),
  sample('varchar(20)', "''", 'NULL'),
  sample('varchar(20)', 'NULL', "''"),
  sample('varchar(20) CHARACTER SET latin1', "'\u20ac\u00e4'", "'\u20aca'"),
  sample('longtext', "REPEAT('x\\n\\t\\\\\\\\', 2000)", "c || ' '"),
  sample('binary(4)', "x'00610000'", "'\\x006100'::bytea"),
  sample('varbinary(8)', "x''", "'\\x00'::bytea"),
  sample('blob', "x'ff005c0a09'", "'\\xff005c0a08'::bytea"),
  sample("enum('a','b,c','it''s')", "'b,c'", "'a'"),
  sample("set('x','y','z')", "'x,z'", "'{x}'::text[]"),
  sample(
    'json',
    `'{"n": 9007199254740993, "d": 1.10, "a": [1, null, "\u00e4"]}'`,
    `'{"n": 9007199254740992, "d": 1.1, "a": [1, null, "\u00e4"]}'::jsonb`,
  ),
  sample('date', "'2024-02-29'", 'c + 1'),
  sample('datetime(6)', "'2024-01-01 00:00:00.123456'", "c + interval '1 microsecond'"),
  sample('datetime', "'9999-12-31 23:59:59'", "c - interval '1 second'"),
  sample('timestamp(3) NULL', "'2024-06-01 12:00:00.001'", "c + interval '1 millisecond'"),
  sample('time(6)', "'-838:59:58.999999'", "c + interval '1 microsecond'"),
  sample('year', '1901', 'c + 1'),
  sample('point', "ST_GeomFromText('POINT(1 2)')", "overlay(c placing '\\x41'::bytea from octet_length(c))"),
  sample('uuid', "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ab'", "'5c2ac9a5-21d1-4b7e-b3a3-0123456789ac'::uuid", 'mariadb'),
  sample('inet6', "'2001:db8::1'", "'2001:db8::2'::inet", 'mariadb'),
  sample('inet4', "'10.0.0.1'", "'10.0.0.1/24'::inet", 'mariadb'),
  sample('vector(2)', "STRING_TO_VECTOR('[0.5,1]')", "'{0.5,1.0000001}'::real[]", 'mysql'),
];

export function typeSamples(source: 'mysql' | 'mariadb'): readonly TypeSample[] {
  return SAMPLES.filter(({ only }) => only === undefined || only === source).map((one, i) => ({
    ...one,
    name: `c${String(i).padStart(2, '0')}`,
  }));
}
