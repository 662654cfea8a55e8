/** An instant as a file's name has it: `20261130T074327Z`. */
export function fileTime(at: Date): string {
  return at.toISOString().replace(/\.\d+|[:-]/g, '');
}
