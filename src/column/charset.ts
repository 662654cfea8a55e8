import { isAscii } from 'node:buffer';
import iconv from 'iconv-lite';

const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary']);

/** Text of bytes in a MySQL character set. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (UTF8.has(charset) || isAscii(bytes)) return buffer.toString('utf8');
  return iconv.decode(buffer, charset === 'latin1' ? 'cp1252' : charset);
}
