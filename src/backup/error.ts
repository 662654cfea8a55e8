import { SluiceError } from '../contract/error.ts';

/** Codes of a backup, each with what a person does next. */
const REMEDIES = {
  /** No such program in PATH or beside the servers. */
  BACKUP_TOOL_MISSING: "install the server's client programs here, or put their folder into PATH",
  /** The program is older than the server, or of another kind. */
  BACKUP_TOOL_VERSION: "install the client programs of the server's own version here, or put their folder into PATH",
  /** The program ended with an error. */
  BACKUP_TOOL_FAILED: 'look at what it printed: most often the account lacks a right that it names',
  /** A file of the backup cannot be written or read. */
  BACKUP_FILE: 'look at the folder: its rights, and the space on its disk',
  /** A file is not the one that the manifest tells of. */
  BACKUP_DAMAGED: 'take another backup, and find out what changed this one',
  /** The server for the restore test holds a database of that name, which a restore would destroy. */
  BACKUP_RESTORE_NOT_EMPTY: 'give a server that has none of these databases, or none at all for a throw-away one',
  /** What was restored is not what was dumped. */
  BACKUP_RESTORE_FAILED: 'do not rely on this backup; look at what is named and take another',
} as const;

export type BackupCode = keyof typeof REMEDIES;

/** A failure of a backup: disposition `stop`. */
export function backupError(code: BackupCode, message: string, cause?: unknown): SluiceError {
  const detail = { code, message, remedy: REMEDIES[code], disposition: 'stop' as const };
  return new SluiceError(cause === undefined ? detail : { ...detail, cause });
}
