import { afterAll, beforeAll, expect, it } from 'vitest';
import { sightGrants, sourceGrants } from '../../src/check/grant.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { checked, onSource, urlOf } from './sides.ts';

/** What an account without the rights to see stored programs is told of them. */
export function unseenContract(kind: 'mysql' | 'mariadb', right: string): void {
  const [database, name] = ['unseen_1', `unseen_${kind}`];
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer(kind);
    await onSource(
      server,
      `CREATE DATABASE ${database}`,
      `CREATE TABLE ${database}.t (id int PRIMARY KEY)`,
      `CREATE TRIGGER ${database}.tr BEFORE INSERT ON ${database}.t FOR EACH ROW SET NEW.id = 1`,
      `CREATE PROCEDURE ${database}.p() SELECT 1`,
      `CREATE EVENT ${database}.e ON SCHEDULE EVERY 1 DAY DO SELECT 1`,
      `CREATE USER ${name} IDENTIFIED BY 'pw'`,
    );
  });

  afterAll(async () => await onSource(server, `DROP DATABASE ${database}`, `DROP USER ${name}`));

  async function leftOut(): Promise<readonly (readonly string[])[]> {
    const url = urlOf(server.url, { user: name, password: 'pw', database });
    const target = 'target: { url: "postgresql://u@127.0.0.1:1/d" }';
    const { findings } = await checked(`pipeline: p\nsource: { url: "${url}" }\n${target}\n`);
    return findings.flatMap(({ code, message, cure }) => (code === 'OBJECT_LEFT_OUT' ? [[message, ...cure]] : []));
  }

  it('are told as a kind that may be there, until what init prints is granted: then each by its name', async () => {
    await onSource(server, ...sourceGrants(kind, name, [database]));
    const told = (await leftOut()).map(([message, cure]) => `${message} ${cure}`);
    const hidden = (all: string): string =>
      `this account may not see ${all}, so whatever there is of them is not listed`;
    expect(told).toEqual([
      `trigger is not made on the target: ${hidden('triggers')} -- Grant TRIGGER ON \`unseen\\_1\`.*, and look again.`,
      `procedure is not made on the target: ${hidden('procedures and functions')} -- Grant ${right}, and look again.`,
      `event is not made on the target: ${hidden('events')} -- Grant EVENT ON \`unseen\\_1\`.*, and look again.`,
    ]);
    await onSource(server, ...sightGrants(kind, name, [database]));
    const names = (await leftOut()).map(([message]) => message?.split(' is not made')[0]);
    expect(names).toEqual(['trigger tr on t', 'procedure p', 'event e']);
  });
}
