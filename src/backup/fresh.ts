import { type ListedBackup, listBackups, verifyFiles } from './manifest.ts';

export interface FreshOptions {
  readonly directory: string;
  readonly pipeline: string;
  readonly maxAgeMs: number;
  /** Identity of the source now, as `Server.id`. */
  readonly sourceId: string;
  readonly nowMs: number;
}

/** What stands against relying on the newest backup; empty: nothing does. */
export interface FreshBackup {
  readonly folder: string | null;
  readonly ageMs: number | null;
  readonly problems: readonly string[];
}

/** Judges the newest whole backup. Its checksums are read once, beside: until then they are what stands against it. */
export class BackupWatch {
  readonly #read = new Map<string, 'reading' | 'whole' | string>();

  async judge(options: FreshOptions): Promise<FreshBackup> {
    const [newest] = await listBackups(options.directory, options.pipeline);
    if (newest === undefined) return { folder: null, ageMs: null, problems: [`there is none in ${options.directory}`] };
    const { folder, manifest } = newest;
    const ageMs = options.nowMs - Date.parse(manifest.finishedAt);
    return { folder, ageMs, problems: [...problemsOf(newest, ageMs, options), ...this.#files(newest)] };
  }

  #files(backup: ListedBackup): readonly string[] {
    const known = this.#read.get(backup.folder);
    if (known === 'whole') return [];
    if (known === 'reading') return ['its checksums are being read'];
    if (known !== undefined) return [known];
    this.#read.set(backup.folder, 'reading');
    void verifyFiles(backup).then(
      () => this.#read.set(backup.folder, 'whole'),
      (error: unknown) => this.#read.set(backup.folder, error instanceof Error ? error.message : String(error)),
    );
    return ['its checksums are being read'];
  }
}

function problemsOf({ manifest }: ListedBackup, ageMs: number, options: FreshOptions): readonly string[] {
  const { maxAgeMs, sourceId } = options;
  const sides = (['source', 'target'] as const).flatMap((name) => {
    const side = manifest.sides.find((one) => one.side === name);
    if (side === undefined) return [`the ${name} is not in it`];
    return side.restored === null ? [`the dump of the ${name} was not restored as a test`] : [];
  });
  const source = manifest.sides.find(({ side }) => side === 'source');
  return [
    ...(ageMs <= maxAgeMs ? [] : [`it is ${hours(ageMs)} old`]),
    ...sides,
    ...(source === undefined || source.id === sourceId ? [] : [`it is of another source (${source.id})`]),
  ];
}

export function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
