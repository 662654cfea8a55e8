import axe from 'axe-core';
import type { Page } from 'playwright-core';

export async function openAll(page: Page): Promise<void> {
  await page.evaluate('for (const part of document.querySelectorAll("details")) part.open = true');
}

/** Each as `rule: element`; `evaluate` is not subject to the page's own policy, which stays in force. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))',
  );
}

/** Elements that reach past the right edge, unless a part that scrolls by itself holds them. */
export async function tooWide(page: Page): Promise<readonly string[]> {
  return await page.evaluate<string[]>(
    `[...document.querySelectorAll('body *')]
      .filter((one) => one.closest('.wide, pre, .skip') === null && one.getBoundingClientRect().right > innerWidth + 0.5)
      .map((one) => one.outerHTML.slice(0, 120))`,
  );
}
