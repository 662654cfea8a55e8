/** The text that both servers make of a column, against the canonical forms that are read: for any source. */
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { STRICT_POLICY, type ValuePolicy } from '../../src/column/codec.ts';
import type { ServerText } from '../../src/column/server-text.ts';
import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { settingsOf } from '../mysql/source.ts';
import { type Sample, type Specimen, specimens } from './law.ts';
import { OTHER_TARGETS } from './law-suite.ts';
import { heldBy, targetSession } from './round-trip.ts';

const POLICIES: readonly ValuePolicy[] = [
  STRICT_POLICY,
  { nul: 'replace', zeroDate: 'null' },
  { nul: 'strip', zeroDate: '1970-01-01' },
  { nul: 'strip', zeroDate: '-infinity' },
];

const READ: readonly string[] = ['json', 'geometry', 'vector'];

/** Bytes that stand for nothing in their character set, and different bytes that stand for one character. */
const CHARSETS: readonly Sample[] = [
  { column: 'VARCHAR(20) CHARACTER SET latin1', values: ["x'818d8f'", "x'e9'", "'?'", "x'3f00'", "x'80'", 'NULL'] },
  { column: 'CHAR(20) CHARACTER SET cp1251', values: ["x'98'", "'?'", "x'e0e1'", 'NULL'] },
  { column: 'TEXT CHARACTER SET cp932', values: ["x'8790'", "x'81e0'", "x'fa4a'", "x'8754'", "'?'", "'a'"] },
  { column: 'VARCHAR(20) CHARACTER SET gbk', values: ["x'a2e3'", "x'80'", "'?'", "x'c4e3'"] },
  { column: 'VARCHAR(20) CHARACTER SET utf16', values: ["x'00e9'", "'a '", "'?'", "x'd83dde00'"] },
];

