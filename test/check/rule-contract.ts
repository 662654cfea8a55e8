import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { brief, checked, onSource, urlOf } from './sides.ts';

const TABLES = [
  'CREATE DATABASE rules_check',
  `CREATE TABLE rules_check.person (id int PRIMARY KEY, name varchar(20) NOT NULL, born date NULL, email varchar(40) UNIQUE,
    shout varchar(40) GENERATED ALWAYS AS (upper(email)) STORED, doc blob NULL)`,
  `CREATE TABLE rules_check.letter (id int PRIMARY KEY, to_email varchar(40) NULL,
    CONSTRAINT goes FOREIGN KEY (to_email) REFERENCES rules_check.person (email) ON DELETE CASCADE)`,
  `CREATE TABLE rules_check.note (id int PRIMARY KEY, of_email varchar(40) NULL, dated date NOT NULL,
    CONSTRAINT stays FOREIGN KEY (of_email) REFERENCES rules_check.person (email))`,
];

/** Rules against the catalogue of a real server. */
export function ruleContract(kind: 'mysql' | 'mariadb'): void {
  let server: RunningServer;

  beforeAll(async () => {
    server = await startServer(kind);
    await onSource(server, 'DROP DATABASE IF EXISTS rules_check', ...TABLES);
  });

  afterAll(async () => {
    await onSource(server, 'DROP DATABASE rules_check');
    await server.stop();
  });

  async function found(rules: string, target = '', code = 'RULE'): Promise<readonly string[]> {
    const source = urlOf(server.url, { database: 'rules_check' });
    const text = `pipeline: shop\nsource: { url: "${source}" }\ntarget: { url: "postgresql://u@127.0.0.1:1/d"${target} }
tables: { maskSalt: sixteen characters, rules: { ${rules} } }`;
    return brief(await checked(text, 'quick'), code).map((line) => line.replaceAll('rules_check.', ''));
  }

  it('rules that can be kept are without any finding', async () => {
    const person =
      'person: { rename: human, columns: { name: label }, exclude: [doc], mask: { born: null }, cast: { name: text } }';
    expect(await found(`${person}, note: { mask: { dated: fixed(1970-01-01) } }`)).toEqual([]);
  });

  it('every rule that cannot be kept is named, all in one list, before anything is touched', async () => {
    const all = [
      'person: { exclude: [id, nmae], mask: { name: null, born: truncate(3), doc: fixed(x) }, cast: { email: inet } }',
      'note: { columns: { of_email: id }, cast: { dated: boolean } }',
      'leter: { mask: { to_email: hash } }',
    ].join(', ');
    expect([...(await found(all))].sort()).toEqual(
      [
        'blocker RULE_CAST note.dated',
        'blocker RULE_KEY_COLUMN person.id',
        'blocker RULE_MASK_TYPE person.born',
        'blocker RULE_MASK_TYPE person.doc',
        'blocker RULE_NAME_TAKEN note.of_email',
        'blocker RULE_NOT_NULL person.name',
        'blocker RULE_UNUSED configuration',
        'blocker RULE_UNUSED configuration',
        'warning RULE_FOREIGN_KEY letter',
        'warning RULE_FOREIGN_KEY note',
      ].sort(),
    );
  });

  it('what tells a hidden value by another way is a blocker, and so is a key that acts by it', async () => {
    expect(
      [...(await found('person: { mask: { email: hash } }, letter: { mask: { to_email: hash } }'))].sort(),
    ).toEqual(['blocker RULE_DERIVED_COLUMN person.shout', 'information RULE_FOREIGN_KEY note']);
    expect(await found('letter: { mask: { to_email: hash } }')).toEqual(['blocker RULE_FOREIGN_KEY letter']);
  });

  it('a rule of case is for a text that the source compares without case, and both sides of a key have it', async () => {
    const asked =
      'person: { case: { email: citext, born: citext, name: lower } }, note: { case: { of_email: citext } }';
    expect([...(await found(asked))].sort()).toEqual([
      'blocker RULE_CASE letter.to_email',
      'blocker RULE_CASE person.born',
      'warning RULE_CASE person.name',
    ]);
    const all =
      'person: { case: { email: citext } }, note: { case: { of_email: citext } }, letter: { case: { to_email: citext } }';
    expect(await found(all)).toEqual([]);
    expect(await found('person: { case: { email: lower, name: exact } }')).toEqual([]);
    expect(await found('person: { case: { emial: citext } }')).toEqual(['blocker RULE_UNUSED configuration']);
  });

  it('a key that is unique without case is told before the load, until a rule keeps it so', async () => {
    const uniques = (rules: string) => found(rules, '', 'CASE');
    expect(await uniques('')).toEqual(['warning CASE_UNIQUES person.email']);
    expect(await uniques('person: { case: { email: lower } }')).toEqual([]);
    expect(await uniques('person: { exclude: [email, shout] }')).toEqual([]);
  });

  it('what of the schema will not stand on the target is told with its reason, and is no problem', async () => {
    const database = 'left_out_check';
    await onSource(
      server,
      `DROP DATABASE IF EXISTS ${database}`,
      `CREATE DATABASE ${database}`,
      `CREATE TABLE ${database}.t (id int PRIMARY KEY, at datetime NULL)`,
      `CREATE TRIGGER ${database}.stamps BEFORE INSERT ON ${database}.t FOR EACH ROW SET NEW.at = NOW()`,
      `CREATE PROCEDURE ${database}.acts() SELECT 1`,
    );
    try {
      const source = urlOf(server.url, { database });
      const report = await checked(
        `pipeline: shop\nsource: { url: "${source}" }\ntarget: { url: "postgresql://u@127.0.0.1:1/d" }`,
        'quick',
      );
      const told = report.findings.filter(({ code }) => code === 'OBJECT_LEFT_OUT').map(({ message }) => message);
      expect(told).toEqual([
        expect.stringMatching(/^trigger stamps on t is not made on the target: ./),
        expect.stringMatching(/^procedure acts is not made on the target: ./),
      ]);
      expect(brief(report, 'OBJECT').every((line) => line.startsWith('information'))).toBe(true);
    } finally {
      await onSource(server, `DROP DATABASE ${database}`);
    }
  });

  it('two tables of one name on the target are told', async () => {
    expect(await found('person: { rename: note }')).toEqual(['blocker RULE_NAME_TAKEN person']);
  });
}
