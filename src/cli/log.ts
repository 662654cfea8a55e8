import { pino } from 'pino';
import type { Logger } from '../contract/logger.ts';
import type { Output } from './output.ts';

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Logs on stderr: JSON lines with `--json`, else text. Fields that could hold a secret are cut out before that. */
export function makeLogger(output: Output): Logger {
  const { isQuiet, isVerbose, isJson } = output.options;
  const write = (line: string): void => {
    const record: unknown = JSON.parse(line);
    output.line(isJson ? output.scrubber.json(record) : textOf(record));
  };
  return pino(
    {
      level: isQuiet ? 'error' : isVerbose ? 'debug' : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '***' },
      serializers: { error: errorFields, err: errorFields },
    },
    { write },
  );
}

const REDACTED = ['password', 'token', 'url', 'sql', 'values', 'sasl'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** What an error says of itself; neither a statement nor a row value. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const own = (name: string): unknown => (name in error ? Reflect.get(error, name) : undefined);
  const fields = { code: own('code'), errno: own('errno'), message: error.message, remedy: own('remedy') };
  return error.name === 'SluiceError' ? fields : { ...fields, stack: error.stack };
}

function textOf(record: unknown): string {
  const { level, time, msg, ...fields } = record as Readonly<Record<string, unknown>>;
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${plain(value)}`);
  const head = `${String(time).slice(11, 19)} ${LEVELS[Number(level)] ?? 'info'}`;
  return [head, String(msg ?? ''), ...pairs].filter((part) => part !== '').join(' ');
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}
