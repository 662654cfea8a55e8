/** One word of a POSIX shell, as a command that is printed to be copied has it; quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\p{L}\p{N}_.:@/-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
