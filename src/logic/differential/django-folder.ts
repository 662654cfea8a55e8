import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DjangoApp } from '../django/django-app.ts';
import { RUNNER } from './django-runner.ts';

/** The name of the application while it is tested. */
export const APPLICATION = 'sluice_services';

/** A folder with an application and the program that runs its services. */
export interface DjangoFolder extends AsyncDisposable {
  readonly path: string;
}

/** Writes the application into a folder of its own, which goes with the object. */
export async function writeFolder({ files }: DjangoApp): Promise<DjangoFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-services-'));
  const all = [
    ...files.map((file) => ({ ...file, path: join(APPLICATION, file.path) })),
    { path: 'run.py', text: RUNNER },
  ];
  for (const file of all) {
    await mkdir(dirname(join(path, file.path)), { recursive: true });
    await writeFile(join(path, file.path), file.text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
