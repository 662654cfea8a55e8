import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebianPackages } from './debian-package.ts';
import { serverFailure } from './failure.ts';
import { findExecutable } from './program.ts';

/** Names the program of a Chromium (or Chrome) that is to be taken. */
const BROWSER_VARIABLE = 'SLUICE_TEST_CHROMIUM';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** A page is set in one of its fonts: the browser brings none. */
const PACKAGES = ['chromium', 'fonts-dejavu-core'];

/** What a driver needs to start a browser: pages are opened by `playwright-core`, which brings none of its own. */
export interface BrowserProgram {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Chromium that the environment names, else of the machine, else of Debian packages unpacked into the cache. Fails with
 * SERVERS_UNREACHABLE for a name that is no program, SERVERS_UNAVAILABLE where there is none to be had.
 */
export async function findBrowser(): Promise<BrowserProgram> {
  const named = process.env[BROWSER_VARIABLE];
  const file = await findExecutable(named ? [named] : NAMES);
  if (file !== undefined) return { file, arguments: sandbox(), environment: {} };
  if (named) {
    throw serverFailure('SERVERS_UNREACHABLE', {
      message: `${BROWSER_VARIABLE} names ${named}, which is no program`,
      remedy: `correct ${BROWSER_VARIABLE}, or unset it to have the machine's own Chromium`,
    });
  }
  return await unpackedBrowser().catch((cause: unknown) => {
    throw serverFailure('SERVERS_UNAVAILABLE', {
      message: `there is no Chromium to be had: none in PATH, and no packages${cause instanceof Error ? ` (${cause.message})` : ''}`,
      remedy: `set ${BROWSER_VARIABLE} to its program, or install it: apt-get install chromium (docs/develop/servers.md)`,
      cause,
    });
  });
}

async function unpackedBrowser(): Promise<BrowserProgram> {
  const prefix = await unpackDebianPackages('chromium', PACKAGES);
  const file = await findExecutable([join(prefix, 'usr/lib/chromium/chromium')]);
  if (file === undefined) throw new Error(`no Chromium under ${prefix}`);
  const libraries = (await readdir(join(prefix, 'usr/lib'))).filter((name) => name.includes('-linux-gnu'));
  const tops = libraries.flatMap((name) => [join(prefix, 'usr/lib', name), join(prefix, 'lib', name)]);
  const folders = [...tops, ...(await Promise.all(tops.map(ownFolders))).flat()];
  return {
    file,
    arguments: sandbox(),
    environment: { LD_LIBRARY_PATH: folders.join(':'), FONTCONFIG_SYSROOT: prefix },
  };
}

/** Some libraries keep others in a folder that their packages find by its absolute path (libpulse0: pulseaudio/). */
async function ownFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const holds = await Promise.all(
    inner.map(async (path) => (await readdir(path)).some((name) => /^lib.*\.so(\.|$)/.test(name))),
  );
  return inner.filter((_, at) => holds[at]);
}

/** Chromium's own sandbox refuses root; the pages that are opened are ours. */
function sandbox(): readonly string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
