import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envEdit } from '../../src/cutover/flip/env-file.ts';

const edit = (text: string, values: Record<string, string>) => envEdit(values).edit(text);

test.each([
  ['A=1\nB=2\n', 'A=1\nB=new\n'],
  ['B="2"  # why\n', 'B="new"  # why\n'],
  ["  export B = '2'\n", "  export B = 'new'\n"],
  ['B=2 # why\r\nC=3\r\n', 'B=new # why\r\nC=3\r\n'],
  ['B=\n', 'B=new\n'],
  ['#B=1\nA=1', '#B=1\nA=1\nB=new\n'],
  ['', 'B=new\n'],
  ['B=1\nB=2', 'B=new\nB=new'],
  ['A="\nB=1\n"\nB=2', 'A="\nB=1\n"\nB=new'],
  ['BB=1\nxB=2\nB=3', 'BB=1\nxB=2\nB=new'],
])('of %j nothing but the value of the key changes', (before, after) => {
  expect(edit(before, { B: 'new' })).toBe(after);
});

test.each([
  ['B=1', `p w`, `B='p w'`],
  ['B=1', `it's`, `B="it's"`],
  ['B="1"', 'a"b$c', 'B="a\\"b\\$c"'],
  ['B=a&b', 'x&y', 'B=x&y'],
  ["B='1'", 'a$b', "B='a$b'"],
])('in %j the value %j is written so that it is read as it is', (before, value, after) => {
  expect(edit(before, { B: value })).toBe(after);
});

test('a value of several lines is refused, the one that is there and the one that would come', () => {
  expect(() => edit('B="1\n2"', { B: 'x' })).toThrow(/does not end on its line/);
  expect(() => edit('A=1', { B: 'a\nb' })).toThrow(/more than one line/);
});

test('whatever a file holds, lines of other keys stay as they are', () => {
  const line = fc.stringMatching(/^[A-Z_]{0,4}[= #a-z0-9]{0,8}$/);
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const before = lines.filter((each) => !/^\s*(export\s+)?B\s*=/.test(each));
      const after = edit(before.join('\n'), { B: 'new' }).split('\n');
      const kept = before.at(-1) === '' ? before.slice(0, -1) : before;
      expect(after).toEqual([...kept, 'B=new', '']);
    }),
  );
});

test.each([
  ['DATABASE_URL=mysql://u:p@ss@h/d', 'DATABASE_URL=mysql://u:***@h/d'],
  ['DB_PASSWORD=hunter2', 'DB_PASSWORD=***'],
  ['DSN="host=h password=hunter2"', 'DSN=***'],
  ['# comment', '# comment'],
  ['continued secret', '***'],
  ['DEBUG=1', 'DEBUG=1'],
])('%j is shown as %j', (line, shown) => {
  expect(envEdit({}).mask(line)).toBe(shown);
});
