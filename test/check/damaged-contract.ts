import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { brief, checked, onSource, urlOf } from './sides.ts';

/** Damage that statements alone can do, so that any server will do. */
const DAMAGE = [
  'DROP DATABASE IF EXISTS damaged',
  'CREATE DATABASE damaged',
  'CREATE TABLE damaged.whole (id INT PRIMARY KEY, born DATE)',
  "SET sql_mode = ''",
  "INSERT INTO damaged.whole VALUES (1, '0000-00-00')",
  'CREATE TABLE damaged.spaceless (id INT PRIMARY KEY, n INT)',
  'ALTER TABLE damaged.spaceless DISCARD TABLESPACE',
  'CREATE TABLE damaged.part (id INT, KEY (id)) ENGINE = MyISAM',
  'CREATE TABLE damaged.merged (id INT, other INT, KEY (id)) ENGINE = MERGE UNION = (damaged.part)',
  `CREATE TABLE damaged.wide (${Array.from({ length: 2000 }, (_, at) => `c${at} TINYINT`).join(', ')}) ENGINE = MyISAM`,
];

/** Tables that the server itself cannot read, or PostgreSQL cannot have, beside one that is whole. */
export function damagedContract(kind: 'mysql' | 'mariadb'): void {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer(kind);
    await onSource(server, ...DAMAGE);
  });
  afterAll(() => onSource(server, 'DROP DATABASE damaged'));

  describe(`check of a ${kind} with damaged tables`, () => {
    const text = () =>
      `pipeline: p\nsource: { url: "${urlOf(server.url, { database: 'damaged' })}" }\ntarget: { url: "postgresql://u@127.0.0.1:1/d" }\n`;

    it('names each with its cure, asks the data of the others all the same, and says nothing twice', async () => {
      const report = await checked(text());
      const told = brief(report).filter((line) => / damaged\./.test(line) && !/TABLE_ENGINE|TABLE_NO_KEY/.test(line));
      expect([...told].sort()).toEqual([
        'blocker TABLE_UNREADABLE damaged.merged',
        'blocker TABLE_UNREADABLE damaged.spaceless',
        'blocker TARGET_TABLE_IMPOSSIBLE damaged.wide',
        'information COLUMN_ZERO_DATE damaged.whole.born',
      ]);
      const cures = report.findings.filter(({ code }) => code === 'TABLE_UNREADABLE').flatMap(({ cure }) => cure);
      expect(cures).toContain('tables: { exclude: ["spaceless"] }');
    });
  });
}
