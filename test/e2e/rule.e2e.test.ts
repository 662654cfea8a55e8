import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogOf } from '../../src/pipeline/log-of.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { startProcess, untilProcess } from './line-process.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const SALT = 'a salt of some length';

const RULES = `tables:
  maskSalt: ${SALT}
  rules:
    customer:
      rename: client
      columns: { full_name: name, uid: public_id }
      exclude: [password]
      mask: { email: hash, phone: "truncate(3)", birthday: null, city: "fixed(somewhere)", score: hash }
      cast: { is_vip: boolean, uid: uuid, doc: jsonb, worked: interval, ip: inet, amount: "numeric(12,4)" }
    letter: { mask: { customer_email: hash, late: hash }, cast: { tag: jsonb } }
`;

const TABLES = [
  `CREATE TABLE customer (id int PRIMARY KEY, full_name varchar(40) NOT NULL, password varchar(40) NOT NULL,
    email varchar(80) NULL UNIQUE, phone varchar(30) NOT NULL, birthday date NULL, city varchar(40) NOT NULL DEFAULT 'x',
    score int NULL, is_vip tinyint NOT NULL, uid char(32) NOT NULL, doc longtext NULL, worked bigint NULL,
    ip varchar(39) NULL, amount decimal(10,2) NULL, KEY by_password (password), KEY by_city (city))`,
  `CREATE TABLE letter (id int PRIMARY KEY, customer_email varchar(80) NULL,
    FOREIGN KEY (customer_email) REFERENCES customer (email) ON DELETE CASCADE)`,
];

const SECRETS = ['hunter2', 'LateSecret', 'SecretStreet', 'ann@example.org', 'bob@example.org', '+49170', '+49171'];

function customer(id: number, name: string, who: string): string {
  return `(${id}, '${name}', 'hunter2-${id}', '${who}@example.org', '+4917${id}', '1980-01-0${id}', 'SecretStreet',
    ${40 + id}, ${id % 2}, '${String(id).repeat(32)}', '{"b": 1, "a": [${id}]}', ${id}500000, '10.0.0.${id}', ${id}.25)`;
}

async function logBytes(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')));
  return files.join('');
}

const digest = (text: string) => createHash('sha256').update(`${SALT}${text}`).digest('hex');

async function expectRuled(line: Line, ids: readonly number[], names: readonly string[]): Promise<void> {
  const rows = await onTarget(
    line,
    `SELECT id, name, email, phone, birthday, city, score, is_vip, public_id, doc, worked::text, host(ip) AS ip, amount::text
     FROM client ORDER BY id`,
  );
  expect(rows).toEqual(
    ids.map((id, i) => ({
      id,
      name: `n${id}`,
      email: digest(`${names[i]}@example.org`),
      phone: '+49',
      birthday: null,
      city: 'somewhere',
      score: digest(String(40 + id)),
      is_vip: id % 2 === 1,
      public_id: String(id)
        .repeat(32)
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      doc: { a: [id], b: 1 },
      worked: `00:00:0${id}.5`,
      ip: `10.0.0.${id}`,
      amount: `${id}.2500`,
    })),
  );
}

/** A change that the target cannot hold is kept as the log has it. */
async function expectHiddenInQuarantine(line: Line): Promise<void> {
  const again = startLine(line);
  await onSource(line, `INSERT INTO customer VALUES ${customer(4, 'n\\0', 'ann4')}`);
  await again.until(caughtUpSince(Date.now()));
  await again.stop();
  const kept = await onTarget(line, `SELECT reason, encode("after", 'escape') AS after FROM sluice.quarantine`);
  expect(kept).toEqual([{ reason: 'nul-byte', after: expect.stringContaining('somewhere') }]);
  expect(SECRETS.filter((secret) => JSON.stringify(kept).includes(secret))).toEqual([]);
}

test.each(['mysql', 'mariadb'] as const)(
  'rules of a table at %s hold in snapshot and stream alike, and what they hide is not in the log',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: RULES });
    try {
      await onSource(line, ...TABLES);
      await onSource(
        line,
        `INSERT INTO customer VALUES ${customer(1, 'n1', 'ann')}, ${customer(2, 'n2', 'gone')}`,
        "INSERT INTO letter VALUES (1, 'ann@example.org'), (2, 'gone@example.org'), (3, NULL)",
      );
      const running = startLine(line);
      await running.until(caughtUpSince(Date.now()));
      await onSource(
        line,
        `INSERT INTO customer VALUES ${customer(3, 'n3', 'bob')}`,
        "INSERT INTO letter VALUES (4, 'bob@example.org')",
        "UPDATE customer SET password = 'hunter2-new', birthday = '1999-09-09' WHERE id = 1",
        'DELETE FROM customer WHERE id = 2',
        'ALTER TABLE letter ADD COLUMN tag varchar(60) NULL, ADD COLUMN late varchar(20) NULL',
        `INSERT INTO letter VALUES (5, NULL, '{"b": 1, "a": 2}', 'LateSecret')`,
      );
      await running.until(caughtUpSince(Date.now()));
      await expectRuled(line, [1, 3], ['ann', 'bob']);
      expect(await onTarget(line, 'SELECT id, customer_email AS e FROM letter ORDER BY id')).toEqual([
        { id: 1, e: digest('ann@example.org') },
        { id: 3, e: null },
        { id: 4, e: digest('bob@example.org') },
        { id: 5, e: null },
      ]);
      const late = await onTarget(line, 'SELECT tag, late FROM letter WHERE id = 5');
      expect(late).toEqual([{ tag: { a: 2, b: 1 }, late: digest('LateSecret') }]);
      await running.stop();
      await expectEqual(line);
      await expectHiddenInQuarantine(line);
      const log = await logBytes(join(line.folder, 'log'));
      expect(log).toContain('somewhere');
      expect(SECRETS.filter((secret) => log.includes(secret))).toEqual([]);
      const keys = await onTarget(line, "SELECT conname FROM pg_constraint WHERE contype = 'f'");
      expect(keys).toHaveLength(1);
    } finally {
      await line.close();
    }
  },
);

