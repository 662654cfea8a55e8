import type { Comparison } from './differ.ts';

/** What the comparisons showed, as one page of HTML that needs nothing else. Differences are counted, not shown: they hold data. */
export function comparisonPage(found: readonly Comparison[], title: string): string {
  const run = found.filter(({ skipped }) => skipped === undefined);
  const differing = run.filter(({ differences }) => differences.length > 0);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
<p>${run.length} of ${found.length} programs run, ${differing.length} differ.</p>
<table>
<tr>${COMPARISON_HEAD.map((head) => `<th>${head}`).join('')}
${found.map(row).join('\n')}
</table>
</html>
`;
}

/** The columns of `comparisonCells`. */
export const COMPARISON_HEAD = [
  'kind',
  'name',
  'equal',
  'Django on the source',
  'Django on the target',
  'branches',
  'verdict',
];

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd}
.equal{color:#176b2c}.differs{color:#a3142a}.not-run{color:#7a5b00}code{font-size:.92em}`;

function row(one: Comparison): string {
  const cells = comparisonCells(one);
  const verdict = one.skipped !== undefined ? 'not-run' : one.differences.length === 0 ? 'equal' : 'differs';
  const texts = cells.map((text, at) => (at === 1 ? `<code>${escaped(text)}</code>` : escaped(text)));
  return `<tr>${texts.map((text, at) => (at === cells.length - 1 ? `<td class="${verdict}">` : '<td>') + text).join('')}`;
}

/** One comparison as the table has it, in text and in HTML. */
export function comparisonCells(one: Comparison): readonly string[] {
  const { kind, name, cases, equal, branches, skipped, django, differences } = one;
  if (skipped !== undefined) return [kind, name, '-', '-', '-', '-', skipped];
  const of = (count: number): string => `${count} of ${cases}`;
  const [source, target] =
    django === undefined || django.refused !== undefined ? ['-', '-'] : [of(django.source), of(django.target)];
  const verdict = differences.length === 0 ? 'equal' : 'differs';
  const told = [
    verdict,
    ...(one.endless === 0 ? [] : [`${one.endless} calls have no end on the source`]),
    ...(django?.refused === undefined ? [] : [`Django: ${django.refused}`]),
  ];
  return [kind, name, of(equal), source, target, `${branches.taken} of ${branches.all}`, told.join('; ')];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
