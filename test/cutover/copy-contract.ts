import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sourceHead } from '../../src/binlog/source-head.ts';
import { claimCopy, makeCopyTables, readCopies, unlessClosed } from '../../src/cutover/copy/copy-table.ts';
import { SourceCopy } from '../../src/cutover/copy/source-copy.ts';
import { judgeCopies } from '../../src/cutover/copy/verdict.ts';
import { MysqlFence } from '../../src/cutover/fence/mysql-fence.ts';
import type { MysqlFenceRecord, MysqlFenceSettings } from '../../src/cutover/fence/mysql-record.ts';
import type { Attempt, AttemptStep } from '../../src/cutover/journal.ts';
import { type FencedSource, fencedSource, type Kind } from './fenced-source.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const NAMES = ['hook', 'fence', 'drain', 'seal', 'open'] as const;

function step(name: (typeof NAMES)[number], state: AttemptStep['state'] = 'waiting'): AttemptStep {
  const phase = name === 'hook' ? 'prepare' : name === 'open' ? 'beyond' : 'blocked';
  return {
    name,
    title: `'${name}' of "Ada's"`,
    phase,
    state,
    record: null,
    detail: null,
    startedAtMs: null,
    tookMs: null,
  };
}

let startedAtMs = 1_790_000_000_000;
function attemptOf(change: Partial<Attempt> = {}): Attempt {
  startedAtMs += 1_000;
  return {
    ...{ id: String(startedAtMs), direction: 'forward', outcome: 'running', isOver: false, isRehearsal: false },
    ...{ startedBy: 'Ädä', startedAtMs, endedAtMs: null, blockedAtMs: null, openedAtMs: null, away: [], reason: null },
    ...{ writeBlockLimitMs: 30_000, waivers: [], steps: NAMES.map((name) => step(name)) },
    ...change,
  };
}

/** Behind its fence, whose record is `record`. */
function blocked(attempt: Attempt, record: MysqlFenceRecord): Attempt {
  const steps = attempt.steps.map((one) => (one.name === 'fence' ? { ...step('fence', 'done'), record } : one));
  return { ...attempt, blockedAtMs: attempt.startedAtMs + 10, steps };
}

