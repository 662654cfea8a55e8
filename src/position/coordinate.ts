import type { BinlogCoordinate } from '../contract/position.ts';

const FORM = /^(\S+) (\S+):(\d{1,15})$/;

/** `server file:offset`; names are percent-encoded, so that they hold no space. */
export function printCoordinate({ serverId, file, offset }: BinlogCoordinate): string {
  return `${encodeURIComponent(serverId)} ${encodeURIComponent(file)}:${offset}`;
}

export function parseCoordinate(text: string): BinlogCoordinate {
  const [, serverId = '', file = '', offset = ''] = FORM.exec(text) ?? [];
  if (file === '') throw new RangeError(`no binlog coordinate: ${text}`);
  return { serverId: decodeURIComponent(serverId), file: decodeURIComponent(file), offset: Number(offset) };
}

/** Whether `reached` is at or past `wanted` in one server's binlog: files are numbered, and grow a digit after 999999. */
export function isPast(reached: BinlogCoordinate, wanted: BinlogCoordinate): boolean {
  const order = fileNumber(reached.file) - fileNumber(wanted.file);
  return order === 0 ? reached.offset >= wanted.offset : order > 0;
}

function fileNumber(file: string): number {
  return Number(file.slice(file.lastIndexOf('.') + 1));
}
