import { expect, test } from 'vitest';
import { caughtUpSince, type Line, openLine, pause, type SourceKind } from '../e2e/line.ts';
import { startProcess, untilProcess } from '../e2e/line-process.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onTarget } from '../e2e/statement.ts';
import { OBJECT_STATE } from '../existing/object-state.ts';
import { DIFFERENCES, ON_MARIADB } from './django-difference.ts';
import { type DjangoProject, openDjango } from './django-project.ts';

const UTC = { USE_TZ: 'on', TIME_ZONE: 'UTC' } as const;
const BERLIN = { USE_TZ: 'off', TIME_ZONE: 'Europe/Berlin' } as const;

test.each([
  { source: 'mysql', series: '5.2', time: UTC, drop: 'all' },
  { source: 'mariadb', series: '5.2', time: BERLIN, drop: 'nothing' },
  { source: 'mysql', series: '4.2', time: BERLIN, drop: 'indexes' },
  { source: 'mariadb', series: '4.2', time: UTC, drop: 'all' },
] as const)(
  'a Django $series project goes on on PostgreSQL after a live move from $source, dropping $drop',
  async ({ source, series, time, drop }) => {
    const line = await openLine({
      source,
      log: 'embedded',
      sourceMore: `, datetimeZone: ${time.TIME_ZONE}`,
      target: `, ddl: existing, dropForLoad: ${drop}, emptyFirst: [django_content_type, auth_permission]`,
      yaml: 'tables: { exclude: [django_migrations] }',
    });
    const django = await openDjango(series, time);
    const { source: from, target: to } = line;
    try {
      await migrateBoth(line, django);
      await django.manage(from.url, 'fill', '12');
      const before = await objects(line);
      const traffic = django.start(from.url, 'traffic');
      const pipeline = startProcess(line);
      try {
        await untilProcess(line, ({ state }) => state === 'streaming', { processes: [pipeline] });
        expect(await objects(line)).toEqual(before);
        await pause(2_000);
        expect(Number(await traffic.stop())).toBeGreaterThan(20);
        await untilProcess(line, caughtUpSince(Date.now()), { processes: [pipeline] });
        expect(await pipeline.stop()).toBe(0);
      } finally {
        await pipeline.kill();
      }
      await expectEqual(line);
      await expectSame(line, django);
      await expectKnown(line, source, django);
      for (const url of [from.url, to.url]) {
        await django.manage(url, 'migrate', '--check');
        await django.manage(url, 'makemigrations', '--check', '--dry-run');
      }
      expect(await django.manage(to.url, 'insert')).toBe('inserted\n');
    } finally {
      await django.close();
      await line.close();
    }
  },
);

/** The same migrations on both sides; PostgreSQL knows the collation that the model names by the same name. */
async function migrateBoth({ source, target }: Line, django: DjangoProject): Promise<void> {
  await django.manage(source.url, 'makemigrations', 'zoo');
  await onTarget({ target }, `CREATE COLLATION utf8mb4_bin (provider = libc, locale = 'C')`);
  await Promise.all([source, target].map(({ url }) => django.manage(url, 'migrate', '--verbosity', '0')));
}

/** The same questions to both sides; what differs is shown question by question. */
async function expectSame({ source, target }: Line, django: DjangoProject): Promise<void> {
  const [before, after] = await Promise.all([source, target].map(({ url }) => answersOf(url, django)));
  const questions = Object.keys({ ...before, ...after });
  expect(questions.length).toBeGreaterThan(500);
  const different = questions.filter(
    (question) => JSON.stringify(before?.[question]) !== JSON.stringify(after?.[question]),
  );
  expect(
    different.slice(0, 10).map((question) => ({ question, before: before?.[question], after: after?.[question] })),
  ).toEqual([]);
}

/** What the two servers answer otherwise by nature is what docs/operate/django.md says, on both sides. */
async function expectKnown(line: Line, kind: SourceKind, django: DjangoProject): Promise<void> {
  const ask = async ({ url }: { readonly url: string }) =>
    JSON.parse(await django.manage(url, 'differences')) as Record<string, unknown>;
  const [before, after] = [await ask(line.source), await ask(line.target)];
  const known = { ...DIFFERENCES, ...(kind === 'mariadb' ? ON_MARIADB : {}) };
  const found = Object.keys(before).map((question) => [question, [before[question], after[question]]]);
  expect(Object.fromEntries(found)).toEqual(known);
}

async function answersOf(url: string, django: DjangoProject): Promise<Record<string, unknown>> {
  return JSON.parse(await django.manage(url, 'answers')) as Record<string, unknown>;
}

async function objects(line: Line): Promise<readonly unknown[]> {
  return (await onTarget(line, OBJECT_STATE)).map(({ line }) => line);
}
