import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseProgram } from '../../src/logic/parse-program.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { EVENTS, FUNCTIONS, PROCEDURES } from '../../src/shop/schema/program.ts';
import { TRIGGERS } from '../../src/shop/schema/trigger.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { mutationsOf } from '../sql/mutation.ts';
import { programSampleOf } from './program-sample.ts';

/** errno of a text that leaves the grammar. */
const SYNTAX = new Set([1064, 1149]);

/** Share of the texts that a server refuses which the parser must refuse too; the rest are commands kept as text. */
const REFUSED_RATIO = 0.93;

/** The parser's verdict on a program (syntax or not) against that of the server whose language it is. */
export function programVerdictContract(flavor: 'mysql' | 'mariadb', version: number): void {
  let database: FreshDatabase;
  let connection: Connection;

  beforeAll(async () => {
    database = await freshDatabase(await startServer(flavor), 'program');
    connection = await createConnection(database.url);
    for (const statement of ['CREATE TABLE t (a INT, b INT)', ...(await existing(flavor))]) {
      await connection.query(statement);
    }
  });
  afterAll(async () => {
    await connection.end();
    await database.drop();
  });

  const isOurs = (text: string): boolean => parseProgram(text, { flavor, version, sqlMode: '' })?.failures.length === 0;

  /** undefined: the server stopped at another mistake, so that it is not known what it thinks of the rest. */
  const isSyntax = async (text: string): Promise<boolean | undefined> => {
    try {
      await connection.query(text);
      return true;
    } catch (error) {
      const errno = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : 0;
      return SYNTAX.has(errno) ? false : undefined;
    }
  };

  test('every program of the samples is syntax for the server and for the parser', async () => {
    const shop = [...FUNCTIONS, ...PROCEDURES, ...TRIGGERS, ...EVENTS];
    for (const program of [...programSampleOf(flavor), ...shop]) {
      expect({ program, server: (await isSyntax(program)) ?? true }).toEqual({ program, server: true });
      expect({ program, parser: isOurs(program) }).toEqual({ program, parser: true });
    }
  });

  test('the parser reads all that the server takes of texts that are nearly programs, and refuses nearly all that it refuses', async () => {
    const programs = programSampleOf(flavor);
    const texts = [...new Set(programs.flatMap((program) => mutationsOf(program, dialect(flavor, version))))];
    const lost: string[] = [];
    const refused = { both: 0, server: 0 };
    for (const text of texts) {
      const verdict = await isSyntax(text);
      if (verdict === true && !isOurs(text)) lost.push(text);
      if (verdict !== false) continue;
      refused.server += 1;
      if (!isOurs(text)) refused.both += 1;
    }
    expect(lost).toEqual([]);
    expect(refused.server).toBeGreaterThan(2000);
    expect(refused.both / refused.server).toBeGreaterThan(REFUSED_RATIO);
  }, 300_000);
}

/** With these there, IF NOT EXISTS makes the server parse a text and do no more. */
async function existing(flavor: 'mysql' | 'mariadb'): Promise<readonly string[]> {
  const aggregate = flavor === 'mariadb' ? ['CREATE SEQUENCE s'] : [];
  return [
    'CREATE PROCEDURE p() SELECT 1',
    'CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN 1',
    'CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    ...aggregate,
  ];
}
