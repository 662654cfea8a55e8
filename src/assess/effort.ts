import type { DataFinding } from './finding.ts';
import { type AssessedObject, standingAlone } from './object-class.ts';

/**
 * Minutes of one thing of a kind: reading what the report says of it, deciding, and testing the result. What is alike is
 * decided once: each further one of it is only looked at.
 */
const MINUTES = {
  openChoice: { first: 30, alike: 5 },
  dataFinding: { first: 15, alike: 3 },
  changed: { first: 5, alike: 1 },
  byHand: { first: 60, alike: 20 },
} as const;
const APP_CHANGE_MINUTES = 120;

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
  const programs = objects.flatMap((one) => (one.program === null || one.class === 'excluded' ? [] : [one.program]));
  const plain = standingAlone(objects).filter(({ program }) => program === null);
  const ofClass = (name: AssessedObject['class']) => plain.filter((object) => object.class === name).map(objectLike);
  const open = findings.filter(({ isOpen }) => isOpen);
  const looked = findings.filter(({ isOpen }) => !isOpen);
  const parts = [
    ...partsOf('open choices', open.map(findingLike), MINUTES.openChoice),
    ...partsOf('other findings in the data', looked.map(findingLike), MINUTES.dataFinding),
    ...partsOf('objects that convert in another form', ofClass('choice'), MINUTES.changed),
    ...partsOf('objects to make by hand', ofClass('hand'), MINUTES.byHand),
    {
      what: 'stored programs and views, each by its own formula',
      count: programs.length,
      minutes: programs.reduce((sum, { minutes }) => sum + minutes, 0),
    },
    { what: 'kinds of change in the application', count: appChanges, minutes: appChanges * APP_CHANGE_MINUTES },
  ].filter(({ count }) => count > 0);
  const minutes = parts.reduce((sum, one) => sum + one.minutes, 0);
  const terms = parts.map((one) => termText(one)).join(' + ');
  return { minutes, parts, formula: parts.length === 0 ? '0' : `${minutes} minutes = ${terms}` };
}

/** `likes` names for each thing what it is like. */
function partsOf(
  what: string,
  likes: readonly string[],
  each: { readonly first: number; readonly alike: number },
): readonly EffortPart[] {
  const first = new Set(likes).size;
  const alike = likes.length - first;
  return [
    { what: `${what}, each the first of its like`, count: first, minutes: first * each.first },
    { what: `more ${what} like those`, count: alike, minutes: alike * each.alike },
  ];
}

/** One rule on columns of one name: partitions by hand, tables of one shape, the same column all over a schema. */
function findingLike({ rule, columns }: DataFinding): string {
  return JSON.stringify([rule, columns.map((name) => name.toLowerCase())]);
}

/** The same reason of the same kind of object, whatever names, numbers and texts stand in it. */
function objectLike({ kind, reason, target, name }: AssessedObject): string {
  const own = [target ?? '', name].filter((text) => text !== '');
  const unnamed = own.reduce((text, part) => text.replaceAll(part, '?'), reason ?? '');
  const bare = unnamed.replaceAll(/'[^']*'|"[^"]*"|`[^`]*`|\b[\w$.]*[\d_$.][\w$.]*\b/g, '?');
  return JSON.stringify([kind, bare]);
}

function termText({ what, count, minutes }: EffortPart): string {
  const isEach = what.startsWith('stored programs');
  return isEach ? `${minutes} (${count} ${what})` : `${count} ${what} x ${minutes / count}`;
}
