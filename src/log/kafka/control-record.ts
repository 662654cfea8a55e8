import type { EpochHeader } from '../../contract/change-log.ts';
import { type FooterText, footerFrom, footerText } from '../footer-text.ts';
import { logError } from '../log-error.ts';
import type { RowOrigin } from './row-mark.ts';

/** Version of the control topic and the marks. Another one is refused, never guessed at. */
export const kafkaFormat = 1;

/** Rows of one partition, as runs of offsets in ascending order: first offset and count. */
export interface TopicRanges {
  readonly topic: string;
  readonly partition: number;
  readonly runs: readonly (readonly [first: number, count: number])[];
}

interface Author {
  readonly writer: string;
  readonly generation: number;
  /** Offset of a state record from which on the topic tells all there is to know; 0 when there is none yet. */
  readonly stateAt: number;
}

/** Names the log; the first record of the topic, and only there. */
export interface LogRecordOfControl {
  readonly kind: 'log';
  readonly format: number;
  readonly logId: string;
}

/** A writer claims its generation. */
export interface OpenRecord extends Author {
  readonly kind: 'open';
}

/** All that the records before it amount to. */
export interface StateRecord extends Author {
  readonly kind: 'state';
  readonly last: EpochHeader | null;
  readonly state: ReadonlyMap<string, string>;
}

export interface EpochRecord extends Author, RowOrigin, Omit<EpochHeader, 'offset' | 'next'> {
  readonly kind: 'epoch';
  readonly ranges: readonly TopicRanges[];
}

export type ControlRecord = LogRecordOfControl | OpenRecord | StateRecord | EpochRecord;

type HeaderText = FooterText & Omit<EpochHeader, keyof FooterText>;

function headerText(header: EpochHeader): HeaderText {
  const { number, generation, offset, next, records, bytes } = header;
  return { ...footerText(header), number, generation, offset, next, records, bytes };
}

export function controlBytes(record: ControlRecord): Buffer {
  return Buffer.from(JSON.stringify(controlText(record)));
}

function controlText(record: ControlRecord): object {
  switch (record.kind) {
    case 'log':
    case 'open':
      return record;
    case 'state':
      return { ...record, last: record.last && headerText(record.last), state: [...record.state] };
    case 'epoch': {
      // Not twice: the epoch's number goes by one name only.
      const { number: _, ...rest } = { ...record, ...footerText(record) };
      return rest;
    }
  }
}

export function controlFrom(value: Buffer | null, offset: number): ControlRecord {
  try {
    const text = JSON.parse((value ?? Buffer.alloc(0)).toString('utf8'));
    if (text.kind === 'state') {
      return { ...text, last: text.last && { ...text.last, ...footerFrom(text.last) }, state: new Map(text.state) };
    }
    if (text.kind === 'epoch') return { ...text, ...footerFrom(text), number: text.epoch };
    if (text.kind === 'log' || text.kind === 'open') return text;
  } catch (cause) {
    throw logError('LOG_CORRUPT', `record ${offset} of the control topic is not JSON`, cause);
  }
  throw logError('LOG_VERSION', `record ${offset} of the control topic is of a kind that this release does not know`);
}
