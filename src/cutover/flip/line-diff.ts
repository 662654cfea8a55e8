/** Lines that go and lines that come between what both texts begin and end with; a line before for the place. */
export function lineDiff(before: string, after: string, mask: (line: string) => string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const limit = Math.min(old.length, now.length);
  let head = 0;
  while (head < limit && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < limit - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  if (old.length === now.length) return lineByLine(old, now, mask);
  const marked = (lines: readonly string[], mark: string) =>
    lines.slice(head, lines.length - tail).map((line) => `${mark}${mask(line)}`);
  return [...marked(old, '-'), ...marked(now, '+')];
}

/** Values change in their places: only those lines. */
function lineByLine(old: readonly string[], now: readonly string[], mask: (line: string) => string): readonly string[] {
  return old.flatMap((line, i) => {
    const other = now[i] ?? '';
    return line === other ? [] : [`-${mask(line)}`, `+${mask(other)}`];
  });
}
