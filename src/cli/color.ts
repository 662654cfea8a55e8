import type { Io, TextSink } from './io.ts';

export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

/** Colours only on a terminal that can and may show them. */
export function painter(sink: TextSink, io: Io, isRefused: boolean): Paint {
  const isPlain =
    isRefused || !sink.isTerminal || (io.environment['NO_COLOR'] ?? '') !== '' || io.environment['TERM'] === 'dumb';
  return (style, text) => (isPlain ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`);
}
