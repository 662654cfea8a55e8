import type { RuleName } from './probe.ts';

/**
 * What a finding would break, worst first: a run that does not start, rows that wait in quarantine, a constraint that
 * cannot be made, values that change, statements that answer otherwise, or nothing.
 */
export const RISKS = [
  'stops-run',
  'rows-wait',
  'breaks-constraint',
  'changes-values',
  'changes-answers',
  'worth-knowing',
] as const;
export type Risk = (typeof RISKS)[number];

export const RISK_WORDS: Readonly<Record<Risk, string>> = {
  'stops-run': 'the run does not start',
  'rows-wait': 'rows are set aside (sluice quarantine) until they are corrected',
  'breaks-constraint': 'a constraint cannot be made on the target',
  'changes-values': 'values change',
  'changes-answers': 'statements of the application answer otherwise',
  'worth-knowing': 'nothing; a better type or a cleaner value is possible',
};

/** What is said of a rule wherever it is found. */
interface RuleText {
  readonly title: string;
  readonly risk: Risk;
  /** What the converter does when nothing is decided. */
  readonly byDefault: string;
}

export const RULE_TEXT: Readonly<Record<RuleName, RuleText>> = {
  'zero-date': {
    title: 'zero, partial or impossible date',
    risk: 'changes-values',
    byDefault: 'becomes NULL',
  },
  nul: { title: 'NUL character in text', risk: 'stops-run', byDefault: 'refused: PostgreSQL has no such text' },
  'not-boolean': {
    title: 'tinyint(1) beyond 0 and 1',
    risk: 'worth-knowing',
    byDefault: 'the column becomes smallint instead of boolean',
  },
  'beyond-bigint': {
    title: 'bigint unsigned beyond 2^63',
    risk: 'worth-knowing',
    byDefault: 'the column, and every column of its foreign keys, becomes numeric(20,0) instead of bigint',
  },
  'not-time-of-day': {
    title: 'TIME that is no time of day',
    risk: 'worth-knowing',
    byDefault: 'the column becomes interval instead of time',
  },
  'invalid-text': {
    title: 'bytes that are no text in the declared character set',
    risk: 'rows-wait',
    byDefault: 'the row is set aside with its reason, and waits until the value is corrected at the source',
  },
  'double-encoded': {
    title: 'text that looks encoded twice (UTF-8 bytes kept as latin1 characters)',
    risk: 'changes-values',
    byDefault: 'the value goes over as it reads today: Ã© stays Ã©',
  },
  orphan: {
    title: 'row that refers to nothing, against an existing foreign key',
    risk: 'breaks-constraint',
    byDefault: 'the rows go over, and the foreign key cannot be made',
  },
  'orphan-guess': {
    title: 'row that refers to nothing, by a foreign key that only the name suggests (a guess)',
    risk: 'worth-knowing',
    byDefault: 'the rows go over; no foreign key is made',
  },
  'reference-spelling': {
    title: 'reference spelled otherwise than the key it refers to (case, accents, trailing spaces)',
    risk: 'breaks-constraint',
    byDefault: 'the rows go over, and the foreign key cannot be made: PostgreSQL compares exactly',
  },
  'spelling-groups': {
    title: 'values that are equal in MySQL and fall apart on the target (case, accents, trailing spaces)',
    risk: 'changes-answers',
    byDefault: 'each spelling is a value of its own: = finds it alone, GROUP BY and DISTINCT tell them apart',
  },
  'unique-spelling': {
    title: 'unique value that other spellings find today (capitals, trailing spaces)',
    risk: 'changes-answers',
    byDefault: 'found by its exact spelling alone, and another spelling of it may be inserted',
  },
  'json-text': {
    title: 'every value is JSON',
    risk: 'worth-knowing',
    byDefault: 'the column becomes text',
  },
  'uuid-text': {
    title: 'every value is a UUID',
    risk: 'worth-knowing',
    byDefault: 'the column keeps its kind: varchar, or bytea for bytes',
  },
  'empty-enum': {
    title: "enum with the value '' that stands for no member",
    risk: 'worth-knowing',
    byDefault: "goes over as '', which the CHECK of the column allows",
  },
  'sentinel-date': {
    title: 'date that stands for "never" or "unknown"',
    risk: 'worth-knowing',
    byDefault: 'goes over as it is',
  },
  'auto-increment-end': {
    title: 'AUTO_INCREMENT near the end of its type',
    risk: 'changes-answers',
    byDefault: 'the identity goes on from the same number',
  },
};
