import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How a program out of an unpacked folder starts: through the folder's own loader, with the folder's own libraries. */
export interface Loader {
  readonly file: string;
  readonly arguments: readonly string[];
}

/** The loader of a folder made by `unpackDebianPackages`; the machine's C library may be older than the program. */
export async function findLoader(prefix: string): Promise<Loader> {
  const folders = await libraryFolders(prefix);
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      const file = join(folder, name);
      // Not a link: older packages have an absolute one, which leads out of the folder.
      if (/^ld-linux.*\.so\.\d$/.test(name) && (await lstat(file)).isFile()) {
        return { file, arguments: ['--library-path', folders.join(':')] };
      }
    }
  }
  throw new Error(`no loader under ${dirname(prefix)}`);
}

async function libraryFolders(prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const base of [join(prefix, 'usr', 'lib'), join(prefix, 'lib')]) {
    const names = await readdir(base).catch(() => []);
    for (const name of names) if (/-linux-gnu/.test(name)) found.push(join(base, name));
  }
  return [...found, join(prefix, 'usr', 'lib', 'mysql'), join(prefix, 'usr', 'lib64'), join(prefix, 'lib64')];
}
