import type { Config } from '../config/config.ts';
import { caseRuleOf } from '../config/table-filter.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent } from '../postgres/quote.ts';

const BETTER = { geometry: 'postgis', vector: 'vector' } as const;

const FACTS = `
  SELECT (SELECT coalesce(json_agg(extname), '[]') FROM pg_extension)::text AS extensions, current_database() AS database,
         to_regtype('citext') IS NOT NULL AS citext, lower('É') = 'é' AS folds`;

/** Extensions that columns of the source or rules ask for, and whether the target's lower() knows more than ASCII. */
export async function checkExtensions(
  session: PostgresSession,
  config: Config,
  tables: readonly CatalogueTable[],
): Promise<readonly Finding[]> {
  const [row = {}] = (await session.query(FACTS)).rows;
  const extensions = JSON.parse(row['extensions'] ?? '[]') as string[];
  const kinds = new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type.kind)));
  const better = (['geometry', 'vector'] as const)
    .filter((kind) => kinds.has(kind) && !extensions.includes(BETTER[kind]))
    .map((kind) => {
      const becomes = kind === 'geometry' ? 'bytea (EWKB)' : 'real[]';
      const message = `the source has ${kind} columns and the target no extension ${BETTER[kind]}: they become ${becomes}`;
      return finding('information', 'TARGET_EXTENSION', 'target', message, `CREATE EXTENSION ${BETTER[kind]}`);
    });
  const choices = new Set(
    tables.flatMap(({ version: { database, table }, columns }) =>
      columns.map(({ name }) => caseRuleOf(config.tables, database, table, name)),
    ),
  );
  const found: Finding[] = [...better];
  if (choices.has('citext') && row['citext'] !== 't') found.push(citextMissing(extensions.includes('citext')));
  const isFolding = choices.has('citext') || choices.has('lower') || tables.some(foldsCase);
  if (isFolding && row['folds'] !== 't') found.push(asciiOnly(row['database'] ?? ''));
  return found;
}

/** The target works these out itself, by its own lower() and upper(). */
function foldsCase({ columns, checks, indexes }: CatalogueTable): boolean {
  const expressions = [
    ...columns.map(({ generated }) => generated?.expression),
    ...checks.map(({ clause }) => clause),
    ...indexes.flatMap(({ parts }) => parts.map(({ expression }) => expression)),
  ];
  return expressions.some((text) => /\b(?:lower|upper|lcase|ucase)\(/i.test(text ?? ''));
}

function citextMissing(isElsewhere: boolean): Finding {
  return isElsewhere
    ? finding(
        'blocker',
        'TARGET_EXTENSION',
        'target',
        'a rule asks for citext, whose schema is not in the search_path',
        'ALTER EXTENSION citext SET SCHEMA public -- or: ALTER ROLE CURRENT_USER SET search_path = public, THAT_SCHEMA',
      )
    : finding(
        'blocker',
        'TARGET_EXTENSION',
        'target',
        'a rule asks for citext, and the target has no such extension',
        'CREATE EXTENSION citext',
      );
}

/** What is one without case at the source is so for letters of ASCII alone here. */
function asciiOnly(database: string): Finding {
  const message =
    'lower() and upper() of this database know the letters of ASCII alone (its LC_CTYPE is C): É and é stay two for citext and lower, and for generated columns, CHECKs and indexes that fold case';
  const cure = `CREATE DATABASE ${quoteIdent(`${database}_utf8`)} TEMPLATE template0 LOCALE 'C.UTF-8' -- or another locale of UTF-8`;
  return finding('warning', 'TARGET_CTYPE', 'target', message, cure);
}
