import { workText } from './effort.ts';
import { WORK_CLASSES } from './feature-table.ts';
import type { Inventory, InventoryItem } from './inventory.ts';

/** The inventory as one page of HTML that needs nothing else: it can be mailed and printed. */
export function inventoryPage(inventory: Inventory, title: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
${summary(inventory)}
<h2>Objects</h2>
<table>
<tr>${['kind', 'name', 'category', 'class', 'lines', 'complexity', 'home', 'minutes'].map((head) => `<th>${head}`).join('')}
${inventory.items.map(row).join('\n')}
</table>
<h2>Order in which they can be made</h2>
<ol>${inventory.order.map((group) => `<li>${group.map(escaped).join(', ')}${group.length > 1 ? ' (they need each other)' : ''}`).join('\n')}</ol>
<h2>Each object</h2>
${inventory.items.map(detail).join('\n')}
</html>
`;
}

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd}
td.n{text-align:right}section{border-top:1px solid #ddd;margin-top:1.5rem}dt{font-weight:600}dd{margin:0 0 .4rem 1rem}
.automatic{color:#176b2c}.review{color:#7a5b00}.skeleton{color:#a44b00}.hand{color:#a3142a}code{font-size:.92em}`;

function summary({ totals }: Inventory): string {
  const classes = WORK_CLASSES.map((of) => `<span class="${of}">${of} ${totals.classes[of]}</span>`).join(', ');
  const percent = (totals.automaticRatio * 100).toFixed(1);
  return `<p>${totals.objects} objects: ${classes}. ${percent} % convert by themselves or with a look at them; ${workText(totals.minutes)} of work in all.</p>`;
}

function row(item: InventoryItem): string {
  const name = `<a href="#${escaped(anchor(item))}"><code>${escaped(item.name)}</code></a>`;
  const texts = [item.kind, name, item.category, `<span class="${item.class}">${item.class}</span>`];
  const numbers = [item.lines, item.complexity].map((value) => `<td class="n">${value}`).join('');
  return `<tr>${texts.map((text) => `<td>${text}`).join('')}${numbers}<td>${item.home}<td class="n">${item.effort.minutes}`;
}

function anchor({ kind, name }: InventoryItem): string {
  return `${kind}-${name}`;
}

function detail(item: InventoryItem): string {
  const facts: readonly (readonly [string, string])[] = [
    ['on', escaped(item.table ?? '')],
    ['parameters', item.parameters.map(({ mode, name, type }) => escaped(`${mode} ${name} ${type}`)).join(', ')],
    ['reads', item.reads.map(escaped).join(', ')],
    ['writes', item.writes.map(({ table, changes }) => escaped(`${table} (${changes.join(', ')})`)).join(', ')],
    ['temporary tables', item.temporaryTables.map(escaped).join(', ')],
    ['calls', item.calls.map(escaped).join(', ')],
    ['called by', item.callers.map(escaped).join(', ')],
    ['result sets', item.resultSets.places === 0 ? '' : resultSets(item)],
    [
      'session variables',
      [...item.session.reads, ...item.session.writes].map((name) => escaped(`@${name}`)).join(', '),
    ],
    ['home', escaped(`${item.home}: ${item.homeReason}`)],
    ['effort', escaped(`${item.effort.minutes} minutes = ${item.effort.formula}`)],
  ];
  const shown = facts.filter(([, value]) => value !== '').map(([name, value]) => `<dt>${name}<dd>${value}`);
  return `<section id="${escaped(anchor(item))}"><h3>${item.kind} <code>${escaped(item.name)}</code></h3><dl>${shown.join('')}</dl>${features(item)}</section>`;
}

function resultSets({ resultSets: { places, isConditional } }: InventoryItem): string {
  return `${places}${isConditional ? ', not in every run' : ''}`;
}

function features(item: InventoryItem): string {
  const uses = item.features.map(({ title, lines }) => `<li>${escaped(title)}, line ${lines.join(', ')}`);
  const actions = item.actions.map(
    ({ severity, line, reason, advice }) =>
      `<li class="${severity === 'stands' ? 'hand' : 'review'}">line ${line}: ${escaped(reason)}. ${escaped(advice)}`,
  );
  const failures = item.failures.map(({ line, reason }) => `<li class="hand">line ${line}: ${escaped(reason)}`);
  const all = [...uses, ...actions, ...failures];
  return all.length === 0 ? '' : `<ul>${all.join('')}</ul>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
