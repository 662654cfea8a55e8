/** What is compared beside the rows: printed as it stands by command line, page and evidence. */
export const COMPARED_KINDS = [
  'row-count',
  'sequence',
  'constraint',
  'index',
  'trigger',
  'orphan',
  'view',
  'schema',
  'declared-loss',
] as const;
export type ComparedKind = (typeof COMPARED_KINDS)[number];

export interface ComparedObject {
  readonly name: ComparedKind;
  /** Which one: `public.tbl_order`, `public.tbl_order.fk_customer`. */
  readonly object: string;
  /** `equal` with a reason: what a rule of the configuration makes of values, counted. */
  readonly state: 'equal' | 'different' | 'not-compared';
  readonly source: string | null;
  readonly target: string | null;
  /** Of a difference, of what was not compared, and of what is equal by a rule only. */
  readonly reason: string | null;
  /** What to do about a difference. */
  readonly cure: string | null;
}

/** What a running pipeline tells of its last comparison of what both sides have beside rows. */
export interface BesideStatus {
  readonly comparedAtMs: number;
  readonly equal: number;
  readonly different: number;
  readonly notCompared: number;
  /** Those that are not equal, differences first, then those that are equal by a rule; at most 50. */
  readonly objects: readonly ComparedObject[];
}
