import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatTable } from '../../src/cli/format.ts';
import type { Io } from '../../src/cli/io.ts';
import { Output } from '../../src/cli/output.ts';
import { progressLine, progressLines } from '../../src/cli/progress.ts';
import { Scrubber } from '../../src/cli/scrub.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { readLag } from '../../src/cli/verb-lag.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { statusSample } from '../control/status-sample.ts';

const NOW_MS = statusSample().asOfMs + 400;
const plain = (_: string, text: string) => text;

describe('the lag that is told', () => {
  it('is the status only while the status is fresh, and absent after (INV-70)', () => {
    const status = loaded({ lagMs: 0, isCaughtUp: true });
    expect(readLag(status, 0, status.asOfMs + 9_000)).toMatchObject({ lagMs: 0, isReached: true });
    expect(readLag(status, 0, status.asOfMs + 11_000)).toMatchObject({
      lagMs: null,
      isCaughtUp: false,
      isReached: false,
    });
  });

  it('never passes a test while it is unknown', () => {
    const status = statusSample({ lagMs: null });
    for (const maxMs of [null, 0, 1e12]) expect(readLag(status, maxMs, NOW_MS).isReached).toBe(false);
    expect(statusText(status, NOW_MS, plain)).toContain('lag     not known now');
  });

  it('of 0 s is asked for by proof of being at the head, not by the number', () => {
    expect(readLag(loaded({ lagMs: 0, isCaughtUp: false }), 0, NOW_MS).isReached).toBe(false);
    expect(readLag(loaded({ lagMs: 5000 }), 5000, NOW_MS).isReached).toBe(true);
    expect(readLag(loaded({ lagMs: 5001 }), 5000, NOW_MS).isReached).toBe(false);
  });
});

describe('what is not on the target', () => {
  const [table] = statusSample().snapshot.tables;
  const level = { lagMs: 0, isCaughtUp: true };
  const pausedTable = loaded({
    ...level,
    snapshot: {
      ...statusSample().snapshot,
      state: 'done',
      tables: table ? [{ ...table, phase: 'paused', advice: 'it was dropped' }] : [],
    },
  });
  const quarantined = loaded({ ...level, quarantine: [{ table: 'public.t', reason: 'nul-byte', changes: 3 }] });
  const copying = statusSample(level);

  it.each([
    ['a paused table', pausedTable, 'shop.tbl_order: is paused: it was dropped'],
    ['changes in quarantine', quarantined, 'public.t: 3 changes wait in quarantine (nul-byte)'],
    ['a load that goes on', copying, '1 table is not copied'],
  ])('%s is told beside the lag, and fails its test whatever the lag', (_, status, told) => {
    expect(readLag(status, 0, status.asOfMs).isReached).toBe(false);
    expect(readLag(status, 3_600_000, status.asOfMs).isReached).toBe(false);
    expect(readLag(status, null, status.asOfMs)).toMatchObject({
      isReached: true,
      incomplete: [{ reason: expect.any(String) }],
    });
    const text = statusText(status, NOW_MS, plain);
    expect(text).toContain(told);
    expect(text).not.toContain('everything the source has committed');
    expect(progressLine({ ...status, snapshot: { ...status.snapshot, state: 'done' } })).not.toContain(
      'everything the source',
    );
  });

  it('is nothing when every table is complete', () => {
    expect(readLag(loaded(level), 0, NOW_MS)).toMatchObject({ isReached: true, incomplete: [] });
    expect(statusText(loaded(level), NOW_MS, plain)).toContain(
      'none: everything the source has committed is on the target',
    );
  });
});

/** A status as a pipeline gives it once its load is finished. */
function loaded(over: Partial<PipelineStatus>): PipelineStatus {
  const { snapshot } = statusSample();
  const tables = snapshot.tables.map((one) => ({ ...one, phase: 'streaming' as const }));
  return statusSample({ state: 'streaming', snapshot: { ...snapshot, state: 'done', tables }, ...over });
}

