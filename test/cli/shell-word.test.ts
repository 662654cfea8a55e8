import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/cli/shell-word.ts';

test.each(['tbl_order', 'täble', 'shop.a.b', 'two words', `a'b"c`, '$HOME', '`id`', '\\back', '*', '{x}', ''])(
  'the shell reads %j as one word, and as it was',
  (text) => {
    const read = execFileSync('sh', ['-c', `printf '%s|' ${shellWord(text)}`]).toString();
    expect(read).toBe(`${text}|`);
  },
);

test('what needs no quotes has none', () => {
  expect(shellWord('shop.tbl_order')).toBe('shop.tbl_order');
});
