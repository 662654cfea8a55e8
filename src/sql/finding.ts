import type { Span } from './span.ts';

/**
 * What a translation could not prove. `note`: the result is right for the data that the rule names; `review`: a person
 * should look, the result may differ where the reason says; `blocked`: there is no translation, and none is given.
 */
export interface Finding {
  /** Stable, e.g. `TEXT_ORDER`; all are listed below. */
  readonly code: FindingCode;
  readonly severity: 'note' | 'review' | 'blocked';
  readonly span: Span;
  readonly reason: string;
  readonly advice: string;
}

export type FindingCode = keyof typeof FINDINGS;

interface Kind {
  readonly severity: Finding['severity'];
  readonly advice: string;
}

/** Every code with its severity and what to do about it. */
export const FINDINGS = {
  SYNTAX: { severity: 'blocked', advice: 'Write this part by hand, or report the text that was not understood.' },
  FUNCTION: { severity: 'blocked', advice: 'Write the call by hand, or make a function of this name on the target.' },
  CONSTRUCT: { severity: 'blocked', advice: 'Write this part by hand.' },
  UNKNOWN_COLUMN: {
    severity: 'review',
    advice: 'Check the type of the name by hand: what depends on it was not proven.',
  },
  UNKNOWN_TYPE: { severity: 'review', advice: 'Check that the value has the type that is used here, or cast it.' },
  TEXT_AS_NUMBER: {
    severity: 'note',
    advice: 'Compare numbers with numbers: the cast keeps an index from being used.',
  },
  TEXT_CUT: {
    severity: 'review',
    advice: 'Wait for both errors, or look at the text before: the target refuses it as one that is no number.',
  },
  YEAR: {
    severity: 'review',
    advice:
      'Give the year in four digits: one of two is that year where MySQL gets it of the service, as of a literal.',
  },
  TEXT_KEY: {
    severity: 'review',
    advice: 'Compare with a number: MariaDB refuses a text that is none or finds no row, as it reads the table.',
  },
  NOT_STRICT: {
    severity: 'review',
    advice: 'Check what is written: outside strict mode the source takes the nearest value, the target refuses it.',
  },
  TEXT_AS_DATE: { severity: 'review', advice: 'Texts that are no date give an error, where MySQL gives NULL.' },
  TEXT_ORDER: { severity: 'review', advice: 'Give the expression a COLLATE clause if the order of the texts matters.' },
  TEXT_CASE: {
    severity: 'note',
    advice: 'Letters with accents are told apart; use a nondeterministic collation if they must not be.',
  },
  TEXT_BLANK: {
    severity: 'note',
    advice: 'Store no texts with blanks at their end: the source finds them without, the target does not.',
  },
  TEXT_DISTINCT: {
    severity: 'review',
    advice: 'Group by lower() of the texts by hand: those that differ in case alone are one to the source.',
  },
  REGEXP: { severity: 'review', advice: 'Test the pattern on the target: its language of patterns is another.' },
  LINE_END: {
    severity: 'note',
    advice: 'Texts with line ends may match otherwise: on the target the point matches one, and $ stands behind it.',
  },
  UNSIGNED: {
    severity: 'note',
    advice: 'MySQL raises an error where the result is negative; the target gives the negative number.',
  },
  ZERO_DATE: { severity: 'note', advice: 'The target has no zero date: rows that had one are NULL.' },
  INVALID_DATE: { severity: 'note', advice: 'Correct the literal: it is no date, so that the expression is NULL.' },
  DATE_AS_NUMBER: {
    severity: 'review',
    advice: 'Say what is meant: MySQL takes the date as the number YYYYMMDD here.',
  },
  FORMAT: { severity: 'blocked', advice: 'Write the format by hand.' },
  SESSION: { severity: 'review', advice: 'Check who sets this on the target: it belongs to the session.' },
  NOT_IMMUTABLE: {
    severity: 'review',
    advice: 'PostgreSQL refuses this in an index or a generated column: use a trigger.',
  },
  GROUP_BY: { severity: 'review', advice: 'Group by the column, or say by an aggregate which of the values is meant.' },
  TRUNCATED_LIST: { severity: 'note', advice: 'MySQL cuts the list at group_concat_max_len; the target does not.' },
  ORDER: {
    severity: 'note',
    advice: 'Say the order where it matters: MySQL orders by the groups, the target does not.',
  },
  HINT: { severity: 'note', advice: 'The hint is left out: the planner of the target chooses by itself.' },
  JSON_TEXT: { severity: 'note', advice: 'Compare as JSON: blanks and the order of keys differ in the text.' },
  JSON_NULL: { severity: 'note', advice: 'A JSON null is NULL on the target, the text null on the source.' },
  FLOAT_MOD: {
    severity: 'review',
    advice: 'Use DECIMAL: the source divides the binary values, where 5.3 % 0.1 is 0.0999999999999997.',
  },
  DIVISION_DIGITS: {
    severity: 'review',
    advice: 'Multiply before you divide, or round the quotient where it stands.',
  },
  FLOAT_TEXT: { severity: 'note', advice: 'Use DECIMAL where the text of a number matters.' },
  CONFLICT_TARGET: {
    severity: 'review',
    advice: 'Check which unique key is meant: the target reacts to the one that is named and fails at the others.',
  },
  CONFLICT_ROWS: {
    severity: 'review',
    advice: 'Write the rows one by one: the target refuses to update a row twice in one statement.',
  },
  KEY_CASE: {
    severity: 'review',
    advice:
      'Check whether texts of the key may differ in case, accents or trailing blanks alone: make the column citext, or the key one over lower().',
  },
  NO_CONFLICT: { severity: 'note', advice: 'No unique key can collide with these values: the clause is left out.' },
  IGNORE: {
    severity: 'review',
    advice: 'Only rows of known keys are left out: wrong values, NULLs and foreign keys are errors on the target.',
  },
  ROW_COUNT: { severity: 'note', advice: 'Check who reads the number of rows: the target counts otherwise.' },
  REPLACE: {
    severity: 'note',
    advice: 'Rows that collide are deleted and inserted anew: check triggers and foreign keys that refer to them.',
  },
  AUTO_INCREMENT: {
    severity: 'note',
    advice: 'A number that is given does not advance the sequence of the target: advance it where others follow.',
  },
  SEVERAL_MATCHES: {
    severity: 'review',
    advice: 'Join by a unique key: which of several matching rows gives the value is not said on either server.',
  },
  ASSIGNMENT_ORDER: {
    severity: 'review',
    advice: 'Check what the value sees: MySQL assigns from left to right, the target all at once.',
  },
  UNIQUE_ORDER: {
    severity: 'review',
    advice: 'Make the unique key deferrable if rows collide on the way: the target has no order of changing rows.',
  },
  TRANSACTION: { severity: 'note', advice: 'MySQL commits here; on the target it is a part of the transaction.' },
  LOCK: { severity: 'review', advice: 'Lock the other rows by a query of their own if they must not change.' },
  KEY: { severity: 'review', advice: 'Create the key by a statement of its own where it is needed.' },
  FLAG: { severity: 'note', advice: 'The target column holds true and false alone: other numbers than 0 become true.' },
  TOO_LARGE: { severity: 'blocked', advice: 'Split the expression: its translation repeats parts too often.' },
  NUL: { severity: 'blocked', advice: 'Leave the NUL character out: no text of the target holds it.' },
} as const satisfies Readonly<Record<string, Kind>>;
