/**
 * What becomes of a text that the source compares without case: `exact`, the target tells capitals from small letters;
 * `citext`, the column takes PostgreSQL's type of that name, which does not; `lower`, the column is a plain text and
 * each of its unique indexes is one on `lower(column)`.
 */
export const CASE_RULES = ['exact', 'citext', 'lower'] as const;
export type CaseRule = (typeof CASE_RULES)[number];

export function asCaseRule(text: string): CaseRule {
  return CASE_RULES.find((rule) => rule === text) ?? 'exact';
}
