import type { WorkClass } from './feature-table.ts';
import type { FeatureUse } from './profile.ts';

/** Reading and testing one program. */
const BASE_MINUTES = 10;
/** Minutes of one line of code before the factor of its class. */
const LINE_MINUTES = 0.5;

const FACTOR: Readonly<Record<WorkClass, number>> = { automatic: 0.2, review: 1, skeleton: 3, hand: 5 };

/** Work in minutes, and how it was reckoned. */
export interface Effort {
  readonly minutes: number;
  readonly formula: string;
  /** AWS's bands: below 2 hours, up to 6, above. */
  readonly band: 'simple' | 'medium' | 'significant';
}

/** `10 + 0.5 x lines x factor of the class + minutes of each feature, once per feature`. */
export function effortOf(lines: number, work: WorkClass, features: readonly FeatureUse[]): Effort {
  const costly = features.filter(({ feature }) => feature.minutes > 0);
  const items = costly.map(({ feature }) => feature.minutes);
  const minutes = Math.round(BASE_MINUTES + LINE_MINUTES * lines * FACTOR[work] + items.reduce((a, b) => a + b, 0));
  const parts = costly.map(({ feature }) => ` + ${feature.minutes} (${feature.code})`).join('');
  const formula = `${BASE_MINUTES} + ${LINE_MINUTES} x ${lines} lines x ${FACTOR[work]} (${work})${parts}`;
  return { minutes, formula, band: minutes < 120 ? 'simple' : minutes <= 360 ? 'medium' : 'significant' };
}
