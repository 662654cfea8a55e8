/** What every table of the shop ends with: both servers know this collation. */
export const TABLE_OPTIONS = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';

/** What is left of the shop's first years, when it was latin1. */
export const LATIN1 = 'CHARACTER SET latin1 COLLATE latin1_swedish_ci';