async function ended(line: Line, flags: readonly string[] = []): Promise<{ exit: number | null; log: string }> {
  const process = startProcess(line, 'run', flags);
  const exit = await process.ended;
  return { exit, log: process.log };
}

async function caughtUpByProcess(line: Line, flags: readonly string[] = []): Promise<void> {
  expect(await ended(line, ['--until', 'caught-up', ...flags])).toMatchObject({ exit: 0 });
}

test.each(['mysql', 'mariadb'] as const)(
  'a pipeline of %s that was killed goes on under its rules, refuses others until they are accepted, and stops at a rename',
  async (source) => {
    const mask = (columns: string) => `tables: { maskSalt: ${SALT}, rules: { person: { mask: { ${columns} } } } }`;
    const first = mask('email: hash');
    const line = await openLine({ source, log: 'embedded', yaml: first });
    const base = (await readFile(line.file, 'utf8')).replace(first, '');
    const configure = (columns: string) => writeFile(line.file, `${base}${mask(columns)}\n`);
    try {
      await onSource(
        line,
        'CREATE TABLE person (id int PRIMARY KEY, email varchar(80) NULL)',
        "INSERT INTO person VALUES (1, 'ann@example.org')",
      );
      const process = startProcess(line);
      await untilProcess(line, (status) => status.isCaughtUp && status.state === 'streaming', { processes: [process] });
      await process.kill();
      await onSource(line, "INSERT INTO person VALUES (2, 'bob@example.org')");
      await configure('email: null');
      expect(await ended(line)).toMatchObject({ exit: 3, log: expect.stringContaining('RULES_CHANGED') });
      await configure('email: hash');
      await caughtUpByProcess(line);
      const held = [
        { id: 1, email: digest('ann@example.org') },
        { id: 2, email: digest('bob@example.org') },
      ];
      expect(await onTarget(line, 'SELECT id, email FROM person ORDER BY id')).toEqual(held);
      await onSource(
        line,
        'ALTER TABLE person CHANGE email mail varchar(80) NULL',
        "INSERT INTO person VALUES (3, 'eve@example.org')",
      );
      expect(await ended(line)).toMatchObject({ exit: 1, log: expect.stringContaining('RULE_COLUMN_GONE') });
      await configure('email: hash, mial: hash');
      const slip = await ended(line, ['--accept-rules']);
      expect(slip).toMatchObject({ exit: 3, log: expect.stringContaining('person.mial') });
      await configure('email: hash, mail: hash');
      await caughtUpByProcess(line, ['--accept-rules']);
      const log = await logBytes(join(line.folder, 'log'));
      expect(log).toContain(digest('eve@example.org'));
      expect(log).not.toContain('@example.org');
    } finally {
      await line.close();
    }
  },
);

/** Every byte of every record that the log holds, of Kafka's topics as of segment files. */
async function recordBytes(line: Line): Promise<string> {
  const log = openLogOf(line.config);
  const end = new AbortController();
  let text = '';
  try {
    const last = (await log.head()).last?.number ?? 0;
    for await (const epoch of log.read({ signal: end.signal })) {
      for await (const records of epoch.read()) {
        for (const { key, value } of records)
          text += Buffer.concat([key ?? [], value ?? []].map(Buffer.from)).toString('latin1');
      }
      if (epoch.number === last) break;
    }
  } finally {
    end.abort();
    await log.close();
  }
  return text;
}

test('what the rules of a table hide is on no topic of Kafka, from snapshot and stream', async () => {
  const yaml = `tables: { maskSalt: ${SALT}, rules: { person: { exclude: [secret], mask: { email: hash } } } }`;
  const line = await openLine({ source: 'mysql', log: 'kafka', yaml });
  try {
    await onSource(
      line,
      'CREATE TABLE person (id int PRIMARY KEY, email varchar(80) NULL, secret varchar(20) NOT NULL, note varchar(20))',
      "INSERT INTO person VALUES (1, 'ann@example.org', 'hunter2', 'copied')",
    );
    const running = startLine(line);
    await running.until(caughtUpSince(Date.now()));
    await onSource(
      line,
      "INSERT INTO person VALUES (2, 'bob@example.org', 'hunter2', 'streamed')",
      "UPDATE person SET email = 'eve@example.org', secret = 'hunter2b' WHERE id = 1",
      'DELETE FROM person WHERE id = 2',
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    const records = await recordBytes(line);
    for (const there of ['copied', 'streamed', digest('ann@example.org'), digest('eve@example.org')])
      expect(records).toContain(there);
    for (const hidden of ['@example.org', 'hunter2']) expect(records).not.toContain(hidden);
    expect(await onTarget(line, 'SELECT * FROM person')).toEqual([
      { id: 1, email: digest('eve@example.org'), note: 'copied' },
    ]);
  } finally {
    await line.close();
  }
});
