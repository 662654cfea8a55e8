import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { painter } from '../../src/cli/color.ts';
import { gatesText } from '../../src/cli/cutover-text.ts';
import { formatBytes, formatCount, formatDuration, formatTable } from '../../src/cli/format.ts';
import type { Io } from '../../src/cli/io.ts';
import { Output } from '../../src/cli/output.ts';
import { progressLine, progressLines } from '../../src/cli/progress.ts';
import { screenFrame } from '../../src/cli/screen.ts';
import { Scrubber } from '../../src/cli/scrub.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { readLag } from '../../src/cli/verb-lag.ts';
import { verificationText } from '../../src/cli/verify-text.ts';
import { cut, cutMiddle, widthOf } from '../../src/cli/width.ts';
import { FREE_PACE, paceText } from '../../src/contract/pace.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { TableVerification } from '../../src/contract/verify.ts';
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

  it('says where only the half that captures answers', () => {
    const reading = readLag(loaded({ mode: 'capture', lagMs: null, isCaughtUp: false }), 0, NOW_MS);
    expect(reading).toMatchObject({ isReached: false, waitingFor: expect.stringContaining('sluice apply') });
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
    const waitingFor = 'waiting for the source: connection refused; next try at 12:03:04 UTC';
    expect(progressLine(statusSample({ waitingFor }))).toContain(`, ${waitingFor}`);
    expect(statusText(statusSample({ waitingFor }), NOW_MS, plain)).toContain(`\n${waitingFor}\n`);
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

describe('names of a server in the output', () => {
  it('move no terminal: control characters are shown, our own colours stay, and a pipe gets neither', () => {
    const name = '\u001b[41mRED\r\u001b]0;pwn\u0007\u009b2J';
    const told = '\\x1b[41mRED\\x0d\\x1b]0;pwn\\x07\\x9b2J';
    const written = (isTerminal: boolean): string => {
      const screen: string[] = [];
      const sink = { write: (text: string) => void screen.push(text), isTerminal, columns: 80, rows: 24 };
      const io = { environment: {}, stdout: sink, stderr: sink } as unknown as Io;
      const output = new Output(io, { isJson: false, isQuiet: false, isVerbose: false, isPlain: false });
      output.result({ kind: 'Status', exit: 0, data: null, text: output.paint('red', name) });
      output.line(name);
      output.live([`reading ${name}\nnext`]);
      return screen.join('');
    };
    expect(written(true)).toBe(`\u001b[31m${told}\u001b[0m\n${told}\nreading ${told} next\n`);
    expect(written(false)).toBe(`${told}\n${told}\n`);
  });
});

const VERIFIED: NonNullable<PipelineStatus['verify']> = {
  isRunning: false,
  tables: [
    {
      ...{ database: 'shop', table: 't', state: 'equal', position: 'p', verifiedAtMs: 1, differenceCount: 0 },
      byKind: { missing: 0, extra: 0, different: 0, unlisted: 0 },
      ...{ causes: [], changesSince: 3, waiting: 1, advice: null },
    },
  ],
};

describe('a narrow or low terminal', () => {
  const sink = { write: () => {}, isTerminal: true, columns: 40, rows: 6 };
  const colours = painter(sink, { environment: {} } as unknown as Io, false);
  /** What a terminal shows of a frame, without colours and moves. */
  const shown = (frame: string): string[] => {
    const moves = new RegExp(`${'\u001b'}\\[[0-9;]*[A-Za-z]`, 'g');
    return frame.replace(moves, '').trimEnd().split('\n');
  };

  it('leaves out columns from the right of a table, and never the first two', () => {
    const table = (width?: number) =>
      formatTable(['table', 'phase', 'rate'], [['tbl_order', 'copying', '12/s']], width);
    expect(table(100)).toBe(table());
    expect(table(20)).toBe('table      phase\ntbl_order  copying');
    expect(table(3)).toBe(table(20));
  });

  it('keeps each line of the tables of a status within its width', () => {
    const text = statusText(statusSample(), NOW_MS, plain, { columns: 60 });
    expect(text).toContain('tbl_order');
    const [stages = ''] = text.slice(text.indexOf('\nstage')).split('\n\n');
    for (const line of stages.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(statusText(statusSample(), NOW_MS, plain)).toContain('position');
    expect(text).not.toContain('position');
  });

  it('leaves on 40 columns what matters first of each line: whether a server is connected, and how often it came back', () => {
    const { source } = statusSample();
    const address = 'a-long-name.of-a-server.example.org:3306/shop';
    const lost = statusSample({ source: { ...source, address, isConnected: false, reconnects: 12 } });
    const screen = { columns: 40, rows: 24 };
    const lines = shown(screenFrame(statusText(lost, NOW_MS, plain, screen), screen));
    expect(lines[1]).toMatch(/^source {2}not connected, 12 reconnects: .*…$/);
    expect(lines[2]).toMatch(/^target {2}connected: postgresql /);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('shows on 24 lines what waits in quarantine, what was compared and the newest error, and as many tables as fit', () => {
    const { snapshot } = statusSample();
    const tables = Array.from({ length: 60 }, (_, i) => ({
      ...{ database: 'shop', table: `t${i}`, phase: i === 59 ? ('paused' as const) : ('streaming' as const) },
      ...{ rowsDone: 1, rowsEstimate: 1, rowsPerSecond: 0, etaMs: 0, advice: i === 59 ? 'it was dropped' : null },
    }));
    const busy = statusSample({
      snapshot: { ...snapshot, state: 'done', tables },
      quarantine: [{ table: 'public.t', reason: 'nul-byte', changes: 3 }],
      verify: VERIFIED,
    });
    const lines = shown(
      screenFrame(statusText(busy, NOW_MS, plain, { columns: 80, rows: 24 }), { columns: 80, rows: 24 }),
    );
    expect(lines.length).toBeLessThan(24);
    const text = lines.join('\n');
    for (const part of ['quarantine 3 changes', 'verified 1 equal', 'shop.t59  paused', 'shop.t0 '])
      expect(text).toContain(part);
  });

  it('keeps the columns behind a long name, and both ends of the name', () => {
    const name = `shop.${'archive_of_orders_'.repeat(4)}2024`;
    const text = formatTable(
      ['table', 'phase', 'rate'],
      [
        [name, 'copying', '12/s'],
        [name.replace('2024', '2025'), 'waiting', '-'],
      ],
      60,
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    for (const part of ['rate', '12/s', '2024 ', '2025 ']) expect(text).toContain(part);
  });

  it('gives a wide character two columns and what combines none, and cuts no character in two', () => {
    const names = ['漢字', 'plain', 'e\u0301te\u0301', '👨‍👩‍👧'];
    const lines = formatTable(
      ['name', 'rows'],
      names.map((name) => [name, '7']),
    ).split('\n');
    expect(new Set(lines.map(widthOf)).size).toBe(1);
    expect([cut('漢字漢字', 4), cut('👨‍👩‍👧👨‍👩‍👧', 3), cutMiddle('漢字漢字漢字', 7)]).toEqual([
      '漢…',
      '👨‍👩‍👧…',
      '漢字…字',
    ]);
    expect(screenFrame('漢'.repeat(30), sink)).toContain(`${'漢'.repeat(19)}…`);
  });

  it('keeps a name with ends of lines in its line', () => {
    const name = 'or\nder\t\u001b[2J';
    expect(formatTable(['table', 'rows'], [[name, '7']])).toBe('table             rows\nor\\nder\\t\\x1b[2J     7');
    const { snapshot } = statusSample();
    const tables = snapshot.tables.map((one) => ({ ...one, table: name, phase: 'paused' as const, advice: 'a\nb' }));
    const text = statusText(loaded({ snapshot: { ...snapshot, state: 'done', tables } }), NOW_MS, plain);
    expect(text).toContain('  shop.or\\nder\\t\\x1b[2J: is paused: a\\nb');
    expect(formatTable(['t', 'n'], [['\u202ea\u2066\u001b[31m', '7']])).toBe(
      `${'t'.padEnd(21)}  n\n\\u202ea\\u2066\\x1b[31m  7`,
    );
  });

  it('tells a pause with who and since when, once, and no line that its name would forge', () => {
    const pace = { ...FREE_PACE, state: 'paused' as const, by: 'eve\nlag     none', sinceMs: 1_000 };
    const waitingFor = paceText(pace);
    const text = statusText(loaded({ pace, waitingFor }), NOW_MS, plain);
    const held = 'paused by eve\\nlag     none since 1970-01-01 00:00:01 UTC: sluice resume';
    expect(text.split(held)).toHaveLength(2);
    expect(progressLine(loaded({ pace, waitingFor })).split(held)).toHaveLength(2);
    const copying = { ...statusSample().snapshot, state: 'copying' as const };
    expect(statusText(statusSample({ pace, snapshot: copying }), NOW_MS, plain)).toContain(
      'ETA 2.0 s; nothing more of it reaches the target until the stream goes on',
    );
    const limited = { ...FREE_PACE, state: 'paused' as const, rowsPerSecond: 1, limitBy: 'bob', limitSinceMs: 1_000 };
    expect(statusText(loaded({ pace: limited }), NOW_MS, plain)).toContain('(then held to 1 row a second by bob since');
    expect(readLag(loaded({ pace, waitingFor }), 0, NOW_MS)).toMatchObject({ isReached: false, waitingFor });
    const lost = { ...FREE_PACE, lost: { by: 'eve', sinceMs: 1_000 } };
    expect(statusText(loaded({ pace: lost }), NOW_MS, plain)).toContain(
      'pace    the pause by eve since 1970-01-01 00:00:01 UTC ended with the process before this one',
    );
  });

  it('shows a screen within its width and height, and counts what is below', () => {
    const text = `${colours('red', 'x'.repeat(50))}\n${'a\n'.repeat(20)}`;
    const lines = shown(screenFrame(text, sink));
    expect(lines).toHaveLength(5);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(40);
    expect(lines[0]).toBe(`${'x'.repeat(39)}…`);
    expect(lines[4]).toBe('... 17 more lines: sluice status');
  });

  it('has no colour run on behind a line that is cut', () => {
    const [line = ''] = screenFrame(colours('red', 'x'.repeat(50)), sink).split('\n');
    expect(line.endsWith('\u001b[0m\u001b[K')).toBe(true);
  });
});

describe('what holds the line up', () => {
  it('is said in a sentence while the target is behind, by status and by the live lines of run', () => {
    const [capture, log, apply] = statusSample().stages;
    if (!capture || !log || !apply) throw new TypeError('three stages');
    const stages = [
      { ...capture, lagMs: 100 },
      { ...log, lagMs: 200 },
      { ...apply, lagMs: 9000 },
    ];
    const behind = loaded({ lagMs: 9000, isCaughtUp: false, stages });
    expect(statusText(behind, NOW_MS, plain)).toContain('cause   writing to the target takes most of the lag');
    expect(progressLines(behind, 100)).toContain('  writing to the target takes most of the lag');
    const level = loaded({ lagMs: 0, isCaughtUp: true });
    expect(statusText(level, NOW_MS, plain)).not.toContain('cause');
    expect(progressLines(level, 100)).toHaveLength(1);
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
    const sink = { write: (text: string) => void screen.push(text), isTerminal: true, columns: 80, rows: 24 };
    const io = { environment: {}, stdout: sink, stderr: sink } as unknown as Io;
    const output = new Output(io, { isJson: false, isQuiet: false, isVerbose: false, isPlain: true });
    output.live(['bar', 'sum']);
    output.line('log');
    output.result({ kind: 'Run', exit: 0, data: null, text: 'result' });
    const erase = '\u001b[2A\u001b[J';
    expect(screen.join('')).toBe(`bar\nsum\n${erase}log\nbar\nsum\n${erase}result\n`);
  });
});

describe('what a switch and a comparison are told by', () => {
  const plain = (_: string, text: string) => text;

  it('is no wider for one gate that names every table, and names them all below', () => {
    const value = Array.from({ length: 40 }, (_, at) => `shop.table_${at} was never compared`).join('; ');
    const gate = { state: 'red', threshold: 'all equal', cure: 'sluice verify', waiver: null } as const;
    const text = gatesText([{ ...gate, name: 'verified', value }], plain);
    const [head = '', row = '', ...rest] = text.split('\n');
    expect([head, row].every((line) => widthOf(line) < 100)).toBe(true);
    expect(rest).toEqual([`verified measured: ${value}`, 'verified: sluice verify']);
  });

  it('says of a table that was repaired that its numbers of rows are from before', () => {
    const table: TableVerification = {
      ...{ database: 'shop', table: 't', state: 'equal', position: 'p', startedAtMs: 1, finishedAtMs: 2, advice: null },
      ...{ sourceRows: 0, targetRows: 1, equal: 0, repaired: 1, changing: 0, rowsEstimate: 0 },
      ...{ differenceCount: 0, differences: [] },
    };
    const text = verificationText({ tables: [table], isFinished: true }, plain);
    expect(text).toMatch(/shop\.t +equal, repaired/);
    expect(text).toContain('1 row differed and was repaired: looked at again, equal on both sides');
  });
});
