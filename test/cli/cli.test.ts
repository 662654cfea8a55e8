import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMON_FLAGS, CONFIG_FLAG } from '../../src/cli/common-flag.ts';
import { VERBS } from '../../src/cli/verb-table.ts';
import { flagOf } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/option-table.ts';
import { type Ran, type RunOptions, runInside, runSluice, STAGED_MAIN } from './run-sluice.ts';

const SECRET = 'hunter2-p@ss/w:rd';
const CONFIG = `pipeline: shop
source: { url: "mysql://sluice:\${SOURCE_PASSWORD}@127.0.0.1:1/shop" }
target: { url: "postgresql://sluice:\${TARGET_PASSWORD}@127.0.0.1:1/shop" }
`;
let root = '';
let folder = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
});

beforeEach((context) => {
  folder = join(root, context.task.id.replaceAll('/', '_'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'sluice.yaml'), CONFIG);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** As a process of its own. */
function sluice(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<Ran> {
  return runSluice(argv, { main: STAGED_MAIN, folder, ...options, environment: environmentOf(options) });
}

/** Inside this one. */
function inside(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<Ran> {
  return runInside(argv, { folder, ...options, environment: environmentOf(options) });
}

function environmentOf(options: Partial<RunOptions>): Readonly<Record<string, string>> {
  return { SOURCE_PASSWORD: SECRET, TARGET_PASSWORD: SECRET, ...options.environment };
}

function envelope(ran: Ran): {
  status: string;
  kind: string;
  data: never;
  error?: { code: string };
  nextSteps: string[];
} {
  const lines = ran.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

describe('the verb table', () => {
  it('gives a flag the same meaning wherever it stands, and none of them hides an option of the configuration', () => {
    const types = new Map<string, string>();
    for (const flag of [...COMMON_FLAGS, CONFIG_FLAG, ...VERBS.flatMap(({ flags }) => flags)]) {
      expect(types.get(flag.name) ?? flag.type).toBe(flag.type);
      types.set(flag.name, flag.type);
    }
    for (const option of OPTIONS) expect(types.has(flagOf(option)?.slice(2) ?? '')).toBe(false);
  });

  it('has help with an example and the exit codes for every verb', async () => {
    for (const verb of VERBS) {
      expect(verb.examples.length).toBeGreaterThan(0);
      for (const [command] of verb.examples) expect(command).toMatch(new RegExp(`^sluice ${verb.name}\\b`));
    }
    const ran = await Promise.all(VERBS.map((verb) => inside([...verb.name.split(' '), '--help'])));
    for (const [index, { exit, stdout }] of ran.entries()) {
      expect(exit).toBe(0);
      expect(stdout).toContain('Examples:');
      expect(stdout).toContain(VERBS[index]?.summary);
    }
  });
});

describe('complete and teardown', () => {
  it('print what goes and what stays, and touch nothing before the name is given', async () => {
    const plan = await inside(['complete', '--plan']);
    expect(plan.exit).toBe(0);
    expect(plan.stdout).toContain('DROP SCHEMA sluice CASCADE');
    expect(await inside(['teardown', '--confirm', 'other'])).toMatchObject({ exit: 2 });
    expect(await inside(['complete', '--plan'], { environment: { STAGE: 'refused' } })).toMatchObject({ exit: 3 });
  });

  it('seal a report before anything goes, and end with 1 and the statements while something is left', async () => {
    const done = await inside(['complete', '--by', 'ada', '--confirm', 'shop']);
    expect(done.exit).toBe(0);
    expect(done.stdout).toMatch(/sealed report: .*shop-complete-.*-report\.html, .*root hash [0-9a-f]{64}/);
    const left = await inside(['teardown', '--confirm', 'shop'], { environment: { STAGE: 'broken' } });
    expect(left.exit).toBe(1);
    expect(left.stdout).toContain('LEFT on the target: schema sluice: no right');
    expect(await inside(['complete', '--confirm', 'shop'], { environment: { STAGE: 'refused' } })).toMatchObject({
      exit: 3,
    });
  });
});

describe('the page of a start', () => {
  it('is not waited for where its address is taken: check ends with its own code', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const ran = await sluice(['check', '--page', '--http-listen', `127.0.0.1:${port}`]);
    taken.close();
    expect([ran.exit, ran.stderr]).toEqual([0, expect.stringContaining('their address is not free')]);
    expect(ran.stdout).toContain('mysql 9');
  });
});

describe('the command line', () => {
  it('lists its verbs with --help and alone, and its version', async () => {
    const [alone, asked, version] = await Promise.all([inside([]), inside(['--help']), inside(['--version'])]);
    expect(alone).toEqual(asked);
    expect(asked.exit).toBe(0);
    for (const { name } of VERBS) expect(asked.stdout).toContain(name);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('gives the same help by help and by --help, for all, for a verb and for a group of verbs', async () => {
    for (const words of [[], ['run'], ['config'], ['quarantine', 'drop'], ['config', 'show']]) {
      const [one, other] = await Promise.all([inside(['help', ...words]), inside([...words, '--help'])]);
      expect(one).toEqual(other);
      expect(one.exit).toBe(0);
    }
    const group = await inside(['help', 'quarantine']);
    for (const word of ['list', 'show 17', 'retry 17', 'drop 17'])
      expect(group.stdout).toContain(`sluice quarantine ${word}`);
  });

  it('prints the help of a group whose verb is missing, with exit 2', async () => {
    expect(await inside(['config'])).toMatchObject({ exit: 2, stdout: (await inside(['help', 'config'])).stdout });
  });

  it.each([
    [['statsu'], 'USAGE_UNKNOWN_VERB', 'did you mean "status"?'],
    [['config', 'chek'], 'USAGE_UNKNOWN_VERB', 'config validate'],
    [['status', '--wacht'], 'USAGE_UNKNOWN_FLAG', 'did you mean --watch?'],
    [['status', '--source-ulr', 'x'], 'USAGE_UNKNOWN_FLAG', 'did you mean --source-url?'],
    [['status', '--max', '5s'], 'USAGE_UNKNOWN_FLAG', 'sluice status has no --max'],
    [['config', 'schema', '--config', 'x'], 'USAGE_UNKNOWN_FLAG', '--config'],
    [['lag', '--max', '5'], 'USAGE_FLAG_VALUE', 'a number with its unit'],
    [['lag', '--max'], 'USAGE_FLAG_VALUE', '--max needs a value'],
    [['lag', '--wait=yes'], 'USAGE_FLAG_VALUE', '--wait takes no value'],
    [['run', '--until', 'doomsday'], 'USAGE_FLAG_VALUE', 'caught-up'],
    [['help', 'statsu'], 'USAGE_UNKNOWN_VERB', 'did you mean "status"?'],
    [['demo', '--log', 'pulsar'], 'USAGE_FLAG_VALUE', 'For example: --log embedded'],
    [['demo', '--scale', 'x'], 'USAGE_FLAG_VALUE', 'a whole number'],
    [['status', 'shop'], 'USAGE_OPERANDS', 'one word too many'],
    [['quarantine', 'show'], 'USAGE_OPERANDS', 'expected ID'],
    [['capture'], 'USAGE_HALF', 'needs a log that two processes can share'],
    [['status', '--config', 'nope.yaml'], 'CONFIG_FILE', 'nope.yaml cannot be read (ENOENT)'],
    [['status', '--snapshot-parallel', 'x'], 'CONFIG_INVALID', 'flag --snapshot-parallel: snapshot.parallel: expected'],
    [['status', '--control-socket', `/${'x'.repeat(200)}`], 'CONTROL_PATH_TOO_LONG', 'the system allows'],
  ])('refuses %j with exit 2 and says what was meant', async (argv, code, words) => {
    const ran = await inside(argv);
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain(words);
    const json = await inside([...argv, '--json']);
    expect(json.exit).toBe(2);
    expect(envelope(json)).toMatchObject({ status: 'error', error: { code } });
  });

  it('wraps every result in the same envelope', async () => {
    expect(envelope(await inside(['config', 'validate', '--json']))).toEqual({
      apiVersion: 'sluice/v1',
      kind: 'ConfigValidation',
      status: 'ok',
      data: { file: 'sluice.yaml', problems: [], warnings: [] },
      nextSteps: ['sluice check'],
    });
    writeFileSync(join(folder, 'sluice.yaml'), `${CONFIG}verfiy: 1\n`);
    const bad = await inside(['--json', 'config', 'validate']);
    expect(bad.exit).toBe(2);
    expect(envelope(bad)).toMatchObject({
      kind: 'ConfigValidation',
      status: 'error',
      data: { problems: [{ code: 'CONFIG_UNKNOWN_KEY', path: 'verfiy', line: 4, column: 1 }] },
      error: { code: 'CONFIG_INVALID' },
    });
  });

  it('says on stderr which options have no effect yet', async () => {
    const ran = await inside(['config', 'validate', '--apply-parallel', '2']);
    expect(ran).toMatchObject({ exit: 0, stdout: 'sluice.yaml: no problem\n' });
    expect(ran.stderr).toContain('warning: flag --apply-parallel: apply.parallel: is accepted but has no effect');
  });

  it('prints a schema that is JSON, and the values in force with secrets masked', async () => {
    const schema = await inside(['config', 'schema']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'sluice.yaml' });
    const shown = await inside(['config', 'show', '--apply-parallel', '2']);
    expect(shown.stdout).toContain('mysql://sluice:***@127.0.0.1:1/shop');
    expect(shown.stdout).toMatch(/apply\.parallel +2 +flag --apply-parallel/);
  });

  it('works without a file when environment and flags give all that is required', async () => {
    rmSync(join(folder, 'sluice.yaml'));
    const environment = { SLUICE_PIPELINE: 'env', SLUICE_SOURCE_URL: 'mysql://u@h/d' };
    const ran = await inside(['config', 'show', '--target-url', 'postgresql://u@h/d', '--json'], { environment });
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain('"value":"env","from":"environment SLUICE_PIPELINE"');
  });

  it('puts no colour and no cursor codes into a pipe', async () => {
    for (const argv of [
      ['--help'],
      ['run', '--until', 'caught-up', '-v'],
      ['demo'],
      ['statsu'],
      ['quarantine', 'list'],
    ]) {
      const { stdout, stderr } = await sluice(argv);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
      expect(stdout + stderr).not.toMatch(/\u001b/);
    }
  });

  it('never prints a secret, for any verb and any failure (INV-74)', async () => {
    const leaks: string[] = [];
    const commands = VERBS.map(({ name, operands }) => [...name.split(' '), ...(operands ? ['17'] : [])]);
    for (const stage of ['', 'fails', 'bug', 'unreachable']) {
      const isJson = stage === 'bug' || stage === 'unreachable';
      const runs = commands.map((argv) => (isJson ? [...argv, '--json', '-v'] : argv));
      for (const argv of [...runs, ['run', '--source-url', `mysql://u:${encodeURIComponent(SECRET)}@h:x/d`]]) {
        const until = argv[0] === 'run' ? ['--until', 'caught-up'] : [];
        const ran = await inside([...argv, ...until], { environment: { STAGE: stage } });
        const printed = ran.stdout + ran.stderr;
        if (printed.includes(SECRET) || printed.includes(encodeURIComponent(SECRET))) leaks.push(argv.join(' '));
      }
    }
    expect(leaks).toEqual([]);
  });
});

describe('run', () => {
  const stopWith = (signal: NodeJS.Signals, at = 'streaming') => {
    let isSent = false;
    return (child: { kill(signal: NodeJS.Signals): boolean }, printed: string): void => {
      if (isSent || !printed.includes(at)) return;
      isSent = true;
      child.kill(signal);
    };
  };

  it('until caught up exits 0 and says so', async () => {
    const ran = await inside(['run', '--until', 'caught-up', '--json']);
    expect(ran.exit).toBe(0);
    expect(envelope(ran)).toMatchObject({
      kind: 'Run',
      status: 'ok',
      data: { ended: 'caught-up', status: { isCaughtUp: true } },
    });
    for (const line of ran.stderr.trimEnd().split('\n')) expect(line).toMatch(/^\{.*\}$|^shop: streaming/);
  });

  it('exits 0 on SIGTERM and 130 on SIGINT, after finishing what it had in hand', async () => {
    expect(await sluice(['run'], { onOutput: stopWith('SIGTERM') })).toMatchObject({ exit: 0 });
    const interrupted = await sluice(['run'], { onOutput: stopWith('SIGINT') });
    expect(interrupted.exit).toBe(130);
    expect(interrupted.stdout).toContain('shop: stopped');
    expect(interrupted.stderr).toContain('interrupted: stopped cleanly');
  });

  it('is stopped in the same way while it still looks at the servers', async () => {
    const check = (signal: string) => sluice(['run'], { environment: { STAGE: `check-gets-${signal}` } });
    expect(await check('SIGTERM')).toMatchObject({ exit: 0 });
    expect(await check('SIGINT')).toMatchObject({ exit: 130 });
  });

  it('that was to catch up and was stopped before does not claim success', async () => {
    const environment = { STAGE: 'behind' };
    const ran = await sluice(['run', '--until', 'caught-up'], { environment, onOutput: stopWith('SIGTERM') });
    expect(ran.exit).toBe(130);
  });

  it('ends at once on a second signal', async () => {
    let sentAtMs: number | null = null;
    let sending: NodeJS.Timeout | undefined;
    const onOutput = (child: { kill(signal: NodeJS.Signals): boolean }): void => {
      if (sentAtMs !== null) return;
      sentAtMs = Date.now();
      // More than two: a system passes on as one what is sent twice before it was taken.
      sending = setInterval(() => child.kill('SIGTERM'), 200);
    };
    const ran = await sluice(['run'], { environment: { STAGE: 'stuck' }, onOutput });
    clearInterval(sending);
    expect(ran.exit).toBe(130);
    // After one signal it has 25 s.
    expect(Date.now() - (sentAtMs ?? 0)).toBeLessThan(20_000);
  });

  it.each([
    ['fails', 1, 'TARGET_ERROR'],
    ['unreachable', 6, 'SOURCE_UNREACHABLE'],
    ['bug', 1, 'INTERNAL'],
  ])('that %s exits %i with the code of the failure', async (stage, exit, code) => {
    const ran = await inside(['run', '--json'], { environment: { STAGE: stage } });
    expect(ran.exit).toBe(exit);
    expect(envelope(ran)).toMatchObject({ status: 'error', error: { code } });
  });

  it('begins nothing while a check refuses it, and exits 3 with the list', async () => {
    const ran = await inside(['run', '--json'], { environment: { STAGE: 'refused' } });
    expect(ran.exit).toBe(3);
    expect(envelope(ran)).toMatchObject({ kind: 'Check', data: { findings: [{ cure: ['SET it'] }] } });
    expect(ran.stderr).not.toContain('started');
  });

  it('answers status and lag over its socket, and refuses a second process with exit 3', async () => {
    const answers: Promise<Ran>[] = [];
    let isAsked = false;
    // Changed while it runs: what is planned is as it has read it.
    const edited = (): Promise<Ran> => {
      const later = new Date('2030-01-01T00:00:00Z');
      utimesSync(join(folder, 'sluice.yaml'), later, later);
      return sluice(['cutover', 'plan']);
    };
    const onOutput = (child: { kill(signal: NodeJS.Signals): boolean }, printed: string): void => {
      if (isAsked || !printed.includes('streaming')) return;
      isAsked = true;
      answers.push(
        sluice(['status', '--json']),
        sluice(['status']),
        sluice(['lag', '--max', '1s', '--wait']),
        sluice(['run']),
        edited(),
      );
      void Promise.all(answers).then(() => child.kill('SIGTERM'));
    };
    await sluice(['run'], { onOutput });
    const [json, text, lag, second, planned] = await Promise.all(answers);
    expect(planned?.stderr).toContain('sluice.yaml was changed at 00:00:00 UTC, and the running process has read it');
    expect(json?.exit).toBe(0);
    expect(json === undefined ? null : envelope(json)).toMatchObject({
      kind: 'Status',
      data: { pipeline: 'shop', version: expect.any(String) },
    });
    expect(text?.stdout).toContain('shop  streaming');
    expect(lag).toMatchObject({ exit: 0, stdout: 'none: everything the source has committed is on the target\n' });
    expect(second?.exit).toBe(3);
    expect(second?.stderr).toContain('already run by process');
  });

  it('that is behind fails the test of lag with exit 5', async () => {
    let answer: Promise<Ran> | undefined;
    const onOutput = (child: { kill(signal: NodeJS.Signals): boolean }, printed: string): void => {
      if (answer !== undefined || !printed.includes('streaming')) return;
      answer = sluice(['lag', '--max', '1s', '--wait', '--timeout', '300ms', '--json']);
      void answer.then(() => child.kill('SIGTERM'));
    };
    await sluice(['run'], { environment: { STAGE: 'behind' }, onOutput });
    const lag = await answer;
    expect(lag?.exit).toBe(5);
    expect(lag === undefined ? null : envelope(lag)).toMatchObject({
      status: 'action_required',
      data: { lagMs: 1200 },
    });
  });

  it.each([['status'], ['lag'], ['status --watch']])(
    'unreachable for %s is exit 6 with the path tried',
    async (verb) => {
      const ran = await inside(verb.split(' '));
      expect(ran.exit).toBe(6);
      expect(ran.stderr).toContain(join(folder, '.sluice', 'shop.sock'));
    },
  );

  it('is watched as one JSON document a line', async () => {
    let watch: Promise<Ran> | undefined;
    const onOutput = (child: { kill(signal: NodeJS.Signals): boolean }, printed: string): void => {
      if (watch !== undefined || !printed.includes('streaming')) return;
      let isStopped = false;
      const stop = (watcher: { kill(signal: NodeJS.Signals): boolean }, seen: string): void => {
        // Once: a second signal ends it without a last word.
        if (isStopped || seen.split('\n').length <= 3) return;
        isStopped = watcher.kill('SIGINT');
      };
      watch = sluice(['status', '--watch', '--json'], { onOutput: stop });
      void watch.then(() => child.kill('SIGTERM'));
    };
    await sluice(['run'], { onOutput });
    const watched = await watch;
    expect(watched?.exit).toBe(130);
    const documents =
      watched?.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)) ?? [];
    expect(documents.length).toBeGreaterThan(2);
    expect(documents.at(0)).toMatchObject({ kind: 'Status', status: 'ok' });
    expect(documents.at(-1)).toMatchObject({ kind: 'Status', status: 'error', error: { code: 'INTERRUPTED' } });
  });
});

describe('verify', () => {
  const verify = (stage: string, ...words: readonly string[]) =>
    inside(['verify', ...words], { environment: { STAGE: stage } });

  it('is exit 0 for equal tables, 4 for differences, 5 for what was not finished, 6 without a process', async () => {
    expect(await verify('clean')).toMatchObject({ exit: 0 });
    expect(await verify('late')).toMatchObject({ exit: 5, stderr: expect.stringContaining('VERIFY_NOT_REACHED') });
    expect(await verify('unreachable')).toMatchObject({ exit: 6 });
    const found = await verify('unequal', '--table', 'tbl_order', '--table', 'tbl_item');
    expect(found.exit).toBe(4);
    expect(found.stdout).toContain('id=7: note: source "a ", target "a"');
    expect(found.stdout).toContain('id=8: missing on the target');
    expect(found.stderr).toContain('4 differences in 2 tables');
  });

  it('gives tables, states and differences as JSON', async () => {
    const { exit, stdout } = await verify('unequal', '--json', '--table', 'tbl_order');
    expect({ exit, ...JSON.parse(stdout) }).toMatchObject({
      ...{ exit: 4, kind: 'Verify', status: 'action_required' },
      data: { tables: [{ table: 'tbl_order', state: 'different', differences: [{ kind: 'different' }, {}] }] },
    });
  });
});

describe('verify, beside the rows', () => {
  const verify = (stage: string, ...words: readonly string[]) =>
    inside(['verify', ...words], { environment: { STAGE: stage } });

  it('tells what else is compared, and is exit 4 for a difference there though all rows are equal', async () => {
    const moving = await verify('behind');
    expect(moving.exit).toBe(0);
    expect(moving.stdout).toContain('not compared: sequence public.t.id: still coming');
    const still = await verify('behind', '--still');
    expect(still.exit).toBe(4);
    expect(still.stdout).toContain('different: sequence public.t.id');
    expect(still.stdout).toContain('SELECT setval()');
    expect(still.stderr).toContain('VERIFY_OBJECTS_DIFFER');
    expect(still.stdout).toContain('different: row-count shop.tbl_order: 1 row is missing on the target');
    const json = JSON.parse((await verify('behind', '--json')).stdout);
    expect(json.data.also).toMatchObject([{ state: 'equal' }, { name: 'sequence', state: 'not-compared' }]);
  });

  it('keeps what was found of the rows when the rest cannot be compared, and looks at rows alone for some tables', async () => {
    const broken = await verify('broken');
    expect(broken.exit).toBe(0);
    expect(broken.stdout).toContain('shop.tbl_order');
    expect(broken.stdout).toContain('not compared: schema all: the target hung up');
    expect((await verify('behind', '--still', '--table', 'tbl_order')).stdout).not.toContain('Beside the rows');
  });

  it('writes both scripts into a folder and names the tables that no script has', async () => {
    const written = await verify('clean', '--sql', 'check/sql');
    expect(written).toMatchObject({ exit: 0, stderr: expect.stringContaining('late') });
    expect(written.stdout).toContain('check/sql/source.sql');
    expect(await verify('clean', '--sql', 'sluice.yaml')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('USAGE_OUT'),
    });
  });
});

describe('verify --repair', () => {
  it("asks for the pipeline's name", async () => {
    expect(await inside(['verify', '--repair'])).toMatchObject({ exit: 2, stdout: '' });
    expect((await inside(['verify', '--repair', '--confirm', 'shop'])).exit).toBe(0);
  });
});

describe('tables reload', () => {
  it.each([
    [
      ['pause', '--by', 'ada'],
      0,
      'the stream to the target is paused by ada since 1970-01-01 00:00:00 UTC: sluice resume',
    ],
    [['resume', '--by', 'ada'], 0, 'the stream to the target goes at its own speed'],
    [
      ['throttle', '500', '--by', 'ada'],
      0,
      'held to 500 rows a second by ada since 1970-01-01 00:00:00 UTC: sluice throttle off',
    ],
    [['throttle', '1'], 0, 'held to 1 row a second by'],
    [['throttle', 'off'], 0, 'the stream to the target goes at its own speed'],
    [['throttle', '0'], 2, ''],
    [['pause', '--by', 'ada\nlag     none'], 2, ''],
    [['pause', '--by', '\u202eada'], 2, ''],
    [['pause', '--by', ''], 2, ''],
    [['cutover', 'abort', '--by', 'a'.repeat(101)], 2, ''],
    [['throttle', 'fast'], 2, ''],
    [['throttle'], 2, ''],
  ])('changes the pace of the running stream: %j ends with %i', async (words, exit, told) => {
    expect(await inside(words)).toMatchObject({ exit, stdout: expect.stringContaining(told) });
  });

  it.each([
    ['unreachable', 6],
    ['refused', 3],
  ])('ends with its own code where the pace cannot be changed: %s', async (stage, exit) => {
    const { stdout, ...ended } = await inside(['pause', '--json'], { environment: { STAGE: stage } });
    expect([ended.exit, JSON.parse(stdout).nextSteps]).toEqual([exit, exit === 6 ? ['sluice run'] : []]);
  });

  it.each([
    [['pause'], 'it was paused already: the stream to the target is paused by'],
    [['resume'], 'nothing was paused: the stream to the target goes at its own speed'],
    [['throttle', '9'], 'it was held to that already: the stream to the target is held to 9 rows'],
    [['throttle', 'off'], 'there was no limit: the stream to the target goes at its own speed'],
  ])('says that it was so already: %j', async (words, told) => {
    const { stdout } = await inside(words, { environment: { STAGE: 'same' } });
    expect(stdout).toContain(told);
  });

  it('says that the target stays as it is as long as the stream is paused', async () => {
    const environment = { STAGE: 'paused' };
    const { stdout } = await inside(['tables', 'reload', 'tbl_order', '--confirm', 'shop'], { environment });
    expect(stdout).toContain('1 table will be emptied on the target and copied anew');
    expect(stdout).toContain('until then the target stays as it is: the stream to the target is paused');
  });

  it('names what is copied anew, and what of the quarantine is given up for it', async () => {
    const { exit, stdout } = await inside(['tables', 'reload', 'tbl_order', 'tbl_item', '--confirm', 'shop']);
    expect(exit).toBe(0);
    expect(stdout).toContain('2 tables are emptied on the target and copied anew');
    expect(stdout).toContain('shop.tbl_order: 1 change that waits in quarantine will be given up');
    expect(stdout).not.toContain('shop.tbl_item:');
    const json = await inside(['tables', 'reload', '--all', '--confirm', 'shop', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'TablesReload', status: 'ok', nextSteps: ['sluice status'] });
  });

  it("does nothing without the pipeline's name, or without saying which tables", async () => {
    expect(await inside(['tables', 'reload', 'tbl_order'])).toMatchObject({ exit: 2, stdout: '' });
    expect(await inside(['tables', 'reload', '--all'], { stdin: 'yes\n' })).toMatchObject({ exit: 2, stdout: '' });
    expect(await inside(['tables', 'reload'])).toMatchObject({ exit: 2 });
    expect(await inside(['tables', 'reload', 'tbl_order', '--all'])).toMatchObject({ exit: 2 });
    expect((await inside(['tables', 'reload', '--all'], { stdin: 'shop\n' })).exit).toBe(0);
  });

  it('is refused with exit 3 for what is no table, and is exit 6 where no pipeline runs', async () => {
    const reload = (stage: string) =>
      inside(['tables', 'reload', 'x', '--confirm', 'shop'], { environment: { STAGE: stage } });
    expect((await reload('refused')).exit).toBe(3);
    expect((await reload('unreachable')).exit).toBe(6);
  });
});

describe('quarantine', () => {
  it('lists with exit 4 when there is something, 0 when there is nothing', async () => {
    const full = await inside(['quarantine', 'list']);
    expect(full.exit).toBe(4);
    expect(full.stdout).toContain('zero-date');
    expect(await inside(['quarantine', 'list'], { environment: { STAGE: 'clean' } })).toMatchObject({ exit: 0 });
  });

  it('shows one change, and refuses an id that is not there', async () => {
    expect((await inside(['quarantine', 'show', '17'])).stdout).toContain('"at":"0000-00-00"');
    expect(await inside(['quarantine', 'show', '18'])).toMatchObject({ exit: 2 });
  });

  it('says by its exit code whether a retry left something', async () => {
    expect((await inside(['quarantine', 'retry', 'all'])).exit).toBe(4);
    expect((await inside(['quarantine', 'retry', 'all'], { environment: { STAGE: 'clean' } })).exit).toBe(0);
  });

  it("drops only when the pipeline's name is given, by flag or on stdin", async () => {
    expect(await inside(['quarantine', 'drop', '17'])).toMatchObject({ exit: 2, stdout: '' });
    expect(await inside(['quarantine', 'drop', '17', '--confirm', 'shpo'])).toMatchObject({ exit: 2, stdout: '' });
    expect(await inside(['quarantine', 'drop', '17'], { stdin: 'y\n' })).toMatchObject({ exit: 2, stdout: '' });
    expect((await inside(['quarantine', 'drop', '17', '--confirm', 'shop'])).exit).toBe(0);
    expect((await inside(['quarantine', 'drop', '17'], { stdin: 'shop\n' })).exit).toBe(0);
  });
});

describe('demo', () => {
  it('takes its own flags, and its exit code tells the truth', async () => {
    const ran = await inside([
      'demo',
      '--log',
      'kafka',
      '--source',
      'mariadb',
      '--scale',
      '3',
      '--seed=7',
      '--keep',
      '--json',
    ]);
    expect(ran.exit).toBe(0);
    expect(envelope(ran).data).toEqual({ log: 'kafka', source: 'mariadb', scale: 3, seed: 7, keep: true });
    const failed = await inside(['demo'], { environment: { STAGE: 'fails' } });
    expect(failed.exit).toBe(1);
    expect(failed.stdout).toContain('differences');
  });
});