/** What the copy at the source promises on MySQL and on MariaDB alike. */
export function copyContract(kind: Kind): void {
  let source: FencedSource;
  let record: MysqlFenceRecord | null = null;
  const copies: SourceCopy[] = [];

  beforeAll(async () => {
    source = await fencedSource(kind, { durable: true });
  });
  afterEach(async () => {
    if (record !== null) await new MysqlFence(source.settings()).lift(record);
    record = null;
    await Promise.all(copies.splice(0).map((copy) => copy.close()));
  });
  afterAll(() => source[Symbol.asyncDispose]());

  const fenced = async (change?: Partial<MysqlFenceSettings>) => {
    const fence = new MysqlFence(source.settings(change));
    record = JSON.parse(JSON.stringify(await fence.plan())) as MysqlFenceRecord;
    return { fence, record };
  };
  const place = { database: 'sluice', pipeline: "o'shop" };
  const copyOf = (user = 'fence') => {
    const copy = new SourceCopy({ ...place, login: source.login(user), logger: silent });
    copies.push(copy);
    return copy;
  };
  const verdict = async () => {
    const connection = await source.session('fence');
    return judgeCopies(await readCopies(connection, place, 9), connection.server.id);
  };

  test('an attempt is told at the source as the journal has it', async () => {
    const attempt = attemptOf({ waivers: [{ gate: 'drift', by: 'Ada', reason: '"views"' }] });
    const copy = copyOf();
    await copy.begin(attempt);
    const further = { ...attempt, steps: attempt.steps.map((one) => ({ ...one, state: 'done' as const, tookMs: 7 })) };
    await copy.write(further);
    const [read] = await readCopies(await source.session('fence'), place, 1);
    expect(read).toMatchObject({ attempt: further, mayBeCommitted: false, isClaimed: false });
  });

  test('what is copied behind the fence stays out of the binlog, and is there when it is lifted', async () => {
    const { fence, record } = await fenced();
    const begun = attemptOf();
    const copy = copyOf();
    await copy.begin(begun);
    await copy.write(blocked(begun, record));
    await fence.set(record);
    const look = await source.session('fence');
    const end = await sourceHead(look);
    expect(await unlessClosed(look, place, () => look.run('not SQL'))).toBe(false);
    await copy.write(blocked(begun, record));
    await fence.admit(record, () => copy.seal(blocked(begun, record)));
    expect(await sourceHead(look)).toEqual(end);
    expect(await fence.isSet(record)).toMatchObject({ isSet: true, gaps: [] });
    expect(await verdict()).toMatchObject({ source: 'unknown', fenced: record });
    await fence.lift(record);
    const undone = begun.steps.map((one) => (one.name === 'fence' ? { ...step('fence', 'undone'), record } : one));
    await copy.write({ ...begun, steps: undone, outcome: 'aborted', isOver: true, openedAtMs: begun.startedAtMs + 9 });
    expect(await verdict()).toMatchObject({ source: 'open' });
    expect(await unlessClosed(look, place, async () => {})).toBe(true);
  });

  test('one of the two decides: a claim refuses the seal, and a seal refuses the claim', async () => {
    const { fence, record } = await fenced();
    for (const first of ['claim', 'seal'] as const) {
      const begun = attemptOf();
      const copy = copyOf();
      await copy.begin(begun);
      await copy.write(blocked(begun, record));
      await fence.set(record);
      const rival = await source.session('fence');
      const claim = () => fence.admit(record, () => claimCopy(rival, place, begun, 'ada'));
      const seal = () => fence.admit(record, () => copy.seal(blocked(begun, record)));
      if (first === 'claim') {
        expect(await claim()).toBe(true);
        await expect(seal()).rejects.toMatchObject({ code: 'CUTOVER_PUT_BACK' });
        expect(await verdict()).toMatchObject({ source: 'openable' });
      } else {
        await seal();
        expect(await claim()).toBe(false);
      }
      expect(await fence.isSet(record)).toMatchObject({ isSet: true });
      await fence.lift(record);
    }
  });

  test('whoever seals and claims one attempt in the same moment, only one of them is let', async () => {
    const rival = await source.session('fence');
    const copy = copyOf();
    for (let round = 0; round < 20; round++) {
      const begun = attemptOf();
      await copy.begin(begun);
      const sealing = copy.seal(begun).then(
        () => 'sealed',
        (error) => error.code,
      );
      const [sealed, isClaimed] = await Promise.all([sealing, claimCopy(rival, place, begun, 'ada')]);
      expect([sealed, isClaimed]).toEqual(isClaimed ? ['CUTOVER_PUT_BACK', true] : ['sealed', false]);
    }
  });

  test('an account that cannot keep its notes out of the binlog proves nothing', async () => {
    const connection = await source.session('fence');
    await makeCopyTables(connection, place.database);
    const begun = attemptOf();
    const copy = copyOf('capture');
    await connection.run("GRANT CREATE ON sluice.* TO capture@'%'");
    await copy.begin(begun);
    expect(await copy.seal(begun)).toMatch(/noted when the attempt began/);
    expect(await claimCopy(connection, place, begun, 'ada')).toBe(false);
  });

  test('a newer attempt takes the proof from those before it', async () => {
    const [old, next] = [attemptOf(), attemptOf()];
    await copyOf().begin(old);
    await copyOf().begin(next);
    const connection = await source.session('fence');
    expect(await claimCopy(connection, place, old, 'ada')).toBe(false);
    expect(await claimCopy(connection, place, next, 'ada')).toBe(true);
  });

  test('another server with the same rows proves nothing', async () => {
    const { record } = await fenced();
    const begun = attemptOf();
    const copy = copyOf();
    await copy.begin(begun);
    await copy.write(blocked(begun, record));
    const copied = await readCopies(await source.session('fence'), place, 1);
    expect(judgeCopies(copied, 'another')).toMatchObject({ source: 'unknown' });
  });

  test('a source that hangs holds no step up, and one that is away neither', async () => {
    const copy = copyOf();
    await copy.begin(attemptOf());
    const blocker = await source.session('fence');
    await blocker.run('LOCK TABLES sluice.cutover WRITE');
    await copy.write(attemptOf());
    await blocker.run('UNLOCK TABLES');
    await copyOf('nobody').write(attemptOf());
  });
}
