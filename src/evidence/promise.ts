import type { Facts, SwitchFacts, TableFacts } from './facts.ts';

/** What protocols promise (9), each with its number in this pipeline. */
export interface PromiseKept {
  readonly name: string;
  /** How often it was broken, as far as the evidence goes; null: nobody can say. */
  readonly broken: number | null;
  /** What was counted, and where it stops. */
  readonly basis: string;
}

/** `hidden`: places of this file at which a secret stood before it was hidden. */
export function promises(facts: Facts, hidden: number): readonly PromiseKept[] {
  return [lost(facts), doubled(facts), halves(facts), converted(facts), neither(facts), secrets(hidden)];
}

function lost(facts: Facts): PromiseKept {
  const aside = open(facts);
  const missing = counted(facts, ({ missing, unlisted }) => missing + unlisted);
  const basis = `rows of the source that the target lacks, by the last comparison (${compared(facts)}), and ${aside.length} changes in quarantine that wait or were dropped`;
  return { name: 'no lost change', broken: missing === null ? null : missing + aside.length, basis };
}

function doubled(facts: Facts): PromiseKept {
  const basis = `rows of the target that the source lacks, by the last comparison (${compared(facts)})`;
  return { name: 'no double change', broken: counted(facts, ({ extra }) => extra), basis };
}

/** A transaction of which one change is set aside stands on the target without it. */
function halves(facts: Facts): PromiseKept {
  const broken = new Set(open(facts).map(({ position }) => position)).size;
  const basis =
    'source transactions of which a change waits in quarantine or was dropped; every other was applied whole, in one transaction of the target with its checkpoint';
  return { name: 'no half transaction after the load', broken: isJournalRead(facts.notRead) ? broken : null, basis };
}

function converted(facts: Facts): PromiseKept {
  const declared = facts.compared?.filter(({ name }) => name === 'declared-loss').length ?? null;
  const told = declared === null ? 'declared ones were not counted' : `${declared} columns with declared ones`;
  const basis = `values that differ without a rule that says so, by the last comparison (${compared(facts)}); ${told}`;
  return { name: 'no silent conversion', broken: counted(facts, ({ different }) => different), basis };
}

function neither({ switches, notRead }: Facts): PromiseKept {
  const real = switches.filter(({ isRehearsal }) => !isRehearsal);
  const committed = real.filter(({ outcome }) => outcome === 'committed');
  const numbers = committed.map(differencesOf);
  const isKnown = isJournalRead(notRead) && numbers.every((number) => number !== null);
  const broken = isKnown ? numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0) : null;
  const basis =
    real.length === 0
      ? 'no switch was made'
      : `differences behind fence and drain in ${committed.length} switches that were committed; ${real.length - committed.length} others were put back, and what was refused meanwhile was never acknowledged`;
  return { name: 'no write during the switch that is on neither side', broken, basis };
}

/** Back: the drain's mark came through, and the stream carries each row once; no comparison is made. */
function differencesOf({ direction, end, verified }: SwitchFacts): number | null {
  if (direction === 'back') return end === null ? null : 0;
  return verified === null || verified.unproven.length > 0 ? null : verified.differenceCount;
}

function secrets(hidden: number): PromiseKept {
  const basis = `places of this file at which a secret in force stands; ${hidden} were hidden when it was written`;
  return { name: 'no secret in any output', broken: 0, basis };
}

/** Of `notRead`: the target, where the journals are. */
export const TARGET_JOURNAL = 'the journals on the target';

function isJournalRead(notRead: Facts['notRead']): boolean {
  return !notRead.some(({ what }) => what === TARGET_JOURNAL);
}

interface Kinds {
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  /** More differences than are listed: their kind is not known. */
  readonly unlisted: number;
}

/** null while a table was not compared to its end. */
function counted({ tables }: Facts, count: (kinds: Kinds) => number): number | null {
  if (tables.length === 0 || tables.some((table) => !isCompared(table))) return null;
  return tables.reduce((sum, table) => sum + count(kindsOf(table)), 0);
}

function isCompared({ verified }: TableFacts): boolean {
  return verified !== null && (verified.state === 'equal' || verified.state === 'different');
}

function kindsOf({ verified }: TableFacts): Kinds {
  const differences = verified?.differences ?? [];
  const of = (kind: string) => differences.filter((one) => one.kind === kind).length;
  const unlisted = Math.max(0, (verified?.differenceCount ?? 0) - differences.length);
  return { missing: of('missing'), extra: of('extra'), different: of('different'), unlisted };
}

function compared({ tables }: Facts): string {
  const whole = tables.filter(isCompared);
  const rows = whole.reduce((sum, { verified }) => sum + (verified?.sourceRows ?? 0), 0);
  return `${whole.length} of ${tables.length} tables, ${rows} rows`;
}

function open({ quarantine }: Facts): Facts['quarantine'] {
  return quarantine.filter(({ state }) => state === 'waiting' || state === 'dropped');
}
