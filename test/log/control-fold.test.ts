import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ControlFold, emptyFold, foldFrom, type SeenEpoch } from '../../src/log/kafka/control-fold.ts';
import { type ControlRecord, controlBytes, controlFrom, type EpochRecord } from '../../src/log/kafka/control-record.ts';
import { footerOf } from './sample.ts';

/** A writer as it sees the topic: it knows only what was acknowledged to it, and may be fenced without knowing. */
interface Writer {
  readonly writer: string;
  readonly generation: number;
  number: number;
  hasWritten: boolean;
}

const epoch = ({ writer, generation }: Writer, number: number): EpochRecord => ({
  ...footerOf(number),
  kind: 'epoch',
  writer,
  generation,
  epoch: number,
  number,
  attempt: 0,
  stateAt: 0,
  records: 0,
  bytes: 0,
  ranges: [],
});

interface Topic {
  readonly records: ControlRecord[];
  readonly acknowledged: Writer[];
}

/** Plays random steps of writers that open, write, write what they wrote again, and go on after they were fenced. */
function play(steps: readonly number[]): Topic {
  const records: ControlRecord[] = [{ kind: 'log', format: 1, logId: 'x' }];
  const acknowledged: Writer[] = [];
  const writers: Writer[] = [];
  const append = (record: ControlRecord) => {
    const { record: read } = { record: controlFrom(controlBytes(record), records.length) };
    records.push(read);
  };
  for (const step of steps) {
    if (step % 7 === 0 || writers.length === 0) {
      const at = foldOf(records).now;
      const writer = {
        writer: `w${writers.length}`,
        generation: at.generation + 1,
        number: at.last?.number ?? 0,
        hasWritten: false,
      };
      append({ kind: 'open', writer: writer.writer, generation: writer.generation, stateAt: 0 });
      writers.push(writer);
      continue;
    }
    const writer = writers[step % writers.length] as Writer;
    const isCurrent = writer === writers.at(-1);
    if (step % 5 === 0 && writer.hasWritten) append(epoch(writer, writer.number));
    else append(epoch(writer, ++writer.number));
    writer.hasWritten = true;
    if (isCurrent) acknowledged.push({ ...writer });
  }
  return { records, acknowledged };
}

function foldOf(records: readonly ControlRecord[], seen: SeenEpoch[] = []): ControlFold {
  const fold = new ControlFold(emptyFold);
  for (const [offset, record] of records.entries()) seen.push(...[fold.take(record, offset) ?? []].flat());
  return fold;
}

const steps = fc.array(fc.nat(1_000), { maxLength: 80 });

test('whatever fenced writers go on writing, epochs count once, without a gap, of the newest writer only (INV-32)', () => {
  fc.assert(
    fc.property(steps, (chosen) => {
      const { records, acknowledged } = play(chosen);
      const seen: SeenEpoch[] = [];
      foldOf(records, seen);
      expect(seen.map(({ header }) => header.number)).toEqual(seen.map((_, index) => index + 1));
      for (const { writer, generation, number } of acknowledged) {
        expect(seen[number - 1]?.record).toMatchObject({ writer, generation, number });
      }
    }),
  );
});

test('a reader that begins behind any epoch sees the same epochs as one that begins at the start', () => {
  fc.assert(
    fc.property(steps, (chosen) => {
      const { records } = play(chosen);
      const seen: SeenEpoch[] = [];
      foldOf(records, seen);
      for (const [index, { header, record }] of seen.entries()) {
        const fold = new ControlFold({
          ...emptyFold,
          generation: record.generation,
          writer: record.writer,
          last: header,
        });
        const after: SeenEpoch[] = [];
        for (let at = header.next; at < records.length; at++) {
          after.push(...[fold.take(records[at] as ControlRecord, at) ?? []].flat());
        }
        expect(after).toEqual(seen.slice(index + 1));
      }
    }),
    { numRuns: 40 },
  );
});

test('a full state on the way gives the same end as reading from the start', () => {
  const { records } = play([0, 1, 1, 1, 2, 2, 0, 1, 3, 3, 1]);
  const { now, state } = foldOf(records);
  const { writer, generation, last } = now;
  const record: ControlRecord = { kind: 'state', writer, generation, stateAt: 0, last, state };
  const at = records.length;
  const read = controlFrom(controlBytes(record), at);
  if (read.kind !== 'state') throw new Error('not a state record');
  expect(foldFrom(read, at)).toEqual({ ...now, state, stateAt: at });
});

test('an epoch that is missing is found, not skipped', () => {
  const writer: Writer = { writer: 'w', generation: 1, number: 0, hasWritten: false };
  const fold = new ControlFold(emptyFold);
  fold.take({ kind: 'open', writer: 'w', generation: 1, stateAt: 0 }, 0);
  fold.take(epoch(writer, 1), 1);
  expect(() => fold.take(epoch(writer, 3), 2)).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }));
});

test('the first of two writers that claim one generation has it', () => {
  const fold = new ControlFold(emptyFold);
  for (const writer of ['first', 'second']) fold.take({ kind: 'open', writer, generation: 1, stateAt: 0 }, 0);
  expect(fold.now.writer).toBe('first');
});

test('a control record of a kind or shape that is not known is refused', () => {
  const refused = (value: string, code: string) =>
    expect(() => controlFrom(Buffer.from(value), 5)).toThrow(expect.objectContaining({ code }));
  refused('{"kind":"later"}', 'LOG_VERSION');
  refused('not JSON', 'LOG_CORRUPT');
});
