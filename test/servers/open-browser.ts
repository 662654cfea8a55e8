import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../../src/servers/browser.ts';

/** A real Chromium without a window; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const { file, arguments: args, environment } = await findBrowser();
  return await chromium.launch({ executablePath: file, args: [...args], env: { ...process.env, ...environment } });
}
