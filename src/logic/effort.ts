import type { ActionItem } from './action-item.ts';
import type { WorkClass } from './feature-table.ts';

/** Reading and testing one program. */
const BASE_MINUTES = 10;
/** Minutes of one line of code before the factor of its class. */
const LINE_MINUTES = 0.5;
/** AWS's bands of an action item: simple, and medium. */
const ACTION_MINUTES: Readonly<Record<ActionItem['severity'], number>> = { note: 0, review: 30, stands: 240 };
const FACTOR: Readonly<Record<WorkClass, number>> = { automatic: 0.2, review: 1, skeleton: 3, hand: 5 };
/** A program like another one is compared with that, and tested. */
const ALIKE_RATIO = 0.2;

/** Work in minutes, and how it was reckoned. */
export interface Effort {
  readonly minutes: number;
  readonly formula: string;
  /** AWS's bands: below 2 hours, up to 6, above. */
  readonly band: 'simple' | 'medium' | 'significant';
}

/** What the work depends on beside the size. */
export interface Work {
  readonly class: WorkClass;
  readonly actions: readonly Pick<ActionItem, 'code' | 'severity'>[];
}

/**
 * `10 + 0.5 x lines x factor of the class + minutes of each action`, an action once however often it occurs; a fifth of
 * that for a program whose like was counted already.
 */
export function effortOf(lines: number, { class: work, actions }: Work, alike: string | null): Effort {
  const codes = new Map(actions.map(({ code, severity }) => [code, severity]));
  const items = [...codes].map(([code, severity]) => ({ code, minutes: ACTION_MINUTES[severity] }));
  const whole = BASE_MINUTES + LINE_MINUTES * lines * FACTOR[work] + items.reduce((sum, one) => sum + one.minutes, 0);
  const minutes = Math.round(alike === null ? whole : whole * ALIKE_RATIO);
  const parts = items.map((one) => ` + ${one.minutes} (${one.code})`).join('');
  const formula = `${BASE_MINUTES} + ${LINE_MINUTES} x ${lines} lines x ${FACTOR[work]} (${work})${parts}`;
  return {
    minutes,
    formula: alike === null ? formula : `(${formula}) x ${ALIKE_RATIO} (like ${alike})`,
    band: bandOf(minutes),
  };
}

/** Minutes of work for people: in minutes as long as they are few. */
export function workText(minutes: number): string {
  if (minutes < 120) return `${Math.round(minutes)} minutes`;
  return `${(minutes / 60).toLocaleString('en-US', { maximumFractionDigits: minutes < 600 ? 1 : 0 })} hours`;
}

function bandOf(minutes: number): Effort['band'] {
  if (minutes < 120) return 'simple';
  return minutes <= 360 ? 'medium' : 'significant';
}
