import type { DataFinding } from './finding.ts';
import type { AssessedObject } from './object-class.ts';

/** Minutes of one thing of a kind; reading what the report says of it, deciding, and testing the result. */
const MINUTES = { openChoice: 30, dataFinding: 15, changed: 5, byHand: 60, appChange: 120 } as const;

export interface Effort {
  readonly minutes: number;
  readonly parts: readonly EffortPart[];
  readonly formula: string;
}

export interface EffortPart {
  readonly what: string;
  readonly count: number;
  readonly minutes: number;
}

/** Work of people in minutes. Programs count by the formula that `sluice logic list` shows for each of them. */
export function effortOf(
  objects: readonly AssessedObject[],
  findings: readonly DataFinding[],
  appChanges: number,
): Effort {
  const hand = objects.filter((object) => object.class === 'hand');
  const programs = hand.flatMap(({ program }) => (program === null ? [] : [program]));
  const plain = hand.length - programs.length;
  const open = findings.filter(({ isOpen }) => isOpen).length;
  const looked = findings.length - open;
  const changed = objects.filter((object) => object.class === 'choice').length;
  const parts = [
    part('open choices', open, MINUTES.openChoice),
    part('other findings in the data', looked, MINUTES.dataFinding),
    part('objects that convert in another form', changed, MINUTES.changed),
    part('objects to make by hand', plain, MINUTES.byHand),
    {
      what: 'stored programs and views, each by its own formula',
      count: programs.length,
      minutes: programs.reduce((sum, { minutes }) => sum + minutes, 0),
    },
    part('kinds of change in the application', appChanges, MINUTES.appChange),
  ].filter(({ count }) => count > 0);
  const minutes = parts.reduce((sum, one) => sum + one.minutes, 0);
  const terms = parts.map((one) => termText(one)).join(' + ');
  return { minutes, parts, formula: parts.length === 0 ? '0' : `${minutes} minutes = ${terms}` };
}

function part(what: string, count: number, each: number): EffortPart {
  return { what, count, minutes: count * each };
}

function termText({ what, count, minutes }: EffortPart): string {
  const isEach = what.startsWith('stored programs');
  return isEach ? `${minutes} (${count} ${what})` : `${count} ${what} x ${minutes / count}`;
}
