/** A comment as PostgreSQL can hold it: no text there has a NUL character. */
export function withoutNul(comment: string): string {
  return comment.replaceAll('\0', '');
}

export const NUL_IN_COMMENT = 'its comment is kept without NUL characters';
