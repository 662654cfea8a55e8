import type { Option } from './option.ts';

/** Options of `sluice backup`, and of the cutover's gate that asks for one. */
export const BACKUP_OPTIONS: readonly Option[] = [
  {
    path: 'backup.directory',
    type: { kind: 'path' },
    default: '.sluice/backup',
    help: 'Folder of the backups; each is a folder of its own in it.',
  },
  {
    path: 'backup.maxAge',
    type: { kind: 'duration', min: '1m', max: '90d' },
    help: 'The cutover asks for a whole backup of both sides, restored as a test, that is not older; without it for none.',
    example: '24h',
  },
  {
    path: 'backup.physical.source',
    type: { kind: 'command' },
    help: 'Command that takes a physical backup of the source into the file {file}, beside the dump.',
    example: '"mariadb-backup --backup --stream=xbstream > {file}"',
  },
  {
    path: 'backup.physical.target',
    type: { kind: 'command' },
    help: 'The same for the target.',
    example: '"pg_basebackup -D - -X fetch -F tar > {file}"',
  },
];
