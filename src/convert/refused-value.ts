/**
 * SQL condition of the source: true for zero, partial-zero and impossible dates, and for year 0, which PostgreSQL does
 * not have; never NULL. LAST_DAY is NULL for some of them on MySQL.
 */
export function isNoDate(quoted: string): string {
  return (
    `COALESCE(YEAR(${quoted}) = 0 OR MONTH(${quoted}) = 0 OR DAYOFMONTH(${quoted}) = 0 OR LAST_DAY(${quoted}) IS NULL ` +
    `OR DAYOFMONTH(${quoted}) > DAYOFMONTH(LAST_DAY(${quoted})), FALSE) AND ${quoted} IS NOT NULL`
  );
}

/** True for text with a NUL character. As bytes: MySQL's collations ignore a NUL, so that every text would have one. */
export function holdsNul(quoted: string): string {
  return `LOCATE(X'00', CAST(CONVERT(${quoted} USING utf8mb4) AS BINARY)) > 0`;
}
