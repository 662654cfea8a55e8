import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { parseStatement } from '../../src/sql/parse.ts';
import { mutationsOf } from './mutation.ts';
import { ServerVerdict } from './server-verdict.ts';
import { sampleOf } from './statement-sample.ts';

/** Share of near-miss texts on which parser and server must agree; the rest the server refuses later, by meaning. */
const AGREEMENT_RATIO = { mysql: 0.94, mariadb: 0.9 };

/** The parser's verdict (syntax or not) against that of the server whose language it is. */
export function verdictContract(flavor: 'mysql' | 'mariadb', version: number): void {
  const of = dialect(flavor, version);
  let database: FreshDatabase;
  let server: ServerVerdict;
  const isOurs = (text: string): boolean => parseStatement(text, of).tag !== 'opaque';

  beforeAll(async () => {
    database = await freshDatabase(await startServer(flavor), 'verdict');
    server = await ServerVerdict.open(database.url);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await database.drop();
  });

  test('every statement of the sample is syntax for the server and for the parser', async () => {
    for (const statement of sampleOf(flavor)) {
      expect({ statement, server: await server.isSyntax(statement) }).toEqual({ statement, server: true });
      expect({ statement, parser: isOurs(statement) }).toEqual({ statement, parser: true });
    }
  });

  test('the parser agrees with the server on texts that are nearly statements', async () => {
    const texts = [...new Set(sampleOf(flavor).flatMap((statement) => mutationsOf(statement, of)))];
    let agreed = 0;
    for (const text of texts) if ((await server.isSyntax(text)) === isOurs(text)) agreed += 1;
    expect(agreed / texts.length).toBeGreaterThan(AGREEMENT_RATIO[flavor]);
  });
}
