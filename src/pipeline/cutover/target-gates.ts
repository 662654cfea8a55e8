import { foldedKeys, type StandingPair } from '../../check/folded-key.ts';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { Finding } from '../../contract/finding.ts';
import type { GateFinding } from '../../cutover/gate.ts';
import { type Hook, hooksGate } from '../../cutover/hook-gate.ts';
import { type CountedColumn, caseUniquesGate, constraintsGate, identitiesGate } from '../../cutover/schema-gate.ts';
import { nameOf } from '../../cutover/verified.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { readSequences, type SequenceColumn } from '../../postgres/sequence.ts';
import { readStandingSchema } from '../../postgres/standing-schema.ts';
import { compareStanding } from '../../verify/also/standing-object.ts';
import { scopedTables } from '../schema/target-schema.ts';
import type { Scope } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { writtenTables } from '../written-table.ts';

/** A table of the source with what stands of it on the target. */
interface Pair extends StandingPair {
  readonly sequences: readonly SequenceColumn[];
}

export const SCHEMA_GATES = ['constraints', 'identities', 'case-uniques'] as const;

/** What of the target's schema the application will lean on from its first write: one reading of both catalogues. */
export async function schemaGates(config: Config, scope: Scope): Promise<SchemaGates> {
  const { pairs, unseen } = await readPairs(config, scope);
  const findings = [
    constraintsGate(pairs.flatMap(({ standing }) => (standing === null ? [] : compareStanding(standing)))),
    identitiesGate(pairs.flatMap(countedColumns), unseen),
    caseUniquesGate(pairs.flatMap((pair) => foldedKeys(pair, config.target.ddl))),
  ];
  return { findings, unseen, looked: pairs.map(({ table }) => nameOf(table.version)) };
}

export interface SchemaGates {
  readonly findings: readonly GateFinding[];
  /** `database.table` of tables whose rows the pipeline has written and which the source does not show. */
  readonly unseen: readonly string[];
  /** `database.table` of every table that was looked at; null: none could be. */
  readonly looked: readonly string[] | null;
}

interface Pairs extends Pick<SchemaGates, 'unseen'> {
  readonly pairs: readonly Pair[];
}

async function readPairs(config: Config, scope: Scope): Promise<Pairs> {
  const { signal } = new AbortController();
  const tables = await withSource(config, signal, (source) => scopedTables(source, scope));
  const targetOf = ({ version }: CatalogueTable) => scope.targetOf(version.database, version.table);
  const names = tables.flatMap((table) => targetOf(table) ?? []);
  return await withTarget(targetLogin(config), signal, async (target) => {
    const standing = await readStandingSchema(target, [...new Set(names.map(({ schema }) => schema))]);
    const byName = new Map(standing.tables.map((table) => [quoteTable(table.name), table]));
    const sequences = Map.groupBy(await readSequences(target, names), ({ table }) => quoteTable(table));
    const seen = new Set(tables.map(({ version }) => nameOf(version)));
    const written = await writtenTables(target, config.pipeline);
    const followed = written.filter(({ database, table }) => scope.isPublished(database, table)).map(nameOf);
    const pairs = tables.flatMap((table) => {
      const name = targetOf(table);
      if (name === null) return [];
      const { database, table: plain } = table.version;
      const columnOf = (column: string) => scope.columnOf(database, plain, column);
      const key = quoteTable(name);
      return [{ table, standing: byName.get(key) ?? null, sequences: sequences.get(key) ?? [], columnOf }];
    });
    return { pairs, unseen: followed.filter((table) => !seen.has(table)) };
  });
}

function countedColumns({ table, sequences, columnOf }: Pair): readonly CountedColumn[] {
  const { columns, nextAutoIncrement: sourceNext } = table;
  return columns.flatMap(({ name, extra }) => {
    const target = columnOf(name);
    if (target === null || !extra.includes('auto_increment')) return [];
    const hasSequence = sequences.some(({ column }) => column === target);
    return [{ name: fullName(table, name), sourceNext, hasSequence }];
  });
}

function fullName({ version }: CatalogueTable, column: string): string {
  return `${version.database}.${version.table}.${column}`;
}

/** The application must be kept out of the target until the point of no return, and of it again for a rollback. */
export function targetRolesGate(roles: readonly string[], findings: readonly Finding[]): GateFinding {
  const unnamed = {
    text: 'no role of the application is named: nothing keeps it out of the target before the point of no return',
    cure: 'Set cutover.targetRoles.',
  };
  return {
    gate: 'target-roles',
    value: `${roles.join(', ')} can be kept out`,
    threshold: 'the application’s roles can be kept out of the target',
    problems: roles.length === 0 ? [unnamed] : blockersOf(findings),
  };
}

/** What a check has found that makes its object impossible. */
export function blockersOf(
  findings: readonly Pick<Finding, 'severity' | 'object' | 'message' | 'cure'>[],
): GateFinding['problems'] {
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  return blockers.map(({ object, message, cure }) => ({ text: `${object}: ${message}`, cure: cure.join('; ') }));
}

/** Every command that is configured. */
export async function configuredHooks({ cutover, folder }: Config): Promise<GateFinding> {
  const hooks = Object.entries(cutover.hooks).flatMap(([name, line]): Hook[] =>
    line === null ? [] : [{ key: `cutover.hooks.${name}`, line: line.reveal() }],
  );
  return await hooksGate(hooks, folder);
}
