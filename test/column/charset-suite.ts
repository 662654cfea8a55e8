import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { decodeText } from '../../src/column/charset.ts';
import { STRICT_POLICY } from '../../src/column/codec.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { specimens } from './law.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const hexOf = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');

/** Some of gb18030's characters of four bytes. */
function fourBytes(i: number): string {
  return Buffer.from([0x81 + (i % 4), 0x30 + (i % 10), 0x81 + ((i * 7) % 0x7e), 0x30 + ((i >> 2) % 10)]).toString(
    'hex',
  );
}

/** Sequences of bytes that may be one character: all of one and two bytes, of more a part. */
function sequences(name: string, bytes: number): string[] {
  const ones = range(0, 256).map((byte) => hexOf(byte, 1));
  const twos = range(0x80, 0x100).flatMap((lead) => range(0x30, 0x100).map((trail) => hexOf(lead * 256 + trail, 2)));
  if (/^(utf16|utf16le|ucs2)$/.test(name))
    return range(0, 0xd800)
      .filter((code) => code % 7 === 0)
      .map((code) => hexOf(code, 2));
  if (name === 'utf32')
    return range(0, 0x1100)
      .map((page) => hexOf(page * 0x100 + 0x41, 4))
      .filter((hex) => !/^0000d[89a-f]/.test(hex));
  if (/^utf8/.test(name)) return ['41', 'c3a9', 'e282ac'];
  if (bytes === 1) return ones;
  if (name === 'ujis' || name === 'eucjpms')
    return [
      ...ones,
      ...twos,
      ...range(0xa1a1, 0xffff)
        .filter((code) => (code & 0xff) > 0xa0)
        .map((code) => `8f${hexOf(code, 2)}`),
    ];
  if (name === 'gb18030') return [...ones, ...twos, ...range(0, 1000).map(fourBytes)];
  return [...ones, ...twos];
}

/** The server's UTF-8 of each sequence; null where it has no character for it. */
async function serverText(server: Connection, name: string, found: readonly string[]): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (let i = 0; i < found.length; i += 2000) {
    const columns = found.slice(i, i + 2000).map((hex) => `CONVERT(CONVERT(x'${hex}' USING ${name}) USING utf8mb4)`);
    const [rows] = await server.query<RowDataPacket[]>({ sql: `SELECT ${columns.join()}`, rowsAsArray: true });
    texts.push(...(rows[0] as unknown as (string | null)[]));
  }
  return texts;
}

/** INV-20 on a server of this kind. */
export function charsetSuite(kind: 'mysql' | 'mariadb'): void {
  let server: Connection;
  let database: FreshDatabase;
  let charsets: { name: string; bytes: number }[];

  beforeAll(async () => {
    database = await freshDatabase(await startServer(kind), 'column_charset');
    server = await mysql.createConnection({ uri: database.url, charset: 'utf8mb4' });
    const [rows] = await server.query<RowDataPacket[]>(
      "SELECT character_set_name AS name, maxlen AS bytes FROM information_schema.character_sets WHERE character_set_name <> 'binary'",
    );
    charsets = rows.map((row) => ({ name: String(row['name']), bytes: Number(row['bytes']) }));
  });

  afterAll(async () => {
    await server.end();
    await database.drop();
  });

  test('every character of every character set is decoded as the server converts it to utf8mb4, and nothing else is one (INV-20)', async () => {
    for (const { name, bytes } of charsets) {
      const found = sequences(name, bytes);
      const texts = await serverText(server, name, found);
      const wrong: string[] = [];
      let characters = 0;
      for (const [i, hex] of found.entries()) {
        const text = texts[i];
        const decoded = decodeText(Buffer.from(hex, 'hex'), name);
        // The server writes ? for bytes without a character, alone or before an ASCII byte that they swallowed.
        if (!text || (/3f(00)*$/.test(hex) ? text.slice(0, -1) : text).includes('?')) {
          if (!decoded.includes('\ufffd')) wrong.push(`x'${hex}' is no character, not ${decoded}`);
          continue;
        }
        characters++;
        if (decoded !== text) wrong.push(`x'${hex}' is ${text}, not ${decoded}`);
      }
      expect(wrong, name).toEqual([]);
      expect(characters, name).toBeGreaterThan(2);
    }
  });

  test("a column of any character set gives the server's own text, from the binlog and by SELECT", async () => {
    const samples = charsets.map(({ name }) => ({
      column: `VARCHAR(40) CHARACTER SET ${name}`,
      values: ['A', 'z ', 'é', 'ж', '漢字', 'ｱ', '€', '\u00a5', '\\', '~', 'a\u0000b', '\ufeffx'].map(
        (text) => `CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4)`,
      ),
    }));
    const tables = await specimens(database.url, samples);
    for (const [i, { sample, codec, fromBinlog, fromQuery }] of tables.entries()) {
      const [rows] = await server.query<RowDataPacket[]>({
        sql: `SELECT c FROM law_${i} ORDER BY id`,
        rowsAsArray: true,
      });
      for (const [at, row] of rows.entries()) {
        expect(fromBinlog[at]?.toString('latin1'), sample.column).toBe(fromQuery[at]?.toString('latin1'));
        expect(
          codec.canonicalSource(new AvroReader().over(fromBinlog[at] ?? Buffer.alloc(0)), 'text', STRICT_POLICY),
        ).toBe(row[0]);
      }
    }
  });
}