/** Values that only a target has: what a rule of text, dates or numbers would most easily confuse with another. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  date: ['infinity', '-infinity', '0044-03-15 BC', '10000-01-01', '2024-02-29'],
  timestamp: ['infinity', '-infinity', '0044-03-15 12:00:00 BC', '20000-01-01 00:00:00', '2024-02-29 00:00:00.000001'],
  interval: ['1 mon', '30 days', '1 day -01:00:00', '23:00:00', '-00:00:00.000001', '1 year'],
  time: ['24:00:00', '00:00:00.000001'],
  real: ['NaN', 'Infinity', '-Infinity', '1e-45', '0', '-0', '1.0000001', '16777216', '1e+20'],
  double: ['NaN', 'Infinity', '-Infinity', '0.1', '0.10000000149011612', '0', '-0', '1e22', '1e23', '9007199254740993'],
  numeric: ['NaN', '0', '1'],
  text: ['', ' ', 'N', '!', ';', 'a;b', 'A', 'a', 'a ', '\u00e9', 'e\u0301'],
  character: ['', ' ', 'N', ';', 'A', 'a', 'a '],
  uuid: ['01234567-89ab-cdef-0123-456789abcdee'],
  'text[]': [
    ...['{}', '{NULL}', '{"NULL"}', '{s1,s0}', '{s0,s1}', '{s0,s0}', '{q}', '{q,s0}'],
    ...['{"s0,s1"}', '{""}', '{s0,""}', '{{s0},{s1}}', '[0:1]={s0,s1}', '{s0,NULL}'],
  ],
  bytea: ['\\x', '\\x00', '\\x20'],
  inet: ['1.2.3.4', '1.2.3.0/24', '::1', '::ffff:1.2.3.4', '::/0', '1.2.3.4/31'],
};

export function serverTextSuite(kind: 'mysql' | 'mariadb', samplesOf: (version: string) => readonly Sample[]): void {
  let database: FreshDatabase | undefined;
  let place: FreshDatabase | undefined;
  let all: readonly Specimen[] = [];
  let source: MysqlConnection | undefined;
  let session: Client | undefined;

  beforeAll(async () => {
    const server = await startServer(kind);
    database = await freshDatabase(server, 'server_text');
    all = await specimens(database.url, [...samplesOf(server.version), ...CHARSETS]);
    source = await connectMysql({ ...settingsOf(database.url), database: database.name });
    place = await freshDatabase(await startServer('postgres'), 'server_text');
    session = await targetSession(place.url);
    await session.query('CREATE EXTENSION citext');
  });

  afterAll(async () => {
    await source?.close();
    await session?.end();
    await database?.drop();
    await place?.drop();
  });

  test('both servers make one text of a value exactly where its canonical forms are equal, for every type', async () => {
    for (const [at, specimen] of all.entries()) {
      const chosen = specimen.codec.target({ columnType: specimen.columnType });
      for (const type of new Set([chosen, ...(OTHER_TARGETS[specimen.type.kind] ?? [])]))
        for (const policy of POLICIES) await compare(at, specimen, type, policy);
    }
  });

  test('every type but JSON, geometries and vectors is hashed into its own target', () => {
    for (const { codec, columnType, type } of all) {
      const target = codec.target({ columnType });
      const isRead = READ.includes(type.kind) || target === 'jsonb';
      expect(codec.serverText(target, STRICT_POLICY) === null, `${columnType} into ${target}`).toBe(isRead);
    }
  });

  test('hardly a double is read because the servers print different digits of it', async () => {
    for (const [at, specimen] of all.entries()) {
      const { codec, columnType, type } = specimen;
      const target = codec.target({ columnType });
      const text = codec.serverText(target, STRICT_POLICY);
      if (!/^(float|double)$/.test(type.kind) || text === null || !source || !session) continue;
      const chosen = { type: target, policy: STRICT_POLICY, text };
      const there = new Map(await targetPairs(session, specimen, chosen));
      const here = await sourcePairs(source, { ...chosen, at, specimen });
      const differing = here.filter(([form, one]) => there.get(form) !== one && form !== null);
      expect(differing.length, columnType).toBeLessThanOrEqual(Math.max(1, here.length * 0.01));
    }
  });

  async function compare(at: number, specimen: Specimen, type: string, policy: ValuePolicy) {
    const { codec, sample } = specimen;
    const text = codec.serverText(type, policy);
    if (text === null || !source || !session) return;
    const label = `${sample.column} into ${type} under ${policy.nul}, ${policy.zeroDate}`;
    const pairs = [
      ...(await sourcePairs(source, { at, specimen, type, policy, text })),
      ...(await targetPairs(session, specimen, { type, policy, text })),
    ];
    const made = new Map<string | null, string | null>();
    const canonical = new Map<string | null, string | null>();
    for (const [form, one] of pairs) {
      expect(one === null || /^[^;]*$/.test(one), `${label}: ${one}`).toBe(true);
      expect(one, label).not.toBe('N');
      // What a server cannot make a text of is read: '!' is nobody's form.
      if (one === '!') {
        expect(specimen.type, label).toHaveProperty('charset', expect.not.stringMatching(/^(utf8|latin1)/));
        continue;
      }
      // A double may have two texts of shortest digits (float-text.ts); a text never has two doubles.
      if (made.has(form) && !/^(float|double)$/.test(specimen.type.kind))
        expect(one, `${label}: ${form}`).toBe(made.get(form));
      if (canonical.has(one)) expect(form, `${label}: ${one}`).toBe(canonical.get(one));
      made.set(form, one);
      canonical.set(one, form);
    }
  }
}

type Pair = readonly [canonical: string | null, text: string | null];

interface Chosen {
  readonly type: string;
  readonly policy: ValuePolicy;
  readonly text: ServerText;
}

async function sourcePairs(
  source: MysqlConnection,
  { at, specimen, type, policy, text }: Chosen & { at: number; specimen: Specimen },
): Promise<Pair[]> {
  const rows = await source.rows(`SELECT ${text.source('`c`')} AS t FROM law_${at} ORDER BY id`);
  expect(rows.length).toBe(specimen.fromQuery.length);
  return specimen.fromQuery.flatMap((avro, i): Pair[] => {
    const form = avro && canonicalOf(() => specimen.codec.canonicalSource(new AvroReader().over(avro), type, policy));
    return form === undefined ? [] : [[form, rows[i]?.['t'] ?? null]];
  });
}

/** A local time that a zone never shows has no form. */
function canonicalOf(make: () => string | null): string | null | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

async function targetPairs(session: Client, specimen: Specimen, { type, policy, text }: Chosen): Promise<Pair[]> {
  const { codec } = specimen;
  const foreign = Object.entries(FOREIGN).flatMap(([name, values]) => (type.startsWith(name) ? values : []));
  const values = specimen.fromQuery.filter((value) => value !== null);
  const held = await heldBy(session, values, { codec, type, policy }, { foreign, select: text.target('c') });
  return held.map(({ c, t }) => [c === null ? null : codec.canonicalTarget(c, type), t]);
}
