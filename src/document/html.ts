/** Document: pages of HTML that need nothing else: no script, no font, no request; they print. Strings in, strings out. */
import { PAGE_STYLE } from './style.ts';

export interface DocumentPart {
  readonly id: string;
  readonly title: string;
  /** HTML; a part without any is left out. */
  readonly body: string;
}

export interface DocumentText {
  readonly title: string;
  /** HTML below the heading. */
  readonly head: string;
  readonly parts: readonly DocumentPart[];
  /** HTML behind the parts. */
  readonly tail?: string;
}

/** Details open by keyboard, dark and light follow the reader's system. */
export function documentPage({ title, head, parts, tail = '' }: DocumentText): string {
  const shown = parts.filter(({ body }) => body !== '');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
<a class="skip" href="#main">To the report</a>
<header><h1>${escaped(title)}</h1>
${head}</header>
<nav aria-label="Contents"><ul>${shown.map(({ id, title: name }) => `<li><a href="#${id}">${escaped(name)}</a>`).join('')}</ul></nav>
<main id="main">
${shown.map(section).join('\n')}
</main>
${tail}</html>
`;
}

export function section({ id, title, body }: DocumentPart): string {
  return `<section id="${id}"><h2>${escaped(title)}</h2>\n${body}</section>`;
}

export function details(summary: string, body: string, isOpen: boolean): string {
  return `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>${body}</details>`;
}

/** Items are HTML already. */
export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}`).join('')}</ul>`;
}

/** Cells are HTML already. */
export function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `<tr>${cells.map((cell) => `<td>${cell}`).join('')}`;
  return `<div class="wide" tabindex="0"><table><thead><tr>${head.map((name) => `<th scope="col">${name}`).join('')}<tbody>${rows.map(line).join('\n')}</table></div>`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
