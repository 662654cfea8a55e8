import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parsePosition } from '../../src/position/position.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { reached, Source, story } from './source.ts';

/** What only MariaDB has: replication domains, ALTER in two phases, commit times in seconds. */
export function domainContract(server: RunningServer): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(server);
  });
  afterAll(() => source?.close());
  beforeEach(() => source.reset());

  test('several replication domains are resumed each at its own transaction, XA transactions open in one of them', async () => {
    const from = await source.head();
    await source.xa('d1', 1);
    await source.run("SET gtid_domain_id = 7; INSERT INTO a VALUES (2, 'seven', 1)");
    await source.run("SET gtid_domain_id = 0; INSERT INTO a VALUES (3, 'zero', 1)");
    const first = await source.read({ from });
    const again = parsePosition('mariadb', reached(first, from).text);
    await source.run("SET gtid_domain_id = 8; INSERT INTO a VALUES (4, 'eight', 1)");
    await source.run("SET gtid_domain_id = 7; INSERT INTO a VALUES (5, 'seven', 1); SET gtid_domain_id = 0");
    await source.decide('COMMIT', 'd1');
    const rows = (lines: readonly string[]) => lines.filter((line) => line.startsWith('c a'));
    expect(rows(story(first))).toEqual(['c a (id=2 v=seven n=1) key 04', 'c a (id=3 v=zero n=1) key 06']);
    expect(rows(story(await source.read({ from: again })))).toEqual([
      'c a (id=4 v=eight n=1) key 08',
      'c a (id=5 v=seven n=1) key 0a',
      'c a (id=1 v=xa n=1) key 02',
    ]);
  });

  test('an ALTER in two phases is one schema change, at its end', async () => {
    const from = await source.head();
    await source.run(
      'SET binlog_alter_two_phase = ON',
      'ALTER TABLE a ADD COLUMN z int',
      'SET binlog_alter_two_phase = OFF',
    );
    await source.run("INSERT INTO a VALUES (1, 'x', 1, 2)");
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'schema a none new',
      'commit',
      'begin',
      'c a (id=1 v=x n=1 z=2) key 02',
      'commit',
    ]);
  });

  test('a commit is as old as its COMMIT, to the second', async () => {
    const from = await source.head();
    await source.run("BEGIN; INSERT INTO a VALUES (1, 'x', 1); SELECT SLEEP(2.1)");
    const beforeUs = BigInt(Date.now() - 1000) * 1000n;
    await source.run('COMMIT');
    const changes = await source.read({ from });
    const commit = changes[changes.findIndex((change) => change.tag === 'row') + 1];
    expect(commit?.tag === 'commit' && commit.committedAtUs >= beforeUs).toBe(true);
  });
}
