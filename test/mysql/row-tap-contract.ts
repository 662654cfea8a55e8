import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import { cellText } from '../../src/mysql/raw-rows.ts';
import { PACKET_BYTES, packetEnd, readSentRows } from '../../src/mysql/row-tap.ts';
import { type TestSource, testSource } from './source.ts';

/** Rows come off the wire as they were sent, whether the socket lends its bytes or gives them away. */
export function testRowTap(kind: 'mysql' | 'mariadb'): void {
  let source: TestSource;
  beforeAll(async () => {
    source = await testSource(kind, 'tap');
    await source.connection.run('CREATE TABLE digit (d INT PRIMARY KEY)');
    await source.connection.run('INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  });
  afterAll(() => source[Symbol.asyncDispose]());

  /** Texts of both columns of a SELECT, each of them long rows by their length alone. */
  async function read(connection: MysqlConnection, sql: string): Promise<string[][]> {
    const found: string[][] = [];
    await readSentRows(connection, sql, (bytes, start, end, rows) => {
      for (let row = 0, at = start; row < rows; row++) {
        found.push([0, 1].map((column) => shown(cellText(bytes, at + PACKET_BYTES, column))));
        at = rows === 1 ? end : packetEnd(bytes, at);
        if (row === rows - 1) expect(at).toBe(end);
      }
      return true;
    });
    return found;
  }

  const shown = (text: string) => (text.length > 9 ? `${text.slice(0, 1)} * ${text.length}` : text);
  const THOUSANDS = 'FROM digit a, digit b, digit c, digit d, digit e';

  for (const isBulk of [true, false]) {
    test(`rows of any length come whole and in order (${isBulk ? 'lent' : 'given'}), those of several packets as well`, async () => {
      await using link = await connected(source, isBulk);
      const lengths = [
        0, 1, 250, 65_530, 65_536, 200_000, 3_000_000, 16_777_210, 16_777_215, 20_000_000, 7, 17_000_000,
      ];
      const { most } = await link.connection.row('SELECT @@max_allowed_packet AS most');
      for (const length of lengths.filter((one) => one <= Number(most))) {
        const sql = `SELECT REPEAT('x', ${length}), '${length}' UNION ALL SELECT 'y', 'last'`;
        const expected = [
          [shown('x'.repeat(length)), shown(String(length))],
          ['y', 'last'],
        ];
        expect(await read(link.connection, sql)).toEqual(expected);
      }
      expect(await read(link.connection, `SELECT a.d, b.d ${THOUSANDS}`)).toHaveLength(100_000);
      expect(await read(link.connection, 'SELECT d, d FROM digit WHERE d < 0')).toEqual([]);
    });

    test(`whatever ends the rows (${isBulk ? 'lent' : 'given'}), the link goes on with the next statement`, async () => {
      await using link = await connected(source, isBulk);
      const { connection } = link;
      await expect(read(connection, 'SELECT d, d FROM nothing')).rejects.toMatchObject({
        code: 'SOURCE_TABLE_CHANGED',
      });
      const failing = `SELECT a.d, IF(a.d = 9, (SELECT d FROM digit), 1) ${THOUSANDS} ORDER BY a.d`;
      await expect(read(connection, failing)).rejects.toThrow('ER_SUBQUERY_NO_1_ROW');
      const taken = readSentRows(connection, `SELECT a.d, b.d ${THOUSANDS}`, () => {
        throw new RangeError('no');
      });
      await expect(taken).rejects.toThrow('no');
      expect(await connection.rows('SELECT d AS a, d + 1 AS b FROM digit WHERE d = 3')).toEqual([{ a: '3', b: '4' }]);
      expect(await read(connection, 'SELECT 1, NULL')).toEqual([['1', '']]);
    });

    test(`a taker that has enough (${isBulk ? 'lent' : 'given'}) gets no more, and the link is cut`, async () => {
      await using link = await connected(source, isBulk);
      let calls = 0;
      await readSentRows(link.connection, `SELECT a.d, b.d ${THOUSANDS}`, () => {
        calls++;
        return false;
      });
      expect(calls).toBe(1);
      await expect(link.connection.row('SELECT 1')).rejects.toMatchObject({ disposition: 'retry' });
    });

    test(`a server that ends the link in the middle (${isBulk ? 'lent' : 'given'}) ends the read`, async () => {
      await using link = await connected(source, isBulk);
      const { threadId } = link.connection;
      let isKilled = false;
      const reading = readSentRows(link.connection, `SELECT a.d, REPEAT('x', 1000) ${THOUSANDS}, digit f`, () => {
        if (!isKilled) void source.connection.run(`KILL ${threadId}`);
        isKilled = true;
        return true;
      });
      await expect(reading).rejects.toMatchObject({ disposition: 'retry' });
    });
  }
}

async function connected({ settings, database }: TestSource, isBulk: boolean) {
  const connection = await connectMysql({ ...settings, database }, { isBulk });
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}