describe('progress', () => {
  it('has no ETA and no full bar before they are known', () => {
    const early = statusSample();
    const snapshot = { ...early.snapshot, rowsDone: 5_000, etaMs: null };
    expect(progressLine({ ...early, snapshot })).toContain(
      '99 % of about 1,000 rows copied, 250 rows/s, ETA not known yet',
    );
    expect(progressLine(early)).toContain('50 % of about 1,000 rows copied, 250 rows/s, ETA 2.0 s');
  });

  it('never is wider than the terminal', () => {
    const waitingFor = 'for '.repeat(60);
    for (const columns of [20, 80]) {
      for (const line of progressLines(statusSample({ waitingFor }), columns))
        expect(line.length).toBeLessThan(columns);
    }
  });

  it('says what is waited for, in words', () => {
    const waitingFor = 'for the source: connection refused, next try in 4 s';
    expect(progressLine(statusSample({ waitingFor }))).toContain(waitingFor);
    expect(statusText(statusSample({ waitingFor }), NOW_MS, plain)).toContain(waitingFor);
  });
});

describe('the text of a status', () => {
  it('holds stages, tables, quarantine, retention and the newest errors with their next try', () => {
    const text = statusText(
      statusSample({
        quarantine: [{ table: 'tbl_order', reason: 'zero-date', changes: 3 }],
        retention: [{ log: 'binlog', headroomMs: 31 * 3_600_000, detail: 'at the speed of now' }],
        errors: [
          {
            atMs: NOW_MS,
            stage: 'capture',
            code: 'SOURCE_UNREACHABLE',
            message: 'gone',
            remedy: 'Wait.',
            attempt: 2,
            nextTryAtMs: NOW_MS + 4000,
          },
        ],
      }),
      NOW_MS,
      plain,
    );
    expect(text).toMatch(/^shop {2}loading {2}\(run, process 1, as of 0\.4 s ago\)/);
    for (const part of ['capture', 'log', 'apply', 'shop.tbl_order  copying', '3 changes', '1 d 7 h', 'attempt 2']) {
      expect(text).toContain(part);
    }
  });
});

describe('numbers for people', () => {
  it('have their unit', () => {
    expect([400, 9_960, 61_000, 3_600_000, 90_000_000].map(formatDuration)).toEqual([
      '0.4 s',
      '10 s',
      '1 m 1 s',
      '1 h 0 m',
      '1 d 1 h',
    ]);
    expect([512, 65_536, 1.5 * 1024 ** 3].map(formatBytes)).toEqual(['512 B', '64.0 KiB', '1.5 GiB']);
    expect(formatCount(1_234_567.4)).toBe('1,234,567');
  });

  it('stand to the right of their column', () => {
    expect(
      formatTable(
        ['table', 'rows'],
        [
          ['a', '5'],
          ['bb', '1,000'],
        ],
      ),
    ).toBe('table   rows\na          5\nbb     1,000');
  });
});

describe('the scrubber', () => {
  it('leaves no secret in text or JSON, whatever characters it has (INV-74)', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, unit: 'grapheme' }), fc.string(), (secret, rest) => {
        const scrubber = new Scrubber();
        scrubber.add([secret], []);
        const value = { text: `${rest}${secret}${rest}`, url: encodeURIComponent(secret), number: 1234567 };
        const parsed = JSON.parse(scrubber.json(value));
        expect(parsed.text.replaceAll('***', '')).not.toContain(secret);
        expect(parsed.number).toBe(1234567);
        expect(scrubber.text(`${secret}`)).toBe('***');
      }),
    );
  });

  it('does not hide a word that stands openly everywhere', () => {
    const scrubber = new Scrubber();
    scrubber.add(['sluice', 'abc', 'longer-secret'], ['sluice']);
    expect(scrubber.text('sluice abc longer-secret')).toBe('sluice abc ***');
  });
});

describe('live progress on a terminal', () => {
  it('stands at the bottom: it is removed before a line of log and drawn again after it', () => {
    const screen: string[] = [];
    const sink = { write: (text: string) => void screen.push(text), isTerminal: true, columns: 80 };
    const io = { environment: {}, stdout: sink, stderr: sink } as unknown as Io;
    const output = new Output(io, { isJson: false, isQuiet: false, isVerbose: false, isPlain: true });
    output.live(['bar', 'sum']);
    output.line('log');
    output.result({ kind: 'Run', exit: 0, data: null, text: 'result' });
    const erase = '\u001b[2A\u001b[J';
    expect(screen.join('')).toBe(`bar\nsum\n${erase}log\nbar\nsum\n${erase}result\n`);
  });
});
