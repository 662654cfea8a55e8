import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

const SOURCE = [
  "CREATE TABLE visit (at DATETIME(3) NOT NULL, id INT, left_at DATETIME DEFAULT '2020-07-01 12:00:00', day DATE, seen TIMESTAMP NULL, PRIMARY KEY (at, id), KEY by_left (left_at))",
  "INSERT INTO visit VALUES ('2020-01-15 12:00:00.123', 1, '2020-07-15 12:00:00', '2020-01-15', '2020-01-15 12:00:00')",
  'CREATE VIEW noon AS SELECT id FROM visit WHERE HOUR(at) = 12',
];
const STREAMED = [
  "INSERT INTO visit (at, id, day) VALUES ('2021-06-01 00:00:00', 2, '2021-06-01')",
  "ALTER TABLE visit ADD COLUMN due DATETIME NOT NULL DEFAULT '2022-08-01 10:00:00'",
  'ALTER TABLE visit MODIFY left_at DATETIME(6)',
  "INSERT INTO visit (at, id, left_at, due) VALUES ('2023-01-01 00:00:00', 3, '2023-01-01 23:30:00.5', '2023-02-01 00:00:00')",
];

test('datetime columns of a source whose zone is named are instants on the target, in the load, the stream and after DDL', async () => {
  const line = await openLine({ source: 'mysql', log: 'embedded', sourceMore: ', datetimeZone: Europe/Berlin' });
  lines.push(line);
  await onSource(line, ...SOURCE);
  const run = startLine(line);
  await run.until(({ state }) => state === 'streaming');
  await onSource(line, ...STREAMED);
  await run.until(caughtUpSince(Date.now()));
  await run.stop();
  const types = await onTarget(
    line,
    "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'visit'::regclass AND attnum > 0 ORDER BY attnum",
  );
  expect(types.map(({ name, type }) => [name, type])).toEqual([
    ['at', 'timestamp(3) with time zone'],
    ['id', 'integer'],
    ['left_at', 'timestamp(6) with time zone'],
    ['day', 'date'],
    ['seen', 'timestamp(0) with time zone'],
    ['due', 'timestamp(0) with time zone'],
  ]);
  const rows = await onTarget(
    line,
    "SELECT id, (at AT TIME ZONE 'UTC')::text AS at, (left_at AT TIME ZONE 'UTC')::text AS left_at, (due AT TIME ZONE 'UTC')::text AS due FROM visit ORDER BY id",
  );
  expect(rows.map((row) => Object.values(row))).toEqual([
    [1, '2020-01-15 11:00:00.123', '2020-07-15 10:00:00', '2022-08-01 08:00:00'],
    [2, '2021-05-31 22:00:00', '2020-07-01 10:00:00', '2022-08-01 08:00:00'],
    [3, '2022-12-31 23:00:00', '2023-01-01 22:30:00.5', '2023-01-31 23:00:00'],
  ]);
  expect((await onTarget(line, 'SELECT id FROM noon')).map(({ id }) => id)).toEqual([1]);
  await expectEqual(line);
});
