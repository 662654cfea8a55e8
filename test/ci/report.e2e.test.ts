import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { EvidencePart } from '../../src/evidence/part.ts';
import type { PromiseKept } from '../../src/evidence/promise.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { caughtUpSince, type Line, openLine } from '../e2e/line.ts';
import { startProcess, untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

/** A password that is in force and is never used: whatever prints it has leaked it. */
const SECRET = 'Planted/Secret-77';
const VALUE = 'a value of a row';

async function lineOf(source: 'mysql' | 'mariadb'): Promise<Line> {
  const adminUrl = `mysql://root:${encodeURIComponent(SECRET)}@127.0.0.1:1/shop`;
  const line = await openLine({
    source,
    log: 'embedded',
    yaml: '',
    isProxied: true,
    sourceMore: `, adminUrl: "${adminUrl}"`,
  });
  cleanUp.push(() => line.close());
  return line;
}

async function sluice(line: Line, words: readonly string[], user = 'grace') {
  const ran = await runSluice([...words, '--json'], { folder: line.folder, environment: { USER: user } });
  return { ...ran, document: JSON.parse(ran.stdout) };
}

/** Facts by part of a report that was made just now, and its files. */
async function report(line: Line, ...flags: readonly string[]) {
  const { exit, document, stderr, stdout } = await sluice(line, ['report', '--out', 'proof', ...flags]);
  const parts: readonly EvidencePart[] = document.data.evidence.parts;
  const html = await readFile(join(line.folder, 'proof.html'), 'utf8');
  const json = await readFile(join(line.folder, 'proof.json'), 'utf8');
  const of = (name: string) => parts.find((part) => part.name === name)?.facts;
  const kept = of('promises') as readonly PromiseKept[];
  return { exit, document, of, kept, html, json, all: `${html}${json}${stdout}${stderr}` };
}

test.each(['mysql', 'mariadb'] as const)(
  'the evidence of a pipeline from %s tells what happened, who asked for it and what came of it, over a kill -9',
  async (kind) => {
    const line = await lineOf(kind);
    const { pipeline } = line.config;
    const before = await report(line);
    expect(before.exit, before.all).toBe(0);
    expect(before.kept.map(({ broken }) => broken)).toEqual([null, null, 0, null, 0, 0]);
    expect(await onTarget(line, "SELECT to_regnamespace('sluice') IS NULL AS untouched")).toEqual([
      { untouched: true },
    ]);

    await onSource(
      line,
      'CREATE TABLE `Odd "name"` (id int PRIMARY KEY, flag tinyint(1), note varchar(40))',
      `INSERT INTO \`Odd "name"\` VALUES (1, 0, '${VALUE} 1'), (2, 1, '${VALUE} 2'), (3, 1, '${VALUE} 3')`,
    );
    let child = startProcess(line);
    cleanUp.push(() => child.kill());
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    // Killed before its first word, it would never have been there.
    await vi.waitFor(async () => expect(await onTarget(line, 'SELECT FROM sluice.run')).toHaveLength(1), 60_000);
    await child.kill();
    child = startProcess(line);
    await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
    await onSource(
      line,
      'ALTER TABLE `Odd "name"` ADD COLUMN more int',
      'UPDATE `Odd "name"` SET flag = 7 WHERE id = 3',
    );
    await untilProcess(line, ({ quarantine }) => quarantine.length === 1, { processes: [child] });
    await onTarget(line, `UPDATE "Odd ""name""" SET note = 'wrong ${VALUE}' WHERE id = 1`);
    const confirm = ['--confirm', pipeline];
    await sluice(line, ['quarantine', 'drop', 'all', ...confirm], `${SECRET} is my name`);
    await sluice(line, ['verify', '--repair', ...confirm], 'ada');

    const made = await report(line, '--checksums');
    expect(made.exit, made.all).toBe(0);
    expect(made.of('actions')).toMatchObject([
      { who: '*** is my name', what: { action: 'quarantine.drop', params: { id: 'all' }, outcome: 'done' } },
      { who: 'ada', what: { action: 'verify', params: { repair: true }, outcome: 'done' } },
    ]);
    expect(made.of('repairs')).toMatchObject([
      {
        table: expect.stringContaining('Odd "name"'),
        kind: 'different',
        askedBy: 'ada',
        equalAtMs: expect.any(Number),
      },
      { table: expect.stringContaining('Odd "name"'), kind: 'different', askedBy: 'ada' },
    ]);
    // The repair has sent the row as the source has it, and that is not held either.
    expect(made.of('quarantine')).toMatchObject([
      { op: 'u', state: 'dropped', settledAtMs: expect.any(Number) },
      { op: 'r', state: 'waiting', settledAtMs: null },
    ]);
    expect(made.of('schema-changes')).toMatchObject([{ what: { what: 'columns added: more' } }]);
    expect(made.of('runs')).toMatchObject([
      { ended: null, endedAtMs: null, startedBy: expect.any(String) },
      { ended: null },
    ]);
    expect(made.of('servers')).toMatchObject([{ kind, version: expect.any(String) }, { kind: 'postgresql' }]);
    expect(made.of('lag')).toMatchObject([
      { run: 'whole', lag: { count: expect.any(Number) }, latency: { p99Ms: expect.any(Number) } },
      {},
      {},
    ]);
    const [table] = made.of('tables') as readonly Record<string, unknown>[];
    expect(table).toMatchObject({ verified: { sourceRows: 3, targetRows: 3, position: expect.any(String) } });
    const sums = table?.['checksum'] as Record<string, unknown>;
    expect(sums).toMatchObject({ sourceRows: 3, targetRows: 3, without: [], reason: null });
    expect(made.all).not.toContain(SECRET);
    expect(made.all).not.toContain(VALUE);
    if (kind === 'mariadb') return;
    expect((await report(line, '--values', '--quick')).all).toContain(VALUE);

    expect(await child.stop()).toBe(0);
    const down = await report(line, '--quick');
    expect(down.exit, down.all).toBe(0);
    expect(down.of('file')).toMatchObject({ isRunning: false, reports: [{ who: 'grace' }, { who: 'grace' }] });
    expect(down.of('runs')).toMatchObject([{ ended: null }, { ended: 'stopped', endedAtMs: expect.any(Number) }]);
    const { root } = down.document.data;
    const checked = await sluice(line, ['report', '--check', 'proof.html', '--root', root]);
    expect(checked).toMatchObject({ exit: 0, document: { data: { changed: [], root } } });
    await writeFile(join(line.folder, 'proof.html'), down.html.replace('<td>dropped', '<td>applied'));
    const forged = await sluice(line, ['report', '--check', 'proof.html', '--root', '0'.repeat(64)]);
    expect(forged).toMatchObject({
      exit: 4,
      document: {
        status: 'action_required',
        error: { code: 'REPORT_CHANGED' },
        data: { changed: ['quarantine', 'root'] },
      },
    });

    line.proxies?.source.refuse();
    const noSource = await report(line);
    expect(noSource).toMatchObject({ exit: 6, document: { error: { code: 'REPORT_INCOMPLETE' } } });
    expect(noSource.of('file')).toMatchObject({ notRead: [{}, { what: 'the source' }, {}] });
    expect(noSource.of('servers')).toMatchObject([{ kind }, { kind: 'postgresql' }]);
    expect(noSource.of('actions')).toHaveLength(2);
    line.proxies?.target.refuse();
    const nothing = await report(line, '--quick');
    expect(nothing.exit, nothing.all).toBe(6);
    expect(nothing.kept.map(({ broken }) => broken)).toEqual([null, null, null, null, null, 0]);
    expect(nothing.all).not.toContain(SECRET);
  },
  300_000,
);
