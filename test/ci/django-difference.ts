/** Answers of `manage.py differences`, the source's before the target's, to questions about `zoo.sample.WORDS`. */
export const DIFFERENCES: Readonly<Record<string, readonly [source: unknown, target: unknown]>> = {
  exact: [[1, 2, 3], []],
  in: [[1, 2, 3, 4], []],
  exclude: [
    [4, 5, 6, 7],
    [1, 2, 3, 4, 5, 6, 7],
  ],
  accent: [
    [1, 2, 3],
    [1, 2],
  ],
  // Under the locale C of the tests' PostgreSQL; under another one it finds 3.
  'beyond ascii': [[1, 2, 3], []],
  'trailing space': [[], []],
  get_or_create: [false, true],
  distinct: [1, 2],
  'group by': [[3], [1, 1]],
  'count distinct': [1, 2],
  'order of texts': [
    [1, 2, 3, 4],
    [4, 1],
  ],
  'least text': ['apple', 'Zebra'],
  'greater text': [[1, 2, 3], [1]],
  'nulls ascending': [
    [2, 3, 1, 4],
    [3, 1, 4, 2],
  ],
  'nulls descending': [
    [4, 1, 3, 2],
    [2, 4, 1, 3],
  ],
  'greatest with null': [[null], [5]],
  'integer division': [
    [3, 5, 6, 7],
    [1, 3, 5, 6, 7],
  ],
  'division by zero': [[null], 'DataError'],
  'below zero': ['IntegrityError', [-8]],
  'unique by case': ['IntegrityError', 'taken'],
};

/** Its collations pass over spaces at the end. */
export const ON_MARIADB: typeof DIFFERENCES = { 'trailing space': [[5], []] };
